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
import { mapTuple } from '../util/tuple.ts';
import { type Call, call, element, inScratch, rowsPerBlock, type Value, type WasmKernel } from './kernel.ts';
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

/** How rows of `width` elements are cut into blocks. */
const cut = (rows: number, width: number, per = rowsPerBlock(width)) => ({ per, blocks: Math.ceil(rows / per) });

/** One call over rows, `per` of them a block: as many as are some ten microseconds' work, where a row is `width` elements. */
function overRows<P extends string>(
  kernel: WasmKernel<P>,
  [rows, width]: readonly [number, number],
  values: Record<Exclude<P, 'per'>, Value>,
  scratch = 0,
): Call {
  const { per, blocks } = cut(rows, width);
  return call(kernel as WasmKernel, { ...values, per }, { blocks, scratch });
}

/** One call over all elements of tensors that are alike, as vectors of four. */
const overVectors = <P extends string>(
  kernel: WasmKernel<P>,
  vectors: number,
  values: Record<Exclude<P, 'per' | 'vectors'>, Value>,
): Call => overRows(kernel as WasmKernel, [vectors, 4], { ...values, vectors });

const flag = (value: boolean): number => (value ? 1 : 0);

/** to[c] (+)= Σ over `parts` lines, `stride` bytes apart, of column c from `from` on. */
const addParts = (
  values: Record<'from' | 'to', Value> & Record<'columns' | 'stride' | 'parts', number>,
  accumulate: boolean,
  scratch = 0,
): Call =>
  overRows(
    addPartsKernel,
    [values.columns / 4, 4 * values.parts],
    { ...values, accumulate: flag(accumulate) },
    scratch,
  );

/** Rows of N in chunks of at most `most`: the first row and how many. */
function* chunksOf(N: number, most: number): Generator<[row: number, rows: number]> {
  for (let row = 0; row < N; row += most) yield [row, Math.min(most, N - row)];
}

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

const add: Lower<object> = ([a, b], [c]) => [overVectors(addKernel, Math.ceil(c.size / 4), { a, b, c })];

const embedding: For<typeof embeddingOp> = ([weight, tokens], [y], { N, D }) => [
  overRows(embeddingKernel, [N, D], { weight, tokens, y, N, D }),
];

const embeddingGradient: For<typeof embeddingGradientOp> = (inputs, [dweight], attributes, accumulating) => {
  const [rowStart, order, dy] = inputs;
  const { V, D } = attributes;
  const accumulate = flag(attributes.accumulate || accumulating);
  return [overRows(embeddingGradientKernel, [V, D], { rowStart, order, dy, dweight, V, D, accumulate })];
};

const layerNorm: For<typeof layerNormOp> = ([x, weight, bias], [y, stats], { N, D, eps }) => [
  overRows(layerNormKernel, [N, D], { x, weight, bias, y, stats, N, D, eps }),
];

/** A norm's gradient leaves sums of each block: of 32 rows or more, so that adding them up is little work. */
const normCut = (N: number, D: number) => cut(N, D, Math.max(32, rowsPerBlock(D)));

const layerNormGradient: For<typeof layerNormGradientOp> = (inputs, outputs, { N, D, ...attributes }, accumulating) => {
  const [x, weight, stats, dy, partial] = inputs;
  const [dx, dweight, dbias] = outputs;
  const { per, blocks: parts } = normCut(N, D);
  const stride = 8 * D; // both sums of a block, one behind the other
  const scratch = stride * parts;
  const sum = (to: Tensor, from: number): Call =>
    addParts({ from: inScratch(from), to, columns: D, stride, parts }, attributes.accumulate || accumulating, scratch);
  const tensors = { x, weight, stats, dy, partial: partial ?? 0, dx };
  return [
    call(layerNormGradientKernel, { ...tensors, sums: inScratch(0), N, D, per }, { blocks: parts, scratch }),
    sum(dweight, 0),
    sum(dbias, 4 * D),
  ];
};

const rmsNorm: For<typeof rmsNormOp> = ([x, weight], [y, scales], { N, D, eps }) => [
  overRows(rmsNormKernel, [N, D], { x, weight, y, scales, N, D, eps }),
];

const rmsNormGradient: For<typeof rmsNormGradientOp> = (inputs, [dx, to], { N, D, ...attributes }, accumulating) => {
  const [x, weight, scales, dy, partial] = inputs;
  const { per, blocks: parts } = normCut(N, D);
  const stride = 4 * D;
  const scratch = stride * parts;
  const tensors = { x, weight, scales, dy, partial: partial ?? 0, dx };
  return [
    call(rmsNormGradientKernel, { ...tensors, sums: inScratch(0), N, D, per }, { blocks: parts, scratch }),
    addParts({ from: inScratch(0), to, columns: D, stride, parts }, attributes.accumulate || accumulating, scratch),
  ];
};

const swiglu: For<typeof swigluOp> = ([x], [y], { N, F }) => [overRows(swigluKernel, [N, 2 * F], { x, y, N, F })];

const swigluGradient: For<typeof swigluOp> = ([x, dy], [dx], { N, F }) => [
  overRows(swigluGradientKernel, [N, 2 * F], { x, dy, dx, N, F }),
];

const addBias: For<typeof addBiasOp> = ([x, bias], [y], { N, O }) => [
  overRows(addBiasKernel, [N, O], { x, bias, y, N, O }),
];

const biasGradient: For<typeof biasGradientOp> = ([from], [to], { N, O, ...attributes }, accumulating) => [
  addParts({ from, to, columns: O, stride: 4 * O, parts: N }, attributes.accumulate || accumulating),
];

const squaredReluOf: For<typeof squaredReluOp> = ([x], [y], { vectors }) => [
  overVectors(squaredReluKernel, vectors, { x, y }),
];

const squaredReluOfGradient: For<typeof squaredReluOp> = ([y, dy], [dx], { vectors }) => [
  overVectors(squaredReluOfGradientKernel, vectors, { y, dy, dx }),
];

const scaling: For<typeof scaleOp> = ([x], [y], { factor }) => [overVectors(scaleKernel, y.size / 4, { x, y, factor })];

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
  const { N, D, V, rows: most, training, accumulate, weighted, scaled } = attributes;
  const scale = scaled ? others.at(-1)! : 0;
  const calls: Call[] = [];
  for (const [row, rows] of chunksOf(N, most)) {
    const rowWeights = weighted ? element(others[0], row) : 0;
    const chunk = { targets: element(targets, row), nll: element(nll, row), rowWeights };
    calls.push(
      ...product({ layout: 'nt', a: x, b: weight, c: logits, M: rows, N: V, K: D, aStart: row * D }),
      overRows(softmaxLossKernel, [rows, V], {
        ...chunk,
        ...{ lossWeight, logits, scale, rows, V, training: flag(training), sign: 1 },
      }),
    );
    if (!training) continue;
    calls.push(...product({ layout: 'nn', a: logits, b: weight, c: dx, M: rows, N: D, K: V, cStart: row * D }));
    if (outputs.length < 5) continue;
    const finish = row > 0 || accumulate || accumulating ? 'accumulate' : 'write';
    calls.push(...product({ layout: 'tn', a: logits, b: x, c: dweight, M: V, N: D, K: rows, bStart: row * D, finish }));
  }
  const rowWeights = weighted ? others[0] : 0;
  return [...calls, call(meanLossKernel, { nll, lossWeight, loss, rowWeights, N, accumulate: flag(accumulating) })];
};

const logProb: For<typeof logProbOp> = ([x, weight, targets, unit], [logp, logits], { N, D, V, rows: most }) =>
  [...chunksOf(N, most)].flatMap(([row, rows]) => [
    ...product({ layout: 'nt', a: x, b: weight, c: logits, M: rows, N: V, K: D, aStart: row * D }),
    overRows(softmaxLossKernel, [rows, V], {
      ...{ targets: element(targets, row), nll: element(logp, row), logits, lossWeight: unit },
      ...{ scale: 0, rowWeights: 0, rows, V, training: 0, sign: -1 },
    }),
  ]);

const logProbGradient: For<typeof logProbGradientOp> = (inputs, outputs, attributes, accumulating) => {
  const [x, weight, targets, unit, dlogp] = inputs;
  const [again, logits, dx, dweight] = outputs;
  const { N, D, V, rows: most, accumulate } = attributes;
  return [...chunksOf(N, most)].flatMap(([row, rows]) => {
    const finish = row > 0 || accumulate || accumulating ? 'accumulate' : 'write';
    return [
      ...product({ layout: 'nt', a: x, b: weight, c: logits, M: rows, N: V, K: D, aStart: row * D }),
      overRows(softmaxLossKernel, [rows, V], {
        ...{ targets: element(targets, row), nll: element(again, row), logits, lossWeight: unit },
        ...{ scale: 0, rowWeights: element(dlogp, row), rows, V, training: 1, sign: -1 },
      }),
      ...product({ layout: 'nn', a: logits, b: weight, c: dx, M: rows, N: D, K: V, cStart: row * D }),
      ...product({ layout: 'tn', a: logits, b: x, c: dweight, M: V, N: D, K: rows, bStart: row * D, finish }),
    ];
  });
};

const rowSums: For<typeof rowSumsOp> = ([x, weights], [y], { B, T }) => [
  overRows(rowSumsKernel, [B, T], { x, weights, y, B, T }),
];

const spread: For<typeof spreadOp> = ([dy, weights], [dx], { B, T }) => [
  overRows(spreadKernel, [B, T], { dy, weights, dx, B, T }),
];

const stepTotal: For<typeof stepTotalOp> = ([nll, lossWeight], [loss], _, accumulating) => [
  call(meanLossKernel, { nll, lossWeight, loss, rowWeights: 0, N: nll.size, accumulate: flag(accumulating) }),
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
  const tensors = { logProbs, references, rewards, counts, losses, slopes };
  return [
    overRows(preferenceKernel, [P, pairWidth], { ...tensors, ...settings, P, kind: preferenceKinds.indexOf(kind) }),
  ];
};

const pairMeasures: For<typeof pairMeasuresOp> = ([logProbs, references, counts], outputs, { P }) => {
  const [chosen, rejected, chosenGain, rejectedGain, right] = outputs;
  const tensors = { logProbs, references, counts, chosen, rejected, chosenGain, rejectedGain, right };
  return [overRows(pairMeasuresKernel, [P, pairWidth], { ...tensors, P })];
};

const rewardLoss: For<typeof rewardLossOp> = (inputs, [errors, slopes], { B, T, O, outputs }) => {
  const [predictions, last, labels, mask] = inputs;
  const tensors = { predictions, last, labels, mask, errors, slopes };
  return [overRows(rewardLossKernel, [B, T * O], { ...tensors, B, T, O, outputs })];
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
  const { beta1, beta2, epsilon, weightDecay, regions } = attributes;
  const shared = { controls, clip, ring, rowBytes: rowBytesOf(ring), beta1, beta2 };
  const rests = { rest1: 1 - Math.fround(beta1), rest2: 1 - Math.fround(beta2) };
  return regions.map(({ end, rate, epsilon: e, decay }, i) => {
    const from = regions[i - 1]?.end ?? 0;
    const [g, w, m, v] = mapTuple([gradients, weights, moments1, moments2], (pool) => element(pool, from));
    const scaled = { rate, epsilon: epsilon * e, decay: weightDecay * decay };
    const places = { gradients: g, weights: w, moments1: m, moments2: v };
    return overVectors(adamwKernel, (end - from) / 4, { ...places, ...shared, ...rests, ...scaled });
  });
};

const tensorNorms: For<typeof tensorNormsOp> = (inputs, [norms]) => {
  const [slices, controls, clip, gradients, weights, moments1, moments2] = inputs;
  const pools = { gradients, weights, moments1, moments2 };
  const values = { slices, controls, clip, ...pools, norms };
  return [call(tensorNormsKernel, values, { blocks: norms.shape[0] })];
};

const columnMax: For<typeof columnMaxOp> = ([x], [highest], { N, C }) => [
  overRows(columnMaxKernel, [C, N], { x, highest, N, C }),
];

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
