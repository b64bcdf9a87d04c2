/**
 * How matrix products are cut up: which tile of C a workgroup takes, and into how many parts the inner sum is split. Pure: sizes in,
 * a decision out.
 *
 * On a GPU neither choice of a tile changes a bit of the result: every tile there adds the inner steps of an element one by one, in
 * order, each by one fused multiply-add. So a tile may be chosen by measured time (gpu/tune.ts), while the number of parts, which
 * does change the order of a sum, follows from the shape and the kind of device alone.
 */
import type { KernelContext } from '../../graph/kernel.ts';

/** C[M,N] = A·B over K inner steps; the letters say which operand lies transposed in memory (matmul.wgsl). */
export type Layout = 'nt' | 'nn' | 'tn';

export interface Product {
  layout: Layout;
  M: number;
  N: number;
  K: number;
}

/** A tile in registers alone: every lane reads what it needs (registers.ts). */
export interface RegisterTile {
  kind: 'registers';
  /** Rows of C one quad covers; a multiple of 4. */
  rows: number;
  /** vec4 columns of C one lane covers; a quad covers four times as many. */
  columns4: number;
  /** Quads of one workgroup along columns and along rows. */
  quadsX: number;
  quadsY: number;
}

/** A tile whose operands a workgroup first brings into its own memory, `depth` inner steps at a time (workgroup.ts). */
export interface WorkgroupTile {
  kind: 'workgroup';
  /** Of C, by a workgroup. (rows + columns) · depth · 4 bytes of workgroup memory, 16 KiB at most: what every device has. */
  rows: number;
  columns: number;
  depth: number;
  /** Of C, by a lane: multiples of 4. */
  laneRows: number;
  laneColumns: number;
}

export type Tile = RegisterTile | WorkgroupTile;

/** The tiles to choose from on a GPU, largest first. What each is worth on an H200: LOG.md, 2026-11-27. */
export const gpuTiles: Record<string, Tile> = {
  '128×128': { kind: 'workgroup', rows: 128, columns: 128, depth: 16, laneRows: 8, laneColumns: 8 },
  '64×64, 8×8 a lane': { kind: 'workgroup', rows: 64, columns: 64, depth: 16, laneRows: 8, laneColumns: 8 },
  '64×64': { kind: 'workgroup', rows: 64, columns: 64, depth: 16, laneRows: 8, laneColumns: 4 },
  '32×32': { kind: 'workgroup', rows: 32, columns: 32, depth: 32, laneRows: 4, laneColumns: 4 },
  '4×16 in registers': { kind: 'registers', rows: 4, columns4: 1, quadsX: 4, quadsY: 4 },
  '8×16 in registers': { kind: 'registers', rows: 8, columns4: 1, quadsX: 4, quadsY: 4 },
};

/** Inner steps that every tile's depth divides: parts of a sum end where no turn does in the middle. */
export const deepest = 32;

/** Without workgroup memory, and small: what a driver is least likely to get wrong. */
const plainTile = '4×16 in registers';

/**
 * Workgroups a GPU is taken to run at once where nothing better is known: 132 multiprocessors hold three or four of a large tile's, and
 * a smaller GPU that is given too many parts loses only the adding up.
 */
const usualWidth = 512;

/** Inner steps below which no sum is split: a second dispatch costs more than it saves (an H200, LOG.md, 2026-11-27). */
const leastSplit = 1024;
/** Inner steps a part has at least, and parts at most: beyond either, adding up costs what the parts save. */
const leastPart = 64;
const mostParts = 32;

const powerOfTwoBelow = (x: number): number => (x < 2 ? 1 : 2 ** Math.floor(Math.log2(x)));

/**
 * Parts of the inner sum: a power of two, so many that C's tiles of 64 × 64 times the parts fill the device. A weight's gradient has
 * few tiles, D × D, and a long sum over B·T tokens.
 */
export function partsOf(
  { software, plain, width = usualWidth }: Pick<KernelContext, 'software' | 'plain' | 'width'>,
  { M, N, K }: Product,
): number {
  if (software || plain || K < leastSplit) return 1;
  const tiles = Math.ceil(M / 64) * Math.ceil(N / 64);
  return Math.min(mostParts, powerOfTwoBelow(width / tiles), powerOfTwoBelow(K / leastPart));
}

/** What products are chosen a tile for together: those whose sizes lie between the same powers of two. */
export function classOf({ layout, M, N, K }: Product): string {
  const size = (n: number): number => 2 ** Math.ceil(Math.log2(n));
  return `${layout} ${size(M)}×${size(N)}×${size(K)}`;
}

const tilesIn = ({ M, N }: Product, tile: WorkgroupTile): number =>
  Math.ceil(M / tile.rows) * Math.ceil(N / tile.columns);

/**
 * Tiles worth timing for a product, the likeliest first: the largest of which there are enough to keep the device busy, then its
 * neighbours. Sums in parts need a tile that can be split.
 */
export function candidatesFor(
  context: Pick<KernelContext, 'software' | 'plain' | 'width'>,
  product: Product,
): string[] {
  if (context.plain) return [plainTile];
  const parts = partsOf(context, product);
  const busy = (context.width ?? usualWidth) / 4;
  const workgroups = ['128×128', '64×64', '32×32'];
  const enough = workgroups.findIndex((name) => tilesIn(product, gpuTiles[name] as WorkgroupTile) * parts >= busy);
  const first = enough < 0 ? workgroups.length - 1 : enough;
  const near = [workgroups[first]!, ...workgroups.filter((_, i) => Math.abs(i - first) === 1)];
  if (near.includes('64×64')) near.push('64×64, 8×8 a lane');
  if (parts === 1) near.push('8×16 in registers');
  return near;
}

/**
 * SwiftShader runs four lanes at a time and pays for loads, so it gets the largest tile that compiles quickly, a workgroup of one
 * quad, and half as many columns where N would leave half of the last tile empty.
 */
function softwareTile(N: number): RegisterTile {
  const spare = Math.ceil(N / 32) * 32 - N;
  return { kind: 'registers', rows: 32, columns4: spare >= 16 && N < 96 ? 1 : 2, quadsX: 1, quadsY: 1 };
}

type Choosing = Pick<KernelContext, 'software' | 'plain' | 'width' | 'tiles'>;

/**
 * The name of a product's tile on a GPU: the one measured for its class, else the likeliest. A tile in registers sums no part, and a
 * class may hold products that are summed whole beside others that are not.
 */
export function tileName(context: Choosing, product: Product): string {
  const [likeliest] = candidatesFor(context, product) as [string];
  const measured = context.plain ? undefined : context.tiles?.get(classOf(product));
  if (measured === undefined) return likeliest;
  return partsOf(context, product) > 1 && gpuTiles[measured]?.kind === 'registers' ? likeliest : measured;
}

/** The tile of a product; a software adapter has one of its own. */
export function tileFor(context: Choosing, product: Product): Tile {
  if (context.software) return softwareTile(product.N);
  const name = tileName(context, product);
  const tile = gpuTiles[name];
  if (!tile) throw new Error(`no tile is named ${name}; there are ${Object.keys(gpuTiles).join(', ')}`);
  return tile;
}
