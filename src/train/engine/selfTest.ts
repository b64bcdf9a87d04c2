/**
 * Whether a device's kernels compute what they should: one step of a tiny model, forward, backward and update, against f64 on the CPU
 * (graph/interpret.ts), tensor by tensor in the order they are computed, so that the first wrong one names its kernel. Drivers
 * do get kernels wrong (reliability.md §1), and most give wrong numbers rather than none. The model is cut from the run's own so that the
 * kernels are the run's own too: their pipelines exist already, and what is left costs some ten milliseconds.
 */
import type { RunConfig } from '../../config/run.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import { layoutPlan } from '../../gpu/layout.ts';
import { GpuExecutor } from '../../gpu/executor.ts';
import type { Plan } from '../../gpu/plan.ts';
import { passes } from '../../gpu/tune.ts';
import type { Tensor } from '../../graph/graph.ts';
import { interpret, nmse, type Values } from '../../graph/interpret.ts';
import { type PoolLayout, type PoolName, poolSize } from '../../graph/pool.ts';
import { adamwOp } from '../../ops/adamw.ts';
import type { Product } from '../../ops/matmul/matmul.ts';
import { partsOf, tileName } from '../../ops/matmul/tiles.ts';
import { inTile, knownAnswer } from '../../ops/matmul/trial.ts';
import { readRing } from '../../recipe/measurements.ts';
import { hex, digestOf } from '../../storage/head.ts';
import { randomInteger, randomNormal } from '../../util/random.ts';
import { poolsOf, trainingGraph } from './graphs.ts';

/**
 * Normalised squared error above which a tensor is wrong. WGSL grants exp, division and square root a few units in the last place, a
 * relative 1e-6, so that a right one stays below 1e-11; f16 keeps 5e-4, a few layers deep 1e-5. One wrong element of hundreds is 1e-3.
 */
const tolerance = { f32: 1e-8, f16: 3e-4 };
/** Of the tiny model's weights: large enough that attention prefers some keys and norms differ. */
const deviation = 0.3;
/** Odd numbers of rows and positions fill no tile. */
const [B, T] = [2, 13];
/** Small, so that no f16 gradient overflows; a power of two, which rounds nothing. */
const scaleForTest = 64;
const [rate, adamStep, seed] = [1e-2, 3, 5];

/** Widths from which on products are cut up alike (ops/matmul/tiles.ts); up to it a width is kept as it is. */
const alike = 96;

/** The run's model made small, with the same kernels: head width, rotation, storage and flags are those of the run. */
function tinyOf(config: RunConfig): RunConfig {
  const { model } = config;
  const K = Math.min(model.num_key_value_heads, 2);
  const H = K * Math.min(model.num_attention_heads / model.num_key_value_heads, 2);
  return {
    ...config,
    model: {
      ...model,
      vocab_size: Math.min(model.vocab_size, alike + 4),
      hidden_size: Math.min(model.hidden_size, alike),
      intermediate_size: Math.min(model.intermediate_size, alike),
      num_hidden_layers: 1,
      num_attention_heads: H,
      num_key_value_heads: K,
      max_position_embeddings: T,
    },
    batch: { ...config.batch, sequences: B, length: T },
  };
}

interface StepTrial {
  config: RunConfig;
  /** Micro-batches of the step, all the same one: the second one's kernels add to the first one's gradients. */
  micros: number;
  layout: PoolLayout;
  graph: ReturnType<typeof trainingGraph>;
  keep: Tensor[];
}

function record(config: RunConfig, checkpoint: boolean): StepTrial {
  const tiny = tinyOf(config);
  const layout = poolsOf(tiny);
  const graph = trainingGraph(tiny, layout, checkpoint);
  const nodes = graph.g.nodes.filter(({ phase }) => phase === 'step');
  // The head's logits are turned into their gradient where they lie, chunk by chunk: nothing to compare.
  const keep = nodes.flatMap(({ outputs }) =>
    outputs.filter(({ role, name }) => role === 'activation' && name !== 'logits'),
  );
  return { config: tiny, micros: Math.min(tiny.batch.accumulation, 2), layout, graph, keep };
}

/** What the answer depends on besides the device: every kernel that the trial runs, as text. */
export async function trialKey(
  memory: GpuExecutor,
  config: RunConfig,
  checkpoint: boolean,
  products: readonly Product[],
): Promise<string> {
  const { graph, layout, keep, micros } = record(config, checkpoint);
  const { lists } = layoutPlan(graph.g, layout, memory.context, { keep, accumulation: micros > 1 });
  const keys = new Set(
    Object.values(lists)
      .flat()
      .map(({ kernel }) => memory.pipelines.key(kernel)),
  );
  for (const name of examsOf(memory.context, products).keys()) keys.add(name);
  return hex(await digestOf(new TextEncoder().encode([...keys].sort().join('\n'))));
}

/** What has to be right of a run's products, by name: the tiny model's are too small for the tiles that a large one's have. */
function examsOf(
  context: GpuExecutor['context'],
  products: readonly Product[],
): Map<string, { product: Product; inParts: boolean }> {
  const exams = new Map<string, { product: Product; inParts: boolean }>();
  if (context.software) return exams; // one tile for all
  for (const product of products) {
    const inParts = partsOf(context, product) > 1;
    exams.set(`matmul (${product.layout}, ${tileName(context, product)}${inParts ? ', in parts' : ''})`, {
      product,
      inParts,
    });
  }
  return exams;
}

/** The first kernel that computes wrongly, by the name of its op; null: none does. */
export async function selfTest(
  memory: GpuExecutor,
  config: RunConfig,
  checkpoint: boolean,
  products: readonly Product[] = [],
): Promise<string | null> {
  for (const [name, { product, inParts }] of examsOf(memory.context, products)) {
    const known = knownAnswer(product.layout, inParts);
    const tiles = inTile(known.product, tileName(memory.context, product));
    if (!(await passes(memory.device, { ...memory.context, ...tiles }, memory.pipelines, known))) return name;
  }
  const trial = record(config, checkpoint);
  const own = new GpuExecutor(memory.device, trial.layout, memory.context, memory.pipelines);
  let plan: Plan | null = null;
  try {
    plan = await own.compile(trial.graph.g, { keep: trial.keep, accumulation: trial.micros > 1, label: 'self-test' });
    return await judge(own, plan, trial);
  } finally {
    plan?.destroy();
    own.destroy();
  }
}

async function judge(memory: GpuExecutor, plan: Plan, trial: StepTrial): Promise<string | null> {
  const { g, scale, ring, controls } = trial.graph;
  const values = inputValues(trial);
  const before = pools(trial);
  for (const [name, data] of Object.entries(before)) memory.write(name as PoolName, data);
  if (scale) memory.write(scale, Float32Array.of(scaleForTest, 0, 0, 0));
  for (const input of g.inputs) if (input !== controls) plan.host(input).set(values.get(input)!);
  const { beta1, beta2 } = trial.config.optimizer;
  const control = Float32Array.of(rate, 1 / (1 - beta1 ** adamStep), 1 / (1 - beta2 ** adamStep), 0);
  plan.host(controls).set(control);
  plan.upload();
  plan.submit(trial.micros > 1 ? ['step', 'accumulate', 'update'] : ['step', 'update']);

  const names = ['gradients', 'parameters', 'moments1', 'moments2'] as const;
  const read = await memory.read([
    ...trial.keep.map((tensor) => plan.locate(tensor)),
    ...names.map((name) => ({ buffer: memory.pool(name), offset: 0, size: memory.pool(name).size })),
    plan.locate(ring),
  ]);
  const found = new Map(trial.keep.map((tensor, i) => [tensor, elements(read[i]!, tensor)]));
  const [gradients, ...updated] = read.slice(trial.keep.length, -1).map((bytes) => new Float32Array(bytes));

  expectValues(trial, before.parameters, values);
  const most = tolerance[trial.config.precision];
  const offsetOf = new Map(
    [...g.gradients].map(([parameter, gradient]) => [gradient, trial.layout.slices.get(parameter.name)!.offset]),
  );
  for (const node of g.nodes.filter(({ phase }) => phase === 'step')) {
    for (const output of node.outputs) {
      const at = offsetOf.get(output);
      const want = values.get(output)!;
      const right =
        at === undefined
          ? !found.has(output) || nmse(found.get(output)!, want) <= most
          : nmse(
              gradients!.subarray(at, at + output.size),
              want.map((x) => x * trial.micros),
            ) <= most;
      if (!right) return node.op.name;
    }
  }
  // From the GPU's own gradients, in f32 whatever the storage.
  const want = updateValues(trial, { ...before, gradients: gradients! }, control, values);
  const { loss, gradNorm: norm, clip: factor } = readRing(0, new Float32Array(read.at(-1)!), []);
  const wantLoss = values.get(trial.graph.loss)![0]! * trial.micros;
  if (!(Math.abs(loss / wantLoss - 1) < Math.sqrt(most))) return 'headLoss';
  if (!(Math.abs(norm / want.norm - 1) < 1e-4) || !(Math.abs(factor - want.factor) < 1e-4)) return 'gradientNorm';
  const fits = want.pools.every((pool, i) => nmse(updated[i]!, pool) <= tolerance.f32);
  return fits ? null : 'adamw';
}

function elements(bytes: ArrayBuffer, { dtype, size }: Tensor): ArrayLike<number> {
  if (dtype === 'f16') return Float32Array.from(new Uint16Array(bytes, 0, size), fromHalf);
  return new Float32Array(bytes, 0, size);
}

/** The value of an IEEE half by its bits. */
function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Tokens with some targets ignored, each row cut into two documents. */
function inputValues({ config, graph: { inputs } }: StepTrial): Values {
  const V = config.model.vocab_size;
  const tokens = Uint32Array.from({ length: B * T }, (_, i) => randomInteger(seed, 1, i, V));
  const targets = tokens.map((_, i) => ((i + 1) % T === 0 ? 0xffffffff : tokens[i + 1]!));
  const index = { rowStart: new Uint32Array(V + 1), order: new Uint32Array(B * T) };
  tokenIndex(tokens, index);
  const values: Values = new Map([
    [inputs.tokens, Float64Array.from(tokens)],
    [inputs.targets, Float64Array.from(targets)],
    [inputs.lossWeight, Float64Array.of(Math.fround(1 / (B * (T - 1))))],
    [inputs.rowStart, Float64Array.from(index.rowStart)],
    [inputs.order, Float64Array.from(index.order)],
    // Whatever an objective's columns mean: small numbers, which are indices of rows and tokens too.
    ...Object.values(inputs.columns).map(
      (column, c) => [column, Float64Array.from({ length: column.size }, (_, i) => (i + c) % 3)] as const,
    ),
  ]);
  if (inputs.documentStart)
    values.set(
      inputs.documentStart,
      Float64Array.from(tokens, (_, i) => (i % T < 5 ? 0 : 5)),
    );
  return values;
}

type Pools = Record<PoolName, Float32Array<ArrayBuffer>>;

/** Weights as random as any, moments as after some steps. */
function pools({ layout }: StepTrial): Omit<Pools, 'gradients'> {
  const fill = (pool: PoolName, of: (i: number) => number) =>
    Float32Array.from({ length: poolSize(layout, pool) }, (_, i) => of(i));
  return {
    parameters: fill('parameters', (i) => deviation * randomNormal(seed, 2, i)),
    moments1: fill('moments1', (i) => 1e-2 * randomNormal(seed, 3, i)),
    moments2: fill('moments2', (i) => 1e-4 * randomNormal(seed, 4, i) ** 2),
  };
}

/** Every tensor of the step by the f64 twins. */
function expectValues({ graph: { g, scale }, layout }: StepTrial, parameters: Float32Array, values: Values): void {
  for (const parameter of g.parameters) {
    const { offset, size } = layout.slices.get(parameter.name)!;
    values.set(parameter, Float64Array.from(parameters.subarray(offset, offset + size)));
  }
  for (const tensor of g.tensors)
    if (tensor.role === 'pool' && tensor.name === 'parameters') values.set(tensor, Float64Array.from(parameters));
  if (scale) values.set(scale, Float64Array.of(scaleForTest, 0, 0, 0));
  interpret({ constants: g.constants, nodes: g.nodes.filter(({ phase }) => phase === 'step') }, values);
}

/** The optimizer's step by the f64 twins, from what pools `held`. */
function updateValues({ graph: { g, controls, ring } }: StepTrial, held: Pools, control: Float32Array, values: Values) {
  for (const tensor of g.tensors) {
    if (tensor.role === 'pool') values.set(tensor, Float64Array.from(held[tensor.name as PoolName]));
    if (tensor.role === 'state' && !values.has(tensor)) values.set(tensor, new Float64Array(tensor.size));
  }
  values.set(controls, Float64Array.from(control));
  const nodes = g.nodes.filter(({ phase }) => phase === 'update');
  interpret({ nodes, constants: g.constants }, values);
  const { gradNorm: norm, clip: factor } = readRing(0, values.get(ring)!, []);
  const [parameters, moments1, moments2] = nodes
    .find(({ op }) => op === adamwOp)!
    .outputs.map((output) => values.get(output)!);
  return { norm, factor, pools: [parameters!, moments1!, moments2!] };
}
