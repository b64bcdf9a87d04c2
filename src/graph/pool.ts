/**
 * Pools: parameters, their gradients and Adam's two moments are each one buffer with the same layout, so that the optimizer is
 * one dispatch and a checkpoint one copy. What is frozen comes last and is in the pool of parameters alone.
 */
import type { UpdateScales } from '../config/run.ts';

export type PoolName = 'parameters' | 'gradients' | 'moments1' | 'moments2';

export interface PoolEntry {
  name: string;
  shape: readonly number[];
  /** Whether AdamW decays it. */
  decay: boolean;
  /** By what its AdamW differs; left out: by nothing. */
  scales?: UpdateScales;
  /** Never trained. Frozen entries come last, so that the other pools end before them. */
  frozen?: boolean;
}

/** Elements up to `end` that follow those of the region before, and are updated alike; `decay` is 0 where nothing decays. */
export interface Region extends UpdateScales {
  end: number;
}

/** Most regions a layout may have: kernels choose among so many. An embedding, layers, a head and norms may differ. */
export const MOST_REGIONS = 4;

export interface PoolLayout {
  /** Offset and size of every entry, in f32 elements. */
  slices: Map<string, { offset: number; size: number; shape: readonly number[] }>;
  /** Elements of the pool of parameters, padding included; a multiple of 64. */
  elements: number;
  /** Elements of the other pools: those of what is trained. */
  trained: number;
  /** Of what is trained, one after the other; the last ends with it. */
  regions: Region[];
}

const plain: UpdateScales = { rate: 1, epsilon: 1, decay: 1 };
const isAlike = (a: UpdateScales, b: UpdateScales): boolean =>
  a.rate === b.rate && a.epsilon === b.epsilon && a.decay === b.decay;

/** Elements that take 256 bytes, the offset alignment every WebGPU device takes. */
const alignments = { f32: 64, f16: 128 };

/** `copied`: the smallest type that the pool's elements are also stored in, so that slices of the copy can be bound too. */
export function layoutPool(entries: readonly PoolEntry[], copied: 'f32' | 'f16' = 'f32'): PoolLayout {
  const alignment = alignments[copied];
  const slices: PoolLayout['slices'] = new Map();
  let elements = 0;
  let trained = 0;
  const regions: Region[] = [];
  for (const { name, shape, decay, scales = plain, frozen } of entries) {
    if (slices.has(name)) throw new Error(`layoutPool: two entries are named ${name}`);
    if (!frozen && trained !== elements)
      throw new Error(`layoutPool: ${name} is trained but comes after frozen entries`);
    const size = shape.reduce((product, extent) => product * extent, 1);
    slices.set(name, { offset: elements, size, shape });
    elements += Math.ceil(size / alignment) * alignment;
    if (frozen) continue;
    trained = elements;
    const region = { ...scales, decay: decay ? scales.decay : 0, end: elements };
    const last = regions.at(-1);
    if (last && isAlike(last, region)) last.end = elements;
    else regions.push(region);
  }
  if (regions.length > MOST_REGIONS)
    throw new Error(`layoutPool: ${regions.length} regions are updated differently; at most ${MOST_REGIONS} may be`);
  return { slices, elements, trained, regions };
}

/** Elements of a pool. */
export const poolSize = ({ elements, trained }: PoolLayout, pool: PoolName): number =>
  pool === 'parameters' ? elements : trained;
