/** Products to choose tiles with: small ones of known answer, and those of a plan to be timed. gpu/tune.ts runs them. */
import { Graph, type Op, type Tensor } from '../../graph/graph.ts';
import { matmul } from './matmul.ts';
import { candidatesFor, classOf, type Product } from './tiles.ts';
import { timesMatrix, timesTransposed, transposedTimes } from '../doubles.ts';

export const productOp: Op<Product> = {
  name: 'product',
  twin: ([a, b], { attributes: { layout, M, N, K } }) => [
    layout === 'nt'
      ? timesTransposed(a!, b!, M, K, N)
      : layout === 'nn'
        ? timesMatrix(a!, b!, M, K, N)
        : transposedTimes(a!, b!, K, M, N),
  ],
  kernels: ({ inputs: [a, b], outputs: [c], attributes }, context) =>
    matmul(context, { ...attributes, a: a!, b: b!, c: c! }),
};

/** One product, alone in a graph. */
export interface ProductTrial {
  graph: Graph;
  inputs: [a: Tensor, b: Tensor];
  output: Tensor;
}

export function productTrial(product: Product): ProductTrial {
  const { layout, M, N, K } = product;
  const graph = new Graph();
  const a = graph.input('A', layout === 'tn' ? [K, M] : [M, K]);
  const b = graph.input('B', layout === 'nt' ? [N, K] : [K, N]);
  const [output] = graph.node(productOp, [a, b], [{ name: 'C', shape: [M, N] }], product) as [Tensor];
  return { graph, inputs: [a, b], output };
}

/** For a kernel context: this product's class has this tile. */
export const inTile = (product: Product, tile: string): { tiles: ReadonlyMap<string, string> } => ({
  tiles: new Map([[classOf(product), tile]]),
});

/** Small integers, whose products and sums an f32 holds exactly: the answer has to be right to the bit. */
const elementOfA = (m: number, k: number): number => ((m * 7 + k * 3) % 5) - 2;
const elementOfB = (n: number, k: number): number => ((n * 5 + k) % 7) - 3;

/** A product whose elements of A and B are known, and whether an output is right. */
export interface KnownAnswer extends ProductTrial {
  product: Product;
  values: [a: Float32Array<ArrayBuffer>, b: Float32Array<ArrayBuffer>];
  accepts(output: Float32Array): boolean;
}

/** More than one of the largest tile, with odd ends, and small enough to take no time. */
const wholeSum = [148, 132, 52] as const;
/** A sum long enough to be taken in parts, the last of them shorter. */
const sumInParts = [36, 52, 1100] as const;

export function knownAnswer(layout: Product['layout'], inParts = false): KnownAnswer {
  const [M, N, K] = inParts ? sumInParts : wholeSum;
  const element = (rows: number, columns: number, of: (row: number, column: number) => number) =>
    Float32Array.from({ length: rows * columns }, (_, i) => of(Math.floor(i / columns), i % columns));
  const a = layout === 'tn' ? element(K, M, (k, m) => elementOfA(m, k)) : element(M, K, elementOfA);
  const b = layout === 'nt' ? element(N, K, elementOfB) : element(K, N, (k, n) => elementOfB(n, k));
  const accepts = (given: Float32Array): boolean => {
    // Every 37th element touches all rows, columns, lanes and registers of a tile.
    for (let i = 0; i < M * N; i += 37) {
      let want = 0;
      for (let k = 0; k < K; k++) want += elementOfA(Math.floor(i / N), k) * elementOfB(i % N, k);
      if (given[i] !== want) return false;
    }
    return true;
  };
  const product = { layout, M, N, K };
  return { ...productTrial(product), product, values: [a, b], accepts };
}

/** Products of one class, of which one is timed, and the tiles that are tried. */
export interface ProductContest {
  /** Class of products (tiles.ts). */
  key: string;
  product: Product;
  candidates: string[];
}

/**
 * The contests of a plan's products, the class that has most arithmetic first; of each class its largest product is timed. Classes that
 * `known` has are left out.
 */
export function contestsOf(
  context: Parameters<typeof candidatesFor>[0],
  products: readonly Product[],
  known: ReadonlyMap<string, string>,
): ProductContest[] {
  const classes = new Map<string, { product: Product; all: number }>();
  const work = ({ M, N, K }: Product): number => M * N * K;
  for (const product of products) {
    const key = classOf(product);
    if (known.has(key)) continue;
    const before = classes.get(key) ?? { product, all: 0 };
    const larger = work(product) > work(before.product) ? product : before.product;
    classes.set(key, { product: larger, all: before.all + work(product) });
  }
  return [...classes]
    .sort(([, a], [, b]) => b.all - a.all)
    .map(([key, { product }]) => ({ key, product, candidates: candidatesFor(context, product) }))
    .filter(({ candidates }) => candidates.length > 1);
}
