import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape, expectVec4 } from '../graph/graph.ts';
import type { Kernel } from '../graph/kernel.ts';
import { chunkRowsFor, softmaxLoss } from './headLoss.ts';
import { epilogue, matmul } from './matmul/matmul.ts';

export interface LogProbAttributes {
  N: number;
  D: number;
  V: number;
  /** Rows of one chunk of logits. */
  rows: number;
}

/** A weight of all rows that weighs nothing. */
const one = (g: Graph): Tensor => g.constant('one', [1], () => Float32Array.of(1));

/**
 * logp[n] = log softmax(x[n] Wᵀ)[target[n]], 0 where the target is ignored (≥ V): what preferences between texts are made of.
 * x (N, D), weight (V, D), targets (N) u32 → (N). As in headLoss, logits exist chunk by chunk only; here, where nobody knows yet how much
 * each row will count, the backward pass makes them a second time: a product more than headLoss.
 */
export function logProb(g: Graph, x: Tensor, weight: Tensor, targets: Tensor): Tensor {
  const [N, D] = x.shape as [number, number];
  const V = weight.shape[0]!;
  expectShape('logProb', weight, [null, D], x);
  expectShape('logProb', targets, [N], x);
  expectVec4('logProb', 'vocab_size', V);
  expectVec4('logProb', 'hidden_size', D);
  const rows = chunkRowsFor(N, V);
  const outputs = [
    { name: 'log p', shape: [N] },
    { name: 'logits', shape: [rows, V], dtype: x.dtype },
  ];
  return g.node(logProbOp, [x, weight, targets, one(g)], outputs, { N, D, V, rows })[0]!;
}

/** logits (N, V), log Σ exp and log p of each row that has a target, in f64. */
function softmaxOf(x: Float64Array, weight: Float64Array, targets: Float64Array, { N, D, V }: LogProbAttributes) {
  const logits = new Float64Array(N * V);
  const logSum = new Float64Array(N);
  for (let n = 0; n < N; n++) {
    if (targets[n]! >= V) continue;
    const row = logits.subarray(n * V, (n + 1) * V);
    for (let v = 0; v < V; v++) for (let i = 0; i < D; i++) row[v]! += x[n * D + i]! * weight[v * D + i]!;
    const highest = row.reduce((top, value) => Math.max(top, value), -Infinity);
    logSum[n] = highest + Math.log(row.reduce((total, value) => total + Math.exp(value - highest), 0));
  }
  const logp = logSum.map((sum, n) => (targets[n]! < V ? logits[n * V + targets[n]!]! - sum : 0));
  return { logits, logSum, logp };
}

export const logProbOp: Op<LogProbAttributes> = {
  name: 'logProb',
  twin: ([x, weight, targets], { outputs, attributes }) => [
    softmaxOf(x!, weight!, targets!, attributes).logp,
    new Float64Array(outputs[1]!.size),
  ],
  kernels({ inputs: [x, weight, targets, unit], outputs: [logp, logits], attributes: { N, D, V, rows } }, context) {
    const kernels: Kernel[] = [];
    for (let row0 = 0; row0 < N; row0 += rows) {
      const M = Math.min(rows, N - row0);
      const chunk = { M, V, row0, training: false, weighted: false, scaled: false, sign: -1 } as const;
      kernels.push(
        ...matmul(context, { layout: 'nt', a: x!, b: weight!, c: logits!, M, N: V, K: D, aStart: row0 * D }),
        softmaxLoss(context, chunk, logits!, {
          ...{ targets: targets!, out: logp! },
          ...{ lossWeight: unit!, scale: unit!, rowWeights: unit! },
        }),
      );
    }
    return kernels;
  },
  backward({ graph, node, gradients: [dlogp] }) {
    const [x, weight, targets, unit] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    const { gradient, accumulate } = graph.claimGradient(weight);
    const { N, D, V, rows } = node.attributes;
    const outputs = [
      { name: 'log p again', shape: [N] },
      { name: 'logits', shape: [rows, V], dtype: x.dtype },
      { name: `d ${x.name}`, shape: [N, D], dtype: x.dtype },
      gradient,
    ];
    const attributes = { N, D, V, rows, accumulate };
    const made = graph.node(logProbGradientOp, [x, weight, targets, unit, dlogp!], outputs, attributes);
    return [{ share: made[2]! }];
  },
};

export const logProbGradientOp: Op<LogProbAttributes & { accumulate: boolean }> = {
  name: 'logProbGradient',
  twin([x, weight, targets, , dlogp], node) {
    const { N, D, V } = node.attributes;
    const { logits, logSum, logp } = softmaxOf(x!, weight!, targets!, node.attributes);
    const [dx, dweight] = [new Float64Array(N * D), new Float64Array(V * D)];
    for (let n = 0; n < N; n++) {
      if (targets![n]! >= V) continue;
      for (let v = 0; v < V; v++) {
        const d = dlogp![n]! * ((v === targets![n] ? 1 : 0) - Math.exp(logits[n * V + v]! - logSum[n]!));
        for (let i = 0; i < D; i++) {
          dx[n * D + i]! += d * weight![v * D + i]!;
          dweight[v * D + i]! += d * x![n * D + i]!;
        }
      }
    }
    return [logp, new Float64Array(node.outputs[1]!.size), dx, dweight];
  },
  kernels({ inputs, outputs, attributes: { N, D, V, rows, accumulate } }, context) {
    const [x, weight, targets, unit, dlogp] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const [again, logits, dx, dweight] = outputs as [Tensor, Tensor, Tensor, Tensor];
    const kernels: Kernel[] = [];
    for (let row0 = 0; row0 < N; row0 += rows) {
      const M = Math.min(rows, N - row0);
      const chunk = { M, V, row0, training: true, weighted: true, scaled: false, sign: -1 } as const;
      const adds = row0 > 0 || accumulate || context.accumulating;
      kernels.push(
        ...matmul(context, { layout: 'nt', a: x, b: weight, c: logits, M, N: V, K: D, aStart: row0 * D }),
        softmaxLoss(context, chunk, logits, { targets, out: again, lossWeight: unit, scale: unit, rowWeights: dlogp }),
        ...matmul(context, { layout: 'nn', a: logits, b: weight, c: dx, M, N: D, K: V, cStart: row0 * D }),
        ...matmul(context, {
          ...{ layout: 'tn', a: logits, b: x, c: dweight, M: V, N: D, K: M, bStart: row0 * D },
          epilogue: adds ? epilogue.accumulate : epilogue.write,
        }),
      );
    }
    return kernels;
  },
};
