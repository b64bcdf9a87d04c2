/** What the bench times: one training step or one matrix product, by whichever engine. */
import type { Layout } from '../../../src/ops/matmul/matmul.ts';
import { randomInteger, randomUniform } from '../../../src/util/random.ts';
import type { Ceiling } from '../ceilings.ts';
import type { StepShape } from '../shapes.ts';

export interface Product {
  kind: Layout;
  /** M rows, N columns, K inner. */
  m: number;
  n: number;
  k: number;
}

export interface Subject {
  /** Does the work `times` times, once if not said, without a wait between, and resolves when the device has done it: training steps
   * with the last one's loss, products with nothing. */
  run(times?: number): Promise<number | void>;
  destroy(): void;
  /** What the engine knows of itself. */
  facts?: { dispatches: number; submits: number; gpuBytes: number; pipelines: number };
  /** Shares of a step by kernel, largest first. */
  kernels?(): Promise<KernelShare[]>;
}

export interface KernelShare {
  /** Op and entry point. */
  name: string;
  /** Dispatches of it in a step. */
  count: number;
  /** Of the summed time of all dispatches. */
  share: number;
}

/** An engine that has no product of its own to offer leaves it out; presets and ceilings are ours alone. */
export interface Engine {
  openStep(shape: StepShape): Promise<Subject>;
  openPreset?(name: string): Promise<Subject>;
  openCeiling?(ceiling: Ceiling): Promise<Subject>;
  openProduct?(product: Product): Promise<Subject & { result(): Promise<Float32Array> }>;
}

/** One batch, the same for every engine and step. Low ids are common, as in text, so that the loss falls from the first update on;
 * targets are the ids one on. */
export function batchOf({ B, T, V }: Pick<StepShape, 'B' | 'T' | 'V'>): { tokens: Uint32Array; targets: Uint32Array } {
  const tokens = Uint32Array.from({ length: B * T }, (_, i) => Math.floor(V * randomUniform(1, 0, i) ** 3));
  return { tokens, targets: tokens.map((_, i) => tokens[(i + 1) % tokens.length]!) };
}

interface Operands {
  a: Float32Array<ArrayBuffer>;
  b: Float32Array<ArrayBuffer>;
  shapeA: number[];
  shapeB: number[];
}

/** The latest operands: every engine asks for the same ones, and 2 × 4096² random numbers take seconds. */
let latest: { key: string; operands: Operands } | undefined;

/** Operands in the layout's own storage: A (M, K) or, for `tn`, (K, M); B (K, N) or, for `nt`, (N, K); values in [−½, ½). */
export function operandsOf({ kind, m, n, k }: Product): Operands {
  const key = `${kind} ${m}×${n}×${k}`;
  const values = (seed: number, size: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: size }, (_, i) => randomUniform(seed, 0, i) - 0.5);
  if (latest?.key !== key) {
    const shapeA = kind === 'tn' ? [k, m] : [m, k];
    const shapeB = kind === 'nt' ? [n, k] : [k, n];
    latest = { key, operands: { a: values(1, m * k), b: values(2, k * n), shapeA, shapeB } };
  }
  return latest.operands;
}

/** Elements of a product that are recomputed in f64 before it is timed. */
const checked = 64;

/** Throws unless `c` is the product: f32 sums of k terms of size ≤ ¼ differ from f64 by well under k·2⁻²⁴. */
export function checkProduct(product: Product, c: Float32Array, who: string): void {
  const { kind, m, n, k } = product;
  const { a, b } = operandsOf(product);
  for (let i = 0; i < checked; i++) {
    const [row, column] = [randomInteger(3, 0, i, m), randomInteger(3, 1, i, n)];
    let sum = 0;
    for (let j = 0; j < k; j++) {
      sum += a[kind === 'tn' ? j * m + row : row * k + j]! * b[kind === 'nt' ? column * k + j : j * n + column]!;
    }
    const got = c[row * n + column]!;
    if (!(Math.abs(got - sum) <= k * 2 ** -24)) {
      throw new Error(`${who}: product ${kind} ${m}×${n}×${k} has ${got} at (${row}, ${column}), f64 says ${sum}`);
    }
  }
}
