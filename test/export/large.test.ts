/** Files so large that what is quadratic in their size would not come to an end within a test's time-out. */
import { expect, test } from 'vitest';
import { decodeSafetensors } from '../../src/export/safetensors.ts';

function file(header: string, dataLength = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

test('a name of 20 MB is refused in a sentence', () => {
  const longName = file(`{"${'a'.repeat(20_000_000)}":1}`);
  expect(() => decodeSafetensors(longName)).toThrow(/^.{1,300}$/);
});

test('100,000 tensors are read', () => {
  const entry = (i: number) => `"t${i}":{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`;
  const many = file(`{${Array.from({ length: 1e5 }, (_, i) => entry(i)).join(',')}}`, 1e5);
  expect(decodeSafetensors(many).tensors.size).toBe(1e5);
});
