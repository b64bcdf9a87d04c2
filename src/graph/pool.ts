/**
 * Pools: parameters, their gradients and Adam's two moments are each one buffer with the same layout, so that the optimizer is
 * one dispatch and a checkpoint one copy. What is frozen comes last and is in the pool of parameters alone.
 */

export type PoolName = 'parameters' | 'gradients' | 'moments1' | 'moments2';

export interface PoolEntry {
  name: string;
  shape: readonly number[];
  /** Whether AdamW decays it. Decayed entries come first, so that one boundary tells them apart. */
  decay: boolean;
  /** Never trained. Frozen entries come last, so that the other pools end before them. */
  frozen?: boolean;
}

export interface PoolLayout {
  /** Offset and size of every entry, in f32 elements. */
  slices: Map<string, { offset: number; size: number; shape: readonly number[] }>;
  /** Elements of the pool of parameters, padding included; a multiple of 64. */
  elements: number;
  /** Elements of the other pools: those of what is trained. */
  trained: number;
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
  let [trained, decayed] = [0, 0];
  for (const { name, shape, decay, frozen } of entries) {
    if (slices.has(name)) throw new Error(`layoutPool: two entries are named ${name}`);
    if (decay && decayed !== elements)
      throw new Error(`layoutPool: ${name} is decayed but comes after undecayed entries`);
    if (!frozen && trained !== elements)
      throw new Error(`layoutPool: ${name} is trained but comes after frozen entries`);
    const size = shape.reduce((product, extent) => product * extent, 1);
    slices.set(name, { offset: elements, size, shape });
    elements += Math.ceil(size / alignment) * alignment;
    if (decay) decayed = elements;
    if (!frozen) trained = elements;
  }
  return { slices, elements, trained, decayed };
}

/** Elements of a pool. */
export const poolSize = ({ elements, trained }: PoolLayout, pool: PoolName): number =>
  pool === 'parameters' ? elements : trained;
