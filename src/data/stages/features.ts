/** Hashed words and pairs of neighbouring words: the features of selection, classifiers and mining. */
import { wordsOf } from './words.ts';

let room = new Uint32Array(8192);

/** The buckets of a text's words and pairs, one entry for each time, in an array that the next call overwrites. */
export function bucketsOf(text: string, buckets: number): Uint32Array {
  const { count, first, second } = wordsOf(text);
  const features = Math.max(0, 2 * count - 1);
  if (room.length < features) room = new Uint32Array(Math.ceil(1.5 * features));
  for (let i = 0; i < count; i++) room[i] = first[i]! % buckets;
  for (let i = 1; i < count; i++) {
    const pair = Math.imul(first[i - 1]!, 0x9e3779b1) ^ second[i]!;
    room[count + i - 1] = (Math.imul(pair ^ (pair >>> 15), 0x85ebca6b) >>> 0) % buckets;
  }
  return room.subarray(0, features);
}
