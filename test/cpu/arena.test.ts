/** The memory of the processor's executor. */
import { expect, it } from 'vitest';
import { Arena } from '../../src/cpu/arena.ts';

it('gives pieces that do not overlap, all 0, and uses again what was given back', () => {
  const arena = new Arena(false);
  const sizes = [100, 64, 70_000, 1, 5000];
  const pieces = sizes.map((bytes, i) => ({ bytes, address: arena.take(`piece ${i}`, bytes) }));
  pieces.forEach(({ address, bytes }, i) => arena.view.fill(i + 1, address, address + bytes));
  for (const [i, { address, bytes }] of pieces.entries())
    expect(arena.view.subarray(address, address + bytes).every((byte) => byte === i + 1)).toBe(true);
  const held = arena.bytes;
  arena.free(pieces[2].address);
  expect(arena.bytes).toBeLessThan(held - 69_999);
  const again = arena.take('again', 60_000);
  expect(again).toBe(pieces[2].address);
  expect(arena.view.subarray(again, again + 60_000).every((byte) => byte === 0)).toBe(true);
  expect(arena.memory.buffer.byteLength).toBeLessThan(4 * 65536);
});

it('says what there is no room for, and stays as it was', () => {
  const arena = new Arena(false);
  arena.take('a small piece', 1000);
  const { bytes } = arena;
  expect(() => arena.take('slot 3', 5e9)).toThrow(/no room for slot 3 \(4769 MB\)/);
  expect(arena.bytes).toBe(bytes);
});
