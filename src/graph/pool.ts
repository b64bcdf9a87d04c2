/**
 * Pools: parameters, their gradients and Adam's two moments are each one buffer with the same layout, so that the optimizer is
 * one dispatch and a checkpoint one copy.
 */

export type PoolName = 'parameters' | 'gradients' | 'moments1' | 'moments2';

export interface PoolEntry {
  name: string;
  shape: readonly number[];
  /** Whether AdamW decays it. Decayed entries come first, so that one boundary tells them apart. */
  decay: boolean;
}

export interface PoolLayout {
  /** Offset and size of every entry, in f32 elements. */
  slices: Map<string, { offset: number; size: number; shape: readonly number[] }>;
  /** Elements of the whole pool, padding included; a multiple of 64. */
  elements: number;
  /** Elements before this index are decayed. */
  decayed: number;
}

/** Elements that take 256 bytes, the offset alignment every WebGPU device takes. */
const alignments = { f32: 64, f16: 128 };

/** `copied`: the smallest type that the pool's elements are also stored in, so that slices of the copy can be bound too. */
export function layoutPool(entries: readonly PoolEntry[], copied: 'f32' | 'f16' = 'f32'): PoolLayout {
  const alignment = alignments[copied];
  const slices: PoolLayout['slices'] = new Map();
  let elements = 0;
  let decayed = 0;
  for (const { name, shape, decay } of entries) {
    if (slices.has(name)) throw new Error(`layoutPool: two entries are named ${name}`);
    if (decay && decayed !== elements)
      throw new Error(`layoutPool: ${name} is decayed but comes after undecayed entries`);
    const size = shape.reduce((product, extent) => product * extent, 1);
    slices.set(name, { offset: elements, size, shape });
    elements += Math.ceil(size / alignment) * alignment;
    if (decay) decayed = elements;
  }
  return { slices, elements, decayed };
}
