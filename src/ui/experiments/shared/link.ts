/**
 * An experiment's rows in the hash of a link, `rows=1.…`: the JSON of their file, deflated, in base64url (RFC 4648, no padding). What follows # stays in the
 * browser: nothing is fetched, and nothing sent.
 */
import type { ResultRow } from '../../../recipe/results/results.ts';
import { type ResultsFile, resultsFile } from '../../../recipe/results/resultsFile.ts';
import { UserError } from '../../../util/errors.ts';
import { words } from '../words.ts';

/** Raised when what is packed changes its form. */
const VERSION = '1';
/**
 * Characters of a whole link: some mailers and chats cut what is longer, and servers that are asked for it by mistake refuse it (Apache's
 * LimitRequestLine is 8,190).
 */
export const LONGEST_LINK = 8000;
/**
 * Bytes that a link's rows may unpack to. Recorded rows in links of that length unpack to 31 kB at most, and hostile ones to 6 MB
 * (deflate's 1 : 1032).
 */
export const LARGEST_ROWS = 1 << 18;

export interface RowsLink {
  /** What follows `rows=`. */
  packed: string;
  /** The arms' lines had to stay behind. */
  isShort: boolean;
}

/** Rows in at most `most` characters: whole, else without their lines, which the tables do without; null: they are too many. */
export async function packRows(results: ResultsFile, most: number): Promise<RowsLink | null> {
  for (const isShort of [false, true]) {
    const rows = isShort ? results.rows.map(withoutLines) : results.rows;
    const packed = await pack(resultsFile({ ...results, rows }));
    if (packed.length <= most) return { packed, isShort };
  }
  return null;
}

const withoutLines = ({ curve: _curve, points: _points, gaps: _gaps, ...scores }: ResultRow): ResultRow => scores;

async function pack(text: string): Promise<string> {
  const bytes = await through(new CompressionStream('deflate'), new TextEncoder().encode(text), Infinity);
  const signs = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return `${VERSION}.${btoa(signs).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** The text of the rows' file, whose fields nobody has looked at yet. UserError where it is not what packRows makes. */
export async function unpackRows(packed: string): Promise<string> {
  if (packed.length > LONGEST_LINK) throw refused(words.link.long(packed.length, LONGEST_LINK));
  const [, version, signs] = /^(\d{1,3})\.([\w-]*)$/.exec(packed) ?? [];
  if (version === undefined || signs === undefined) throw refused(words.link.damaged);
  if (version !== VERSION) throw refused(words.link.otherVersion);
  let unpacked: Uint8Array;
  try {
    const bytes = Uint8Array.from(atob(signs.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
    // zlib's form, not the raw one: six bytes more, with a checksum, so that a link changed by a sign is no other numbers.
    unpacked = await through(new DecompressionStream('deflate'), bytes, LARGEST_ROWS);
  } catch (error) {
    throw error instanceof UserError ? error : refused(words.link.damaged);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(unpacked);
  } catch {
    throw refused(words.link.damaged);
  }
}

/** What comes out, as long as it has no more than `most` bytes: beyond them nothing more is unpacked. */
async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    size += next.value.length;
    if (size <= most) continue;
    await reader.cancel();
    throw refused(words.link.large(most));
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const refused = (sentence: string): UserError => new UserError(sentence, { code: 'shared-link' });
