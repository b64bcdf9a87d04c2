/** Whole models under the objectives of alignment: the processor against doubles, doubles against finite differences, and what sees nothing. */
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/config/run.ts';
import { createCpuExecutor } from '../../src/cpu/executor.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import type { Tensor } from '../../src/graph/graph.ts';
import { interpret, nmse, type Values } from '../../src/graph/interpret.ts';
import { initialWeights } from '../../src/model/init.ts';
import { registerAlignment } from '../../src/objective/alignment.ts';
import { objectiveOf, trainedParameters } from '../../src/objective/objectives.ts';
import { poolsOf, trainingGraph } from '../../src/train/engine/graphs.ts';
import { randomNormal } from '../../src/util/random.ts';

registerAlignment();
const ignored = 0xffffffff;
const [B, T, V] = [4, 12, 20];
const schedule = {
  kind: 'constant',
  peak: 1e-3,
  end: 1e-3,
  warmupSteps: 0,
  warmupStart: 0,
  decayShare: 0.2,
  decayShape: 'linear',
} as const;
const configOf = (objective: RunConfig['objective']): RunConfig => ({
  preset: 'test',
  seed: 1,
  model: {
    ...{ vocab_size: V, hidden_size: 16, intermediate_size: 32, num_hidden_layers: 2, num_attention_heads: 4 },
    ...{ num_key_value_heads: 2, head_dim: 4, max_position_embeddings: T, initializer_range: 0.3, norm_eps: 1e-5 },
    ...{ rope_theta: 10000, partial_rotary_factor: 0.5 },
  },
  tokenizer: { kind: 'byte' },
  data: { world: null, heldOut: 0.1, split: 'hash', separateDocuments: true },
  batch: { sequences: B, length: T, accumulation: 1 },
  precision: 'f32',
  optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weight_decay: 0, decay_embeddings: true, max_grad_norm: 1 },
  objective,
  base: { steps: 1, schedule, blend: { text: 1 } },
  continued: null,
  evaluation: { everySteps: 0, rows: 1 },
  logEverySteps: 1,
});

/** Four rows, answers in their second half; the last pair's second row is short. */
const tokens = Uint32Array.from({ length: B * T }, (_, i) => (7 * i + (i % 5)) % V);
const spoken = (i: number): boolean => i % T >= 6 && i % T < 10;
const targets = tokens.map((_, i) => (spoken(i) ? tokens[i + 1]! : ignored));
const last = [11, 7, 9, 10];
const columns: Record<string, (outputs: number) => Float32Array | Uint32Array> = {
  references: () => Float32Array.from({ length: B }, (_, b) => -12 - b),
  rewards: () => Float32Array.of(2, 0.5, 1, 0.8),
  counts: () => new Float32Array(B).fill(1),
  last: () => Uint32Array.from(last),
  labels: (outputs) => Float32Array.from({ length: B * outputs }, (_, i) => i % 5),
  mask: (outputs) => Float32Array.from({ length: B * outputs }, (_, i) => (i % 3 === 1 ? 0 : 1)),
  reads: () => {
    const reads = new Float32Array(B * T * 4);
    last.forEach((at, b) => (reads[(b * T + at) * 4] = 1));
    return reads;
  },
};

const objectives: NonNullable<RunConfig['objective']>[] = [
  { name: 'sft' },
  { name: 'reward', outputs: 5 },
  { name: 'reward', outputs: 9 },
  { name: 'pairwise' },
  { name: 'dpo', beta: 0.3, sftWeight: 0.05 },
  ...['backward', 'forward', 'squared', 'ipo'].map((distance) => ({
    name: 'rpo',
    distance,
    beta: 0.3,
    eta: 1,
    sftWeight: 0.02,
  })),
];

/** A graph of one step, its inputs, and the d states that flows into the model. */
function recorded(objective: NonNullable<RunConfig['objective']>) {
  const config = configOf(objective);
  const layout = poolsOf(config);
  const graph = trainingGraph(config, layout);
  const outputs = Number(objective.outputs ?? 1);
  const own = objectiveOf(config);
  const given = Object.fromEntries(own.columns.map(({ name }) => [name, columns[name]!(outputs)]));
  const index = { rowStart: new Uint32Array(V + 1), order: new Uint32Array(B * T) };
  tokenIndex(tokens, index);
  const counted = own.counted({ targets, columns: given }, config.model);
  const { inputs } = graph;
  const values = new Map<Tensor, Uint32Array | Float32Array>([
    [inputs.tokens, tokens],
    [inputs.targets, targets],
    [inputs.documentStart!, tokens.map(() => 0)],
    [inputs.rowStart, index.rowStart],
    [inputs.order, index.order],
    [inputs.lossWeight, Float32Array.of(1 / counted)],
    ...Object.entries(inputs.columns).map(([name, input]) => [input, given[name]!] as const),
  ]);
  const pool = initialWeights(config.model, layout, 1, trainedParameters(config));
  // A head of zeros would hide what flows through it.
  const score = layout.slices.get('score.weight');
  if (score) for (let i = 0; i < score.size; i++) pool[score.offset + i] = 0.3 * randomNormal(1, 9, i);
  // What the last norm's gradient reads: the gradient of the states that the objective stands on.
  const norm = graph.g.nodes.findLast(({ op }) => op.name === 'layerNorm')!;
  const back = graph.g.nodes.find(
    ({ op, inputs: read }) => op.name === 'layerNormGradient' && read[2] === norm.outputs[1],
  )!;
  return { config, layout, graph, values, pool, dstates: back.inputs[3]! };
}

function inDoubles(
  { graph, values, pool, layout }: ReturnType<typeof recorded>,
  weights: Float64Array = Float64Array.from(pool),
) {
  const found: Values = new Map();
  for (const [input, elements] of values) found.set(input, Float64Array.from(elements));
  for (const parameter of graph.g.parameters) {
    const { offset, size } = layout.slices.get(parameter.name)!;
    found.set(parameter, weights.subarray(offset, offset + size));
  }
  const { constants, nodes } = graph.g;
  interpret({ constants, nodes: nodes.filter(({ phase }) => phase === 'step') }, found);
  return found;
}

describe.each(objectives)('$name $distance $outputs', (objective) => {
  it('has the gradients of doubles on the processor, and those of finite differences', async () => {
    const one = recorded(objective);
    const { graph, layout, values, pool, dstates } = one;
    const want = inDoubles(one);
    const opened = await createCpuExecutor(layout, {});
    const plan = await opened.compile(graph.g, { keep: [dstates] });
    opened.write('parameters', pool);
    for (const [input, elements] of values) plan.host(input).set(elements);
    plan.upload();
    plan.submit(['step']);
    const [gradients] = await opened.snapshot(['gradients']);
    const seen = await plan.read(dstates);
    opened.destroy();

    for (const [parameter, gradient] of graph.g.gradients) {
      const { offset, size } = layout.slices.get(parameter.name)!;
      const error = nmse(gradients!.subarray(offset, offset + size), want.get(gradient)!);
      expect(error, parameter.name).toBeLessThan(1e-10);
    }

    // Of each weight one element, by central differences of the loss in doubles.
    const step = 1e-5;
    for (const [parameter, gradient] of graph.g.gradients) {
      const { offset, size } = layout.slices.get(parameter.name)!;
      for (const i of [Math.floor(size / 3)]) {
        const lossAt = (by: number): number => {
          const moved = Float64Array.from(pool);
          moved[offset + i]! += by;
          return inDoubles(one, moved).get(graph.loss)![0]!;
        };
        const difference = (lossAt(step) - lossAt(-step)) / (2 * step);
        const slope = want.get(gradient)![i]!;
        expect(Math.abs(difference - slope), `${parameter.name}[${i}]`).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(slope)),
        );
      }
    }

    // What is masked flows nowhere, to the bit; a reward is read at a row's last token only.
    const reads = ['reward', 'pairwise'].includes(objective.name)
      ? (i: number) => i % T === last[Math.floor(i / T)]
      : spoken;
    const D = seen.length / (B * T);
    for (let i = 0; i < B * T; i++) {
      const flows = seen.subarray(i * D, (i + 1) * D).some((value) => value !== 0);
      expect(flows, `token ${i}`).toBe(reads(i));
    }
  });
});
