/** A product whose answer is known, to choose a tile with: gpu/tune.ts runs it, this file says what it is. */
import { Graph, type Op, type Tensor } from '../graph/graph.ts';
import { matmul } from './matmul.ts';

/** C = A·Bᵀ, the layout of every forward product. */
const productOp: Op<{ M: number; N: number; K: number }> = {
  name: 'product',
  kernels: ({ inputs: [a, b], outputs: [c], attributes }, context) => [
    matmul(context, { layout: 'nt', a: a!, b: b!, c: c!, ...attributes }),
  ],
};

/** Small integers, whose products and sums an f32 holds exactly: the answer has to be right to the bit. */
const a = (m: number, k: number): number => ((m * 7 + k * 3) % 5) - 2;
const b = (n: number, k: number): number => ((n * 5 + k) % 7) - 3;

export interface Trial {
  graph: Graph;
  inputs: Map<Tensor, Float32Array<ArrayBuffer>>;
  output: Tensor;
  /** Whether the output is right. */
  accepts(output: Float32Array): boolean;
}

/** Rows, columns and inner steps; by default large enough to fill a GPU for a good part of a millisecond. */
export function matmulTrial(M = 512, N = 512, K = 320): Trial {
  const graph = new Graph();
  const left = graph.input('A', [M, K]);
  const right = graph.input('B', [N, K]);
  const [output] = graph.node(productOp, [left, right], [{ name: 'C', shape: [M, N] }], { M, N, K }) as [Tensor];
  const inputs = new Map([
    [left, Float32Array.from({ length: M * K }, (_, i) => a(Math.floor(i / K), i % K))],
    [right, Float32Array.from({ length: N * K }, (_, i) => b(Math.floor(i / K), i % K))],
  ]);
  const accepts = (given: Float32Array): boolean => {
    // Every 37th element touches all rows, columns, lanes and registers of a tile.
    for (let i = 0; i < M * N; i += 37) {
      let want = 0;
      for (let k = 0; k < K; k++) want += a(Math.floor(i / N), k) * b(i % N, k);
      if (given[i] !== want) return false;
    }
    return true;
  };
  return { graph, inputs, output, accepts };
}
