/** From nodes of a graph to calls of kernels: for every op the ones that compute it, forward and backward. */
import type { Node, Op, Tensor } from '../graph/graph.ts';
import type { adamwOp } from '../ops/adamw.ts';
import type { pairMeasuresOp } from '../ops/align/pairMeasures.ts';
import { type preferenceOp, preferenceKinds } from '../ops/align/preference.ts';
import type { rewardLossOp } from '../ops/align/rewardLoss.ts';
import type { attentionOp } from '../ops/attention/attention.ts';
import type { cachedAttentionOp } from '../ops/attention/cachedAttention.ts';
import type { columnMaxOp } from '../ops/columnMax.ts';
import type { embeddingGradientOp, embeddingOp } from '../ops/embedding.ts';
import type { gradientNormOp } from '../ops/gradientNorm.ts';
import type { headLossOp } from '../ops/headLoss.ts';
import type { layerNormGradientOp, layerNormOp } from '../ops/layerNorm.ts';
import type { inputGradientOp, linearOp, weightGradientOp } from '../ops/linear.ts';
import type { addBiasOp, biasGradientOp } from '../ops/llama/bias.ts';
import type { rmsNormGradientOp, rmsNormOp } from '../ops/llama/rmsNorm.ts';
import type { swigluOp } from '../ops/llama/swiglu.ts';
import type { squaredReluOp } from '../ops/adapters/squaredRelu.ts';
import type { logProbGradientOp, logProbOp } from '../ops/logProb.ts';
import type { mlpOp } from '../ops/mlp.ts';
import type { productOp } from '../ops/matmul/trial.ts';
import type { ringColumnOp } from '../ops/ringColumn.ts';
import type { scaleOp } from '../ops/adapters/scale.ts';
import type { rowSumsOp, sameOp, spreadOp, stepTotalOp } from '../ops/sums.ts';
import type { tensorNormsOp } from '../ops/tensorNorms.ts';
import { UserError } from '../util/errors.ts';
import { type Call, call, element, inScratch, type WasmKernel, rowsPerBlock } from './kernel.ts';
import { registerKernels } from './kernels/library.ts';
import { pairMeasuresKernel, preferenceKernel, rewardLossKernel } from './kernels/align.ts';
import { attentionCalls, scoreMaxCalls } from './kernels/attention.ts';
import { attentionGradientCalls } from './kernels/attentionGradient.ts';
import { cachedAttentionCalls } from './kernels/cachedAttention.ts';
import { layerNormGradientKernel, layerNormKernel } from './kernels/layerNorm.ts';
import {
  addBiasKernel,
  rmsNormGradientKernel,
  rmsNormKernel,
  scaleKernel,
  squaredReluKernel,
  squaredReluOfGradientKernel,
  swigluGradientKernel,
  swigluKernel,
} from './kernels/llama.ts';
import { adamwKernel, clipKernel, ringColumnKernel, squareSumsKernel, tensorNormsKernel } from './kernels/optimizer.ts';
import { product } from './kernels/product.ts';
import {
  addKernel,
  addPartsKernel,
  columnMaxKernel,
  embeddingGradientKernel,
  embeddingKernel,
} from './kernels/rows.ts';
import { meanLossKernel, softmaxLossKernel } from './kernels/softmaxLoss.ts';
import { rowSumsKernel, sameKernel, spreadKernel } from './kernels/sums.ts';
import { deviceWords } from '../words/device.ts';

/** A node's tensors, as many as its op has: the op has seen to that. One that it can go without is tested for. */
type Operands = readonly [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, ...Tensor[]];
/** `accumulating`: first writes to parameters' gradients add too, as in the 2nd and later micro-batches of a step. */
type Lower<A> = (inputs: Operands, outputs: Operands, attributes: A, accumulating: boolean) => Call[];
type AttributesOf<O> = O extends Op<infer A> ? A : never;
type For<O> = Lower<AttributesOf<O>>;

/** One call over rows, `per` of them a block. */
const rowsOf = (rows: number, width: number): { per: number; blocks: number } => {
  const per = rowsPerBlock(width);
  return { per, blocks: Math.ceil(rows / per) };
};

/** A pair's loss is the work of some elements of a row. */
const pairWidth = 64;

const linear: For<typeof linearOp> = ([a, b, aux], [c], { N, I, O }) =>
  product({ layout: 'nt', a, b, c, M: N, N: O, K: I, aux, finish: aux ? 'add' : 'write' });

const linearInputGradient: For<typeof inputGradientOp> = ([a, b, aux], [c], { N, I, O }) =>
  product({ layout: 'nn', a, b, c, M: N, N: I, K: O, aux, finish: aux ? 'add' : 'write' });

const linearWeightGradient: For<typeof weightGradientOp> = ([a, b], [c], { N, I, O, accumulate }, accumulating) =>
  product({ layout: 'tn', a, b, c, M: O, N: I, K: N, finish: accumulate || accumulating ? 'accumulate' : 'write' });

const squaredReluMlp: For<typeof mlpOp> = ([x, up, down, aux], [y, a], { N, D, F }) => [
  ...product({ layout: 'nt', a: x, b: up, c: a, M: N, N: F, K: D, finish: 'squaredRelu' }),
  ...product({ layout: 'nt', a, b: down, c: y, M: N, N: D, K: F, finish: 'add', aux }),
];

const squaredReluGradient: For<typeof mlpOp> = ([dy, down, aux], [du], { N, D, F }) =>
  product({ layout: 'nn', a: dy, b: down, c: du, M: N, N: F, K: D, finish: 'squaredReluGradient', aux });

const plainProduct: For<typeof productOp> = ([a, b], [c], { layout, M, N, K }) =>
  product({ layout, a, b, c, M, N, K, finish: 'write' });

const add: Lower<object> = ([a, b], [c]) => {
  const vectors = Math.ceil(c.size / 4);
  const { per, blocks } = rowsOf(vectors, 4);
  return [call(addKernel, { a, b, c, vectors, per }, { blocks })];
};

const embedding: For<typeof embeddingOp> = ([weight, tokens], [y], { N, D }) => {
  const { per, blocks } = rowsOf(N, D);
  return [call(embeddingKernel, { weight, tokens, y, N, D, per }, { blocks })];
};

const embeddingGradient: For<typeof embeddingGradientOp> = (inputs, [dweight], attributes, accumulating) => {
  const [rowStart, order, dy] = inputs;
  const { V, D } = attributes;
  const accumulate = attributes.accumulate || accumulating ? 1 : 0;
  const { per, blocks } = rowsOf(V, D);
  return [call(embeddingGradientKernel, { rowStart, order, dy, dweight, V, D, accumulate, per }, { blocks })];
};

const layerNorm: For<typeof layerNormOp> = ([x, weight, bias], [y, stats], { N, D, eps }) => {
  const { per, blocks } = rowsOf(N, D);
  return [call(layerNormKernel, { x, weight, bias, y, stats, N, D, eps, per }, { blocks })];
};

const layerNormGradient: For<typeof layerNormGradientOp> = (inputs, outputs, { N, D, ...attributes }, accumulating) => {
  const [x, weight, stats, dy, partial] = inputs;
  const [dx, dweight, dbias] = outputs;
  // Each block leaves sums of its own: of 32 rows or more, so that adding them up is little work.
  const per = Math.max(32, rowsPerBlock(D));
  const parts = Math.ceil(N / per);
  const scratch = 8 * D * parts;
  const accumulate = attributes.accumulate || accumulating ? 1 : 0;
  const columns = rowsOf(D / 4, 4 * parts);
  const sum = (to: Tensor, from: number): Call =>
    call(
      addPartsKernel,
      { from: inScratch(from), to, columns: D, stride: 8 * D, parts, accumulate, per: columns.per },
      { blocks: columns.blocks, scratch },
    );
  return [
    call(
      layerNormGradientKernel,
      { x, weight, stats, dy, partial: partial ?? 0, dx, sums: inScratch(0), N, D, per },
      { blocks: parts, scratch },
    ),
    sum(dweight, 0),
    sum(dbias, 4 * D),
  ];
};

const rmsNorm: For<typeof rmsNormOp> = ([x, weight], [y, scales], { N, D, eps }) => {
  const { per, blocks } = rowsOf(N, D);
  return [call(rmsNormKernel, { x, weight, y, scales, N, D, eps, per }, { blocks })];
};

const rmsNormGradient: For<typeof rmsNormGradientOp> = (inputs, [dx, to], { N, D, ...attributes }, accumulating) => {
  const [x, weight, scales, dy, partial] = inputs;
  // As layerNormGradient's.
  const per = Math.max(32, rowsPerBlock(D));
  const parts = Math.ceil(N / per);
  const scratch = 4 * D * parts;
  const accumulate = attributes.accumulate || accumulating ? 1 : 0;
  const columns = rowsOf(D / 4, 4 * parts);
  const tensors = { x, weight, scales, dy, partial: partial ?? 0, dx };
  return [
    call(rmsNormGradientKernel, { ...tensors, sums: inScratch(0), N, D, per }, { blocks: parts, scratch }),
    call(
      addPartsKernel,
      { from: inScratch(0), to, columns: D, stride: 4 * D, parts, accumulate, per: columns.per },
      { blocks: columns.blocks, scratch },
    ),
  ];
};

const swiglu: For<typeof swigluOp> = ([x], [y], { N, F }) => {
  const { per, blocks } = rowsOf(N, 2 * F);
  return [call(swigluKernel, { x, y, N, F, per }, { blocks })];
};

const swigluGradient: For<typeof swigluOp> = ([x, dy], [dx], { N, F }) => {
  const { per, blocks } = rowsOf(N, 2 * F);
  return [call(swigluGradientKernel, { x, dy, dx, N, F, per }, { blocks })];
};

const addBias: For<typeof addBiasOp> = ([x, bias], [y], { N, O }) => {
  const { per, blocks } = rowsOf(N, O);
  return [call(addBiasKernel, { x, bias, y, N, O, per }, { blocks })];
};

const biasGradient: For<typeof biasGradientOp> = ([from], [to], { N, O, ...attributes }, accumulating) => {
  const { per, blocks } = rowsOf(O / 4, 4 * N);
  const accumulate = attributes.accumulate || accumulating ? 1 : 0;
  return [call(addPartsKernel, { from, to, columns: O, stride: 4 * O, parts: N, accumulate, per }, { blocks })];
};

const squaredReluOf: For<typeof squaredReluOp> = ([x], [y], { vectors }) => {
  const { per, blocks } = rowsOf(vectors, 4);
  return [call(squaredReluKernel, { x, y, vectors, per }, { blocks })];
};

const squaredReluOfGradient: For<typeof squaredReluOp> = ([y, dy], [dx], { vectors }) => {
  const { per, blocks } = rowsOf(vectors, 4);
  return [call(squaredReluOfGradientKernel, { y, dy, dx, vectors, per }, { blocks })];
};

const scaling: For<typeof scaleOp> = ([x], [y], { factor }) => {
  const vectors = y.size / 4;
  const { per, blocks } = rowsOf(vectors, 4);
  return [call(scaleKernel, { x, y, vectors, factor, per }, { blocks })];
};

const attention: For<typeof attentionOp> = ([qkv, rotary, starts], [output, rotated, statistics], shape) =>
  attentionCalls({ qkv, rotary, starts: starts ?? 0, output, rotated, statistics }, shape);

const attentionGradient: For<typeof attentionOp> = (inputs, [dqkv, delta], shape) => {
  const [qkv, rotary, rotated, output, statistics, doutput] = inputs;
  return attentionGradientCalls({ qkv, rotary, rotated, output, statistics, doutput, dqkv, delta }, shape);
};

const scoreMax: For<typeof attentionOp> = ([rotated, statistics], [highest], shape) =>
  scoreMaxCalls({ rotated, statistics, highest }, shape);

const cachedAttention: For<typeof cachedAttentionOp> = (inputs, [output, q], shape) => {
  const [qkv, rotary, positions, cacheK, cacheV] = inputs;
  return cachedAttentionCalls({ qkv, rotary, positions, cacheK, cacheV, q, output }, positions.size > 1, shape);
};

const headLoss: For<typeof headLossOp> = (inputs, outputs, attributes, accumulating) => {
  const [x, weight, targets, lossWeight, ...others] = inputs;
  const [nll, loss, logits, dx, dweight] = outputs;
  const { N, D, V, rows, training, accumulate, weighted, scaled } = attributes;
  const scale = scaled ? others.at(-1)! : 0;
  const calls: Call[] = [];
  for (let row = 0; row < N; row += rows) {
    const M = Math.min(rows, N - row);
    const { per, blocks } = rowsOf(M, V);
    calls.push(...product({ layout: 'nt', a: x, b: weight, c: logits, M, N: V, K: D, aStart: row * D }));
    calls.push(
      call(
        softmaxLossKernel,
        {
          ...{ targets: element(targets, row), nll: element(nll, row), lossWeight, logits, scale },
          ...{
            rowWeights: weighted ? element(others[0], row) : 0,
            rows: M,
            V,
            training: training ? 1 : 0,
            per,
            sign: 1,
          },
        },
        { blocks },
      ),
    );
    if (!training) continue;
    calls.push(...product({ layout: 'nn', a: logits, b: weight, c: dx, M, N: D, K: V, cStart: row * D }));
    const finish = row > 0 || accumulate || accumulating ? 'accumulate' : 'write';
    calls.push(...product({ layout: 'tn', a: logits, b: x, c: dweight, M: V, N: D, K: M, bStart: row * D, finish }));
  }
  const rowWeights = weighted ? others[0] : 0;
  return [...calls, call(meanLossKernel, { nll, lossWeight, loss, rowWeights, N, accumulate: accumulating ? 1 : 0 })];
};

const logProb: For<typeof logProbOp> = ([x, weight, targets, unit], [logp, logits], { N, D, V, rows }) => {
  const calls: Call[] = [];
  for (let row = 0; row < N; row += rows) {
    const M = Math.min(rows, N - row);
    const { per, blocks } = rowsOf(M, V);
    const chunk = { targets: element(targets, row), nll: element(logp, row), logits, lossWeight: unit };
    calls.push(
      ...product({ layout: 'nt', a: x, b: weight, c: logits, M, N: V, K: D, aStart: row * D }),
      call(
        softmaxLossKernel,
        { ...chunk, scale: 0, rowWeights: 0, rows: M, V, training: 0, per, sign: -1 },
        { blocks },
      ),
    );
  }
  return calls;
};

const logProbGradient: For<typeof logProbGradientOp> = (inputs, outputs, attributes, accumulating) => {
  const [x, weight, targets, unit, dlogp] = inputs;
  const [again, logits, dx, dweight] = outputs;
  const { N, D, V, rows, accumulate } = attributes;
  const calls: Call[] = [];
  for (let row = 0; row < N; row += rows) {
    const M = Math.min(rows, N - row);
    const { per, blocks } = rowsOf(M, V);
    const chunk = { targets: element(targets, row), nll: element(again, row), logits, lossWeight: unit };
    const rowWeights = element(dlogp, row);
    const finish = row > 0 || accumulate || accumulating ? 'accumulate' : 'write';
    calls.push(
      ...product({ layout: 'nt', a: x, b: weight, c: logits, M, N: V, K: D, aStart: row * D }),
      call(softmaxLossKernel, { ...chunk, scale: 0, rowWeights, rows: M, V, training: 1, per, sign: -1 }, { blocks }),
      ...product({ layout: 'nn', a: logits, b: weight, c: dx, M, N: D, K: V, cStart: row * D }),
      ...product({ layout: 'tn', a: logits, b: x, c: dweight, M: V, N: D, K: M, bStart: row * D, finish }),
    );
  }
  return calls;
};

const rowSums: For<typeof rowSumsOp> = ([x, weights], [y], { B, T }) => {
  const { per, blocks } = rowsOf(B, T);
  return [call(rowSumsKernel, { x, weights, y, B, T, per }, { blocks })];
};

const spread: For<typeof spreadOp> = ([dy, weights], [dx], { B, T }) => {
  const { per, blocks } = rowsOf(B, T);
  return [call(spreadKernel, { dy, weights, dx, B, T, per }, { blocks })];
};

const stepTotal: For<typeof stepTotalOp> = ([nll, lossWeight], [loss], _, accumulating) => [
  call(meanLossKernel, { nll, lossWeight, loss, rowWeights: 0, N: nll.size, accumulate: accumulating ? 1 : 0 }),
];

const same: For<typeof sameOp> = ([weight, scale], [out]) => [
  call(sameKernel, { weight, scale: scale ?? 0, out, size: out.size }),
];

/** Of a row of the ring. */
const rowBytesOf = (ring: Tensor): number => 4 * ring.shape[1]!;

const ringColumn: For<typeof ringColumnOp> = ([value, controls], [ring], { column }) => [
  call(ringColumnKernel, { value, controls, ring, column: 4 * column, rowBytes: rowBytesOf(ring) }),
];

const preference: For<typeof preferenceOp> = (inputs, [losses, slopes], { P, kind, ...settings }) => {
  const [logProbs, references, rewards, counts] = inputs;
  const { per, blocks } = rowsOf(P, pairWidth);
  const tensors = { logProbs, references, rewards, counts, losses, slopes };
  return [call(preferenceKernel, { ...tensors, ...settings, P, kind: preferenceKinds.indexOf(kind), per }, { blocks })];
};

const pairMeasures: For<typeof pairMeasuresOp> = ([logProbs, references, counts], outputs, { P }) => {
  const [chosen, rejected, chosenGain, rejectedGain, right] = outputs;
  const { per, blocks } = rowsOf(P, pairWidth);
  const tensors = { logProbs, references, counts, chosen, rejected, chosenGain, rejectedGain, right };
  return [call(pairMeasuresKernel, { ...tensors, P, per }, { blocks })];
};

const rewardLoss: For<typeof rewardLossOp> = (inputs, [errors, slopes], { B, T, O, outputs }) => {
  const [predictions, last, labels, mask] = inputs;
  const { per, blocks } = rowsOf(B, T * O);
  return [
    call(rewardLossKernel, { predictions, last, labels, mask, errors, slopes, B, T, O, outputs, per }, { blocks }),
  ];
};

const gradientNorm: For<typeof gradientNormOp> = (inputs, outputs, { maxNorm, stepsToDouble }) => {
  const [gradients, loss, controls] = inputs;
  const [clip, ring, lossScale, squares] = outputs;
  const vectors = gradients.size / 4;
  // Sums in f64, of a block each: as many as their tensor holds at most.
  const per = Math.max(rowsPerBlock(4), Math.ceil(vectors / Math.floor(squares.size / 2)));
  const count = Math.ceil(vectors / per);
  const rowBytes = rowBytesOf(ring);
  return [
    call(squareSumsKernel, { gradients, squares, vectors, per }, { blocks: count }),
    call(clipKernel, { squares, count, loss, controls, clip, ring, lossScale, maxNorm, stepsToDouble, rowBytes }),
  ];
};

const adamw: For<typeof adamwOp> = (inputs, outputs, attributes) => {
  const [gradients, controls, clip] = inputs;
  const [weights, moments1, moments2, ring] = outputs;
  const { beta1, beta2, epsilon, weightDecay: decay, decayed } = attributes;
  const vectors = gradients.size / 4;
  const { per, blocks } = rowsOf(vectors, 4);
  return [
    call(
      adamwKernel,
      {
        ...{ gradients, controls, clip, weights, moments1, moments2, ring, vectors, decayed: decayed / 4, per },
        rowBytes: rowBytesOf(ring),
        ...{ beta1, beta2, rest1: 1 - Math.fround(beta1), rest2: 1 - Math.fround(beta2), epsilon, decay },
      },
      { blocks },
    ),
  ];
};

const tensorNorms: For<typeof tensorNormsOp> = (inputs, [norms], { epsilon, weightDecay: decay, decayed }) => {
  const [slices, controls, clip, gradients, weights, moments1, moments2] = inputs;
  const pools = { gradients, weights, moments1, moments2 };
  const values = { slices, controls, clip, ...pools, norms, decayed: decayed / 4, epsilon, decay };
  return [call(tensorNormsKernel, values, { blocks: norms.shape[0] })];
};

const columnMax: For<typeof columnMaxOp> = ([x], [highest], { N, C }) => {
  const { per, blocks } = rowsOf(C, N);
  return [call(columnMaxKernel, { x, highest, N, C, per }, { blocks })];
};

/** By name of the op. */
const lowerings: Record<string, Lower<any>> = {
  ...{ linear, linearInputGradient, linearWeightGradient, squaredReluMlp, squaredReluGradient, add },
  product: plainProduct,
  ...{ embedding, embeddingGradient, layerNorm, layerNormGradient },
  ...{ rmsNorm, rmsNormGradient, swiglu, swigluGradient, addBias, biasGradient, scale: scaling },
  ...{ squaredReluOf, squaredReluOfGradient },
  ...{ attention, attentionGradient, cachedAttention, scoreMax },
  ...{ headLoss, logProb, logProbGradient, rowSums, spread, stepTotal, same },
  ...{ gradientNorm, ringColumn, adamw, tensorNorms, columnMax },
  ...{ preference, pairMeasures, rewardLoss },
};

/** From now on the processor does ops of this name by `calls`, which are of its own kernels and of these. Before the first executor. */
export function registerLowering(name: string, kernels: readonly WasmKernel[], calls: Lower<any>): void {
  registerKernels(kernels);
  lowerings[name] = calls;
}

export function lower(node: Node, accumulating: boolean): Call[] {
  for (const tensor of [...node.inputs, ...node.outputs]) {
    if (tensor.dtype === 'f16') {
      throw new UserError(deviceWords.noF16Arithmetic, {
        code: 'config',
      });
    }
  }
  const found = lowerings[node.op.name];
  if (!found) throw new Error(`the processor has no kernel for op ${node.op.name}: add one to src/cpu/lower.ts`);
  return found(node.inputs as unknown as Operands, node.outputs as unknown as Operands, node.attributes, accumulating);
}
