import meanLossWgsl from '../../shaders/meanLoss.wgsl?raw';
import softmaxLossWgsl from '../../shaders/softmaxLoss.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape, expectVec4 } from '../graph/graph.ts';
import { f32Bits, foldWorkgroups, type Kernel, type KernelContext, read, write } from '../graph/kernel.ts';
import { oneRow, vectorRows } from './lanes.ts';
import { epilogue, matmul } from './matmul/matmul.ts';
import { timesMatrix, timesTransposed, transposedTimes } from './doubles.ts';

/** A target that counts nothing: padding, or a row's last token. Any id ≥ V does; this one is what the loader writes. */
export const ignoredTarget = 0xffffffff;

/** Bytes of logits held at once. 16 MiB keeps a chunk large enough for full tiles at V = 65,536 and small beside the weights. */
const chunkBytes = 16 * 2 ** 20;

interface Attributes {
  N: number;
  D: number;
  V: number;
  /** Rows of one chunk of logits. */
  rows: number;
  training: boolean;
  /** Whether this use of the weight adds to its gradient. */
  accumulate: boolean;
  /** Whether every row has a weight of its own, the fifth input. */
  weighted: boolean;
  /** Whether gradients are multiplied with the loss scale, the input after that. */
  scaled: boolean;
}

export interface HeadLossOptions {
  /** Whether gradients are wanted. */
  training: boolean;
  /** (N): weights of single targets, beside that of all. */
  rowWeights?: Tensor;
  /** (4): what gradients are multiplied with, for f16 to hold them (optim/lossScale.ts); nll and loss are not. */
  scale?: Tensor;
}

export interface HeadLoss {
  /** (1): Σ nll · rowWeight · lossWeight over the micro-batches of a step so far; a named state, so that the metrics can read it. */
  loss: Tensor;
  /** (N): −log p(target), nats; 0 where ignored. */
  nll: Tensor;
}

/**
 * Rows a chunk of logits holds: a multiple of 64, so that chunks start on whole tiles and 256-byte offsets. As few chunks as fit the
 * bound, and alike, because a small last one would leave most of a GPU idle.
 */
export function chunkRowsFor(N: number, V: number): number {
  const most = Math.max(64, Math.floor(chunkBytes / (V * 4) / 64) * 64);
  const chunks = Math.ceil(N / most);
  return Math.min(N, Math.ceil(N / chunks / 64) * 64);
}

/**
 * The language-model head and its loss in one op: nll[n] = −log softmax(x[n] Wᵀ)[target[n]], loss = lossWeight · Σ rowWeights · nll.
 * x (N, D), weight (V, D), targets (N) u32 (≥ V: ignored), lossWeight (1) = 1 / counted tokens of the whole step.
 *
 * Logits never exist as (N, V): chunks of rows are made, turned into their own gradient in place and consumed at once, so the
 * op starts the backward chain itself (d loss = 1) and its gradients of x and W are computed in the forward pass.
 */
export function headLoss(
  g: Graph,
  x: Tensor,
  weight: Tensor,
  targets: Tensor,
  lossWeight: Tensor,
  { training, rowWeights, scale }: HeadLossOptions,
): HeadLoss {
  const [N, D] = x.shape as [number, number];
  const V = weight.shape[0]!;
  expectShape('headLoss', weight, [null, D], x);
  expectShape('headLoss', targets, [N], x);
  if (rowWeights) expectShape('headLoss', rowWeights, [N], x);
  expectVec4('headLoss', 'vocab_size', V);
  expectVec4('headLoss', 'hidden_size', D);
  const rows = chunkRowsFor(N, V);
  const loss = g.state('loss', [1]);
  const common = [{ name: 'nll', shape: [N] }, loss, { name: 'logits', shape: [rows, V], dtype: x.dtype }];
  const inputs = [x, weight, targets, lossWeight, ...(rowWeights ? [rowWeights] : [])];
  const attributes = { N, D, V, rows, training, accumulate: false, weighted: rowWeights !== undefined, scaled: false };
  if (!training) return { loss, nll: g.node(headLossOp, inputs, common, attributes)[0]! };
  // That of a frozen head would be the largest tensor of all, and nobody's.
  const claimed = g.isFrozen(weight) ? null : g.claimGradient(weight);
  const outputs = [
    ...common,
    { name: `d ${x.name}`, shape: [N, D], dtype: x.dtype },
    ...(claimed ? [claimed.gradient] : []),
  ];
  const scaled = scale !== undefined;
  const [nll] = g.node(headLossOp, scaled ? [...inputs, scale] : inputs, outputs, {
    ...attributes,
    accumulate: claimed?.accumulate === true,
    scaled,
  });
  return { loss, nll: nll! };
}

/** What the softmax kernel is told of one chunk: M of the rows, from row0 on. */
interface Chunk {
  M: number;
  V: number;
  row0: number;
  training: boolean;
  weighted: boolean;
  scaled: boolean;
  /** −1: log p in place of nll. */
  sign: 1 | -1;
}

/** The kernel between a chunk's logits and what becomes of them; see the shader. */
export function softmaxLoss(
  context: KernelContext,
  { M, V, row0, training, weighted, scaled, sign }: Chunk,
  logits: Tensor,
  bound: Record<'targets' | 'lossWeight' | 'out' | 'scale' | 'rowWeights', Tensor>,
): Kernel {
  const shared = vectorRows(context, V / 4);
  return {
    source: shared.wgsl + softmaxLossWgsl,
    entryPoint: 'softmaxLoss',
    bindings: [
      read(bound.targets),
      read(bound.lossWeight),
      write(logits),
      write(bound.out),
      read(bound.scale),
      read(bound.rowWeights),
    ],
    uniforms: [M, V / 4, row0, training ? 1 : 0, scaled ? 1 : 0, weighted ? 1 : 0, f32Bits(sign)],
    types: { stored: logits.dtype },
    workgroups: foldWorkgroups(shared.groups(M)),
  };
}

export const headLossOp: Op<Attributes> = {
  name: 'headLoss',
  twin: ([x, weight, targets, lossWeight, ...others], { outputs, attributes }, found) => {
    const { N, D, V, training, weighted, scaled } = attributes;
    const rowWeights = weighted ? others[0]! : new Float64Array(N).fill(1);
    const scale = scaled ? others.at(-1)![0]! : 1;
    const logits = timesTransposed(x!, weight!, N, D, V);
    const nll = new Float64Array(N);
    const dlogits = new Float64Array(N * V);
    for (let n = 0; n < N; n++) {
      const target = targets![n]!;
      if (target >= V) continue;
      const row = logits.subarray(n * V, (n + 1) * V);
      const highest = row.reduce((top, v) => Math.max(top, v), -Infinity);
      const sum = row.reduce((total, v) => total + Math.exp(v - highest), 0);
      nll[n] = Math.log(sum) + highest - row[target]!;
      for (let v = 0; v < V; v++) {
        dlogits[n * V + v] =
          scale * rowWeights[n]! * lossWeight![0]! * (Math.exp(row[v]! - highest) / sum - (v === target ? 1 : 0));
      }
    }
    const before = found.accumulating ? found.before[1]![0]! : 0;
    const loss = Float64Array.of(before + lossWeight![0]! * nll.reduce((total, v, n) => total + rowWeights[n]! * v, 0));
    const scratch = new Float64Array(outputs[2]!.size);
    if (!training) return [nll, loss, scratch];
    const dx = timesMatrix(dlogits, weight!, N, V, D);
    return [nll, loss, scratch, dx, ...(outputs[4] ? [transposedTimes(dlogits, x!, N, V, D)] : [])];
  },
  kernels(node, context) {
    const [x, weight, targets, lossWeight, ...others] = node.inputs as [Tensor, Tensor, Tensor, Tensor, ...Tensor[]];
    const { N, D, V, rows, training, accumulate, weighted, scaled } = node.attributes;
    const rowWeights = weighted ? others[0]! : lossWeight;
    const scale = scaled ? others.at(-1)! : lossWeight;
    const [nll, loss, logits, dx, dweight] = node.outputs as [Tensor, Tensor, Tensor, Tensor?, Tensor?];
    const kernels: Kernel[] = [];
    for (let row0 = 0; row0 < N; row0 += rows) {
      const M = Math.min(rows, N - row0);
      kernels.push(...matmul(context, { layout: 'nt', a: x, b: weight, c: logits, M, N: V, K: D, aStart: row0 * D }));
      kernels.push(
        softmaxLoss(context, { M, V, row0, training, weighted, scaled, sign: 1 }, logits, {
          targets,
          lossWeight,
          out: nll,
          scale,
          rowWeights,
        }),
      );
      if (!training) continue;
      kernels.push(...matmul(context, { layout: 'nn', a: logits, b: weight, c: dx!, M, N: D, K: V, cStart: row0 * D }));
      if (!dweight) continue;
      kernels.push(
        ...matmul(context, {
          layout: 'tn',
          a: logits,
          b: x,
          c: dweight,
          M: V,
          N: D,
          K: M,
          bStart: row0 * D,
          epilogue: row0 > 0 || accumulate || context.accumulating ? epilogue.accumulate : epilogue.write,
        }),
      );
    }
    kernels.push({
      source: oneRow(context).wgsl + meanLossWgsl,
      entryPoint: 'meanLoss',
      bindings: [read(nll), read(lossWeight), write(loss), read(rowWeights)],
      uniforms: [N, context.accumulating ? 1 : 0, weighted ? 1 : 0],
      workgroups: [1, 1, 1],
    });
    return kernels;
  },
  backward({ node }) {
    const dx = node.outputs[3];
    if (!dx) throw new Error('headLoss: recorded for scoring only; record it with training = true to differentiate it');
    return [{ share: dx }];
  },
};
