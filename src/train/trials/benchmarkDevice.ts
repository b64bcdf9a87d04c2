/**
 * What this machine's adapter can do: matrix products of our own kernels, and training steps of the presets, smallest first, as far as
 * a few seconds reach. One batch is repeated; nothing is read from disk or network.
 */
import type { RunConfig } from '../../config/run.ts';
import { PRESETS } from '../../config/presets.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { CompiledPlan } from '../../graph/executor.ts';
import { layoutPool } from '../../graph/pool.ts';
import { trainingFlopsPerToken } from '../../model/estimate.ts';
import { parameterCount } from '../../model/parameters.ts';
import type { Layout } from '../../ops/matmul/matmul.ts';
import { productTrial } from '../../ops/matmul/trial.ts';
import type { MachineProgress, MachineReport, ProductSpeed, StepSpeed } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { randomInteger, randomUniform } from '../../util/random.ts';
import type { Backend } from '../backends/backend.ts';
import { GpuBackend } from '../backends/gpu.ts';
import { Engine } from '../engine/engine.ts';
import { deviceWords } from '../../words/device.ts';

/** Side of the square products: the larger fills a GPU, and is some two seconds of work for a software adapter. */
const sides = [512, 1024];
/** Seconds one product or preset is timed for, after a first run that compiles; at least one run. */
const timed = 1;
/** A preset is left out if two of its steps would take longer than this, s, going by the preset before. */
const longest = 8;
/** Steps submitted before their measurements are waited for: keeps the queue full, and a pause answers soon. */
const inFlight = 4;
/** Elements of a product that are recomputed in f64. */
const checked = 16;

const yieldToPage = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Runs batches of work, doubling until one takes a tenth of the time, for `timed` seconds in all; returns runs a second. */
async function runsPerSecond(batch: (runs: number) => Promise<void>, most: number): Promise<number> {
  let [runs, done, size] = [0, 0, 1];
  const start = performance.now();
  while (done < timed) {
    const before = done;
    await batch(size);
    runs += size;
    done = (performance.now() - start) / 1000;
    if (done - before < timed / 10) size = Math.min(2 * size, most);
    await yieldToPage();
  }
  return runs / done;
}

/** C = A·B of one layout at n × n × n, checked against f64, then timed. */
async function product(backend: Backend, kind: Layout, n: number): Promise<ProductSpeed> {
  const shape = { layout: kind, M: n, N: n, K: n };
  const { graph, inputs, output } = productTrial(shape);
  const executor = await backend.open(layoutPool([]), [shape]);
  let plan: CompiledPlan | null = null;
  try {
    const made = (plan = await executor.compile(graph, { keep: [output] }));
    const [a, b] = [0, 1].map((seed) =>
      Float32Array.from({ length: n * n }, (_, i) => randomUniform(seed, 0, i) - 0.5),
    ) as [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
    [a, b].forEach((values, i) => made.host(inputs[i]!).set(values));
    made.upload();
    made.submit(['step']);
    checkProduct(kind, n, a, b, await made.read(output));
    const rate = await runsPerSecond(async (runs) => {
      for (let i = 0; i < runs; i++) made.submit(['step']);
      await executor.finished();
    }, 64);
    return { kind, m: n, n, k: n, flopsPerSecond: rate * 2 * n ** 3 };
  } finally {
    plan?.destroy();
    executor.destroy();
  }
}

/** f32 sums of n terms of size ≤ ¼ differ from f64 by well under n·2⁻²⁴. */
function checkProduct(kind: Layout, n: number, a: Float32Array, b: Float32Array, c: Float32Array): void {
  for (let i = 0; i < checked; i++) {
    const [row, column] = [randomInteger(2, 0, i, n), randomInteger(2, 1, i, n)];
    let sum = 0;
    for (let j = 0; j < n; j++) {
      sum += a[kind === 'tn' ? j * n + row : row * n + j]! * b[kind === 'nt' ? column * n + j : j * n + column]!;
    }
    const found = c[row * n + column]!;
    if (!(Math.abs(found - sum) <= n * 2 ** -24)) {
      throw new UserError(deviceWords.wrongProduct(found, sum));
    }
  }
}

/** Steps of one preset on one repeated batch. */
async function steps(backend: Backend, preset: string, config: RunConfig): Promise<StepSpeed> {
  const { sequences: B, length: T, accumulation } = config.batch;
  const V = config.model.vocab_size;
  const from = performance.now();
  const engine = await Engine.create(backend, config, tokenIndex);
  try {
    engine.initialize(1);
    const tokens = Uint32Array.from({ length: B * T }, (_, i) => Math.floor(V * randomUniform(3, 0, i) ** 3));
    const batch = {
      tokens,
      targets: tokens.map((_, i) => tokens[(i + 1) % tokens.length]!),
      documentStart: new Uint32Array(B * T),
    };
    let step = 0;
    const take = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i++, step++) engine.submitStep(step, () => batch, 1e-3, step + 1);
      return (await engine.metrics(step - 1, step - 1))[0]!.loss;
    };
    const first = await take(1);
    const firstStepMs = performance.now() - from;
    let last = first;
    const rate = await runsPerSecond(async (runs) => {
      last = await take(runs);
    }, inFlight);
    if (!(last < first)) {
      throw new UserError(deviceWords.doesNotLearn(preset, first, last));
    }
    const tokensPerStep = B * T * accumulation;
    return {
      preset,
      parameters: parameterCount(config.model),
      msPerStep: 1000 / rate,
      tokensPerSecond: rate * tokensPerStep,
      flopsPerSecond: rate * stepFlops(config),
      firstStepMs,
      gpuBytes: engine.executor.bytes,
    };
  } finally {
    engine.destroy();
  }
}

/** Model FLOPs of a step, the causal half of attention. */
function stepFlops({ model, batch }: RunConfig): number {
  const { sequences, length, accumulation } = batch;
  return sequences * length * accumulation * trainingFlopsPerToken(model, length, true).total;
}

/** Adapter, limits, products and steps. Takes some seconds; `onProgress` names what is measured next. */
export async function benchmarkDevice(
  backend: Backend,
  onProgress: (progress: MachineProgress) => void,
): Promise<MachineReport> {
  const products: ProductSpeed[] = [];
  for (const side of sides) {
    for (const kind of ['nt', 'nn', 'tn'] as const) {
      onProgress({ kind: 'product', side, done: products.length, total: 3 * sides.length });
      products.push(await product(backend, kind, side));
    }
  }
  const measured: StepSpeed[] = [];
  const bySize = PRESETS.filter(({ config }) => config.data.world === null).sort(
    (a, b) => stepFlops(a.config) - stepFlops(b.config),
  );
  for (const { name, config } of bySize) {
    const before = measured.at(-1);
    if (before && (2 * stepFlops(config)) / before.flopsPerSecond > longest) break;
    onProgress({ kind: 'steps', preset: name, done: measured.length, total: bySize.length });
    measured.push(await steps(backend, name, config));
  }
  const limits: Record<string, number> = {};
  const allowed = backend instanceof GpuBackend ? backend.device.limits : null;
  for (const name in allowed) {
    const limit: unknown = allowed[name as keyof GPUDevice['limits']];
    if (typeof limit === 'number') limits[name] = limit;
  }
  return { adapter: backend.report, limits, products, steps: measured };
}
