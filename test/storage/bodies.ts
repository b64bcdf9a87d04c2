/** Bodies whose every byte is a function of (seed, index): a wrong one is never taken for a right one. */
import { SlotStore } from '../../src/storage/slots.ts';
import type { Files } from '../../src/storage/files.ts';
import { randomU32, streamOf } from '../../src/util/random.ts';

const stream = streamOf('test bodies');

/** `length` bytes, a multiple of 4. */
export function bodyOf(seed: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.from({ length: length / 4 }, (_, i) => randomU32(seed, stream, i)).buffer);
}

/** Small segments, so that a body of a few hundred bytes has several, and no long waits. */
export const testOptions = { segment: 256, patience: 30 };

export const storeIn = (files: Files): SlotStore => new SlotStore(files, 'run-1', testOptions);

/** A save of several segments from several parts, none of which ends on a segment's end. */
export const partsOf = (seed: number, length = 840): Uint8Array<ArrayBuffer>[] => {
  const body = bodyOf(seed, length);
  return [body.subarray(0, 100), body.subarray(100, 100), body.subarray(100, 700), body.subarray(700)];
};

/** Files as strings, which are compared a thousand times faster than arrays of bytes. */
export const written = (contents: ReadonlyMap<string, Uint8Array>): string[] =>
  [...contents].map(([name, bytes]) => `${name} ${Buffer.from(bytes).toString('latin1')}`).sort();
