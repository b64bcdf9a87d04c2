/** Gzip read piece by piece (RFC 1952): a bomb stops at the limit and not at the end of memory, damage is seen. */
import { Gunzip } from 'fflate';
import { UserError } from '../../util/errors.ts';
import { dataWords } from '../../words/data.ts';
import { mostUnpacked } from './packed.ts';

/** Bytes unpacked in one go. Deflate grows at most 1,032-fold (RFC 1951), so a piece becomes at most 17 MB. */
const PIECE = 1 << 14;
/** Of a header without an end (a file name of megabytes), after which fflate's buffer would be copied again and again. */
const LONGEST_HEADER = 1 << 16;
/** The smallest gzip file: 10 bytes of header and 8 of checksum and length around 2 of nothing. */
const SMALLEST = 20;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * Takes a gzip file's bytes as they come and hands on what they unpack to. fflate leaves checksum and length unread:
 * they are checked here for files of one member (those of several, as pigz and cat make them, have theirs inside).
 * UserErrors: gzip-size, gzip-damaged.
 */
export class GzipReader {
  readonly #name: string;
  readonly #limit: number;
  readonly #unzip: Gunzip;
  readonly #tail = new Uint8Array(8);
  #taken = 0;
  #given = 0;
  #sinceOutput = 0;
  #crc = 0xffffffff;
  #members = 1;
  #ended = false;

  constructor(name: string, limit: number, take: (unpacked: Uint8Array) => void) {
    this.#name = name;
    this.#limit = limit;
    this.#unzip = new Gunzip((chunk, final) => {
      this.#sinceOutput = 0;
      this.#ended = final;
      this.#count(chunk);
      if (chunk.length > 0) take(chunk);
    });
    this.#unzip.onmember = () => this.#members++;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE) this.#unpack(bytes.subarray(at, at + PIECE), false);
  }

  end(): void {
    this.#unpack(new Uint8Array(0), true);
    const view = new DataView(this.#tail.buffer);
    const [crc, size] = [view.getUint32(0, true), view.getUint32(4, true)];
    const whole = this.#members > 1 || ((this.#crc ^ crc) === -1 && this.#given % 2 ** 32 === size);
    if (!this.#ended || this.#taken < SMALLEST || !whole) throw this.#damaged();
  }

  #unpack(piece: Uint8Array, final: boolean): void {
    this.#taken += piece.length;
    this.#sinceOutput += piece.length;
    if (piece.length >= 8) this.#tail.set(piece.subarray(-8));
    else {
      this.#tail.copyWithin(0, piece.length);
      this.#tail.set(piece, 8 - piece.length);
    }
    try {
      this.#unzip.push(piece, final);
    } catch (error) {
      throw error instanceof UserError ? error : this.#damaged();
    }
    if (this.#sinceOutput > LONGEST_HEADER) throw this.#damaged();
  }

  #count(chunk: Uint8Array): void {
    this.#given += chunk.length;
    const limit = mostUnpacked(this.#taken, this.#limit);
    if (this.#given > limit) {
      throw new UserError(dataWords.unpacksTo(this.#name, limit), {
        code: 'gzip-size',
      });
    }
    let crc = this.#crc;
    for (let i = 0; i < chunk.length; i++) crc = CRC_TABLE[(crc ^ chunk[i]!) & 0xff]! ^ (crc >>> 8);
    this.#crc = crc;
  }

  #damaged(): UserError {
    return new UserError(dataWords.notGzip(this.#name), {
      code: 'gzip-damaged',
    });
  }
}
