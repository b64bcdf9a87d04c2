/**
 * Matrix products as kernels: three layouts, a handful of epilogues, and tiles that differ from device to device (tiles.ts). Shapes are
 * uniforms, so a model of any size needs few pipelines.
 */
import epilogueWgsl from '../../../shaders/lib/epilogue.wgsl?raw';
import matmulWgsl from '../../../shaders/matmul.wgsl?raw';
import partsWgsl from '../../../shaders/matmulParts.wgsl?raw';
import { show, type Tensor } from '../../graph/graph.ts';
import {
  foldWorkgroups,
  type Kernel,
  type KernelContext,
  maxWorkgroups,
  read,
  scratch,
  write,
} from '../../graph/kernel.ts';
import { epilogue } from './epilogue.ts';
import { registerSource } from './registers.ts';
import { deepest, partsOf, type Product, type Tile, tileFor } from './tiles.ts';
import { workgroupSource } from './workgroup.ts';

export { epilogue } from './epilogue.ts';
export type { Layout, Product } from './tiles.ts';

export interface Matmul extends Product {
  a: Tensor;
  b: Tensor;
  c: Tensor;
  epilogue?: number;
  aux?: Tensor;
  /** First element of A, B, C: multiples of 4. */
  aStart?: number;
  bStart?: number;
  cStart?: number;
}

const sources = new Map<string, string>();

function sourceOf({ quads, software }: KernelContext, layout: Product['layout'], tile: Tile): string {
  const exchanged = software && quads;
  const key = JSON.stringify([layout, tile, exchanged, software]);
  let source = sources.get(key);
  if (!source) {
    const entry =
      tile.kind === 'workgroup'
        ? workgroupSource(layout, tile)
        : registerSource(layout, tile, { quads: exchanged, dots: software });
    sources.set(key, (source = epilogueWgsl + matmulWgsl + entry));
  }
  return source;
}

/** Rows and columns of C a workgroup covers. */
function covers(tile: Tile): { rows: number; columns: number } {
  if (tile.kind === 'workgroup') return tile;
  return { rows: tile.rows * tile.quadsY, columns: 16 * tile.columns4 * tile.quadsX };
}

/**
 * C = A·B with an epilogue: one dispatch, or, where the inner sum is taken in parts, one for the parts and one that adds them up.
 * Shapes are checked by the op that asks.
 */
export function matmul(context: KernelContext, p: Matmul): Kernel[] {
  if (p.a.dtype !== p.b.dtype) throw new Error(`matmul: ${show(p.a)} and ${show(p.b)} are stored differently`);
  const { layout, M, N, K } = p;
  const tile = tileFor(context, p);
  const { rows, columns } = covers(tile);
  const [x, y] = [Math.ceil(N / columns), Math.ceil(M / rows)];
  if (y > maxWorkgroups || x > maxWorkgroups) {
    throw new Error(`matmul ${M}×${N}: ${x}×${y} workgroups, a dispatch takes ${maxWorkgroups} a dimension`);
  }
  const parts = partsOf(context, p);
  const aux = p.aux ?? p.a;
  const finish = p.epilogue ?? epilogue.write;
  const product: Kernel = {
    source: sourceOf(context, layout, tile),
    entryPoint: 'matmul',
    bindings: [read(p.a), read(p.b), read(aux), write(p.c)],
    uniforms: [M, N / 4, K, (p.aStart ?? 0) / 4, (p.bStart ?? 0) / 4, (p.cStart ?? 0) / 4, finish, K],
    types: { stored: p.a.dtype, result: p.c.dtype },
    workgroups: [x, y, 1],
    flops: 2 * M * N * K,
    product: { layout, M, N, K },
  };
  if (parts === 1) return [product];
  const sums = scratch([parts, M, N]);
  const part = Math.ceil(K / parts / deepest) * deepest;
  return [
    {
      ...product,
      bindings: [read(p.a), read(p.b), read(p.a), write(sums)],
      uniforms: [M, N / 4, K, (p.aStart ?? 0) / 4, (p.bStart ?? 0) / 4, 0, epilogue.write, part],
      types: { stored: p.a.dtype, result: 'f32' },
      workgroups: [x, y, parts],
    },
    {
      source: epilogueWgsl + partsWgsl,
      entryPoint: 'addParts',
      bindings: [read(sums), read(aux), write(p.c)],
      uniforms: [(M * N) / 4, (p.cStart ?? 0) / 4, finish],
      overrides: { PARTS: parts },
      types: { stored: p.a.dtype, result: p.c.dtype },
      workgroups: foldWorkgroups(Math.ceil((M * N) / 4 / 64)),
    },
  ];
}
