/** Files packed in a .zip, unpacked in memory: no more of them than a person packs, and no more bytes than are allowed. */
import { unzipSync } from 'fflate';
import { UserError } from '../../util/errors.ts';
import { mostUnpacked } from './packed.ts';
import { dataWords } from '../../words/data.ts';

/** Entries looked through. A forged table of contents can claim four billion. */
const MOST_ENTRIES = 10_000;

export interface Packed {
  name: string;
  bytes: Uint8Array;
}

/** `wanted`: of which entries the bytes are asked for. UserErrors: zip-size, zip-entries, zip-damaged. */
export function unzip(name: string, file: Uint8Array, limit: number, wanted: (entry: string) => boolean): Packed[] {
  const most = mostUnpacked(file.length, limit);
  let entries = 0;
  let unpacked = 0;
  const filter = ({ name: entry, originalSize }: { name: string; originalSize: number }): boolean => {
    if (++entries > MOST_ENTRIES) {
      throw new UserError(dataWords.manyFiles(name, MOST_ENTRIES), {
        code: 'zip-entries',
      });
    }
    if (entry.endsWith('/') || !wanted(entry)) return false;
    unpacked += originalSize;
    if (unpacked > most) {
      throw new UserError(dataWords.unpacksTo(name, most), {
        code: 'zip-size',
      });
    }
    return true;
  };
  try {
    // fflate unpacks into as many bytes as the table of contents says: one that lies gives a damaged file, not a larger one.
    return Object.entries(unzipSync(file, { filter })).map(([entry, bytes]) => ({ name: entry, bytes }));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(dataWords.notZip(name), {
      code: 'zip-damaged',
    });
  }
}
