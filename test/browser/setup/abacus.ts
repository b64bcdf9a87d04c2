/**
 * What computes in a run, replaced by what counts: for tests of all that is around it. Page, worker, trainer, supervisor, storage, locks
 * and the WebGPU device are the real ones (abacusPage.ts puts this in); kernels are neither compiled nor run, which on a software adapter
 * is most of what a test of the page costs. Losses follow from every batch since the start, in the pools alone: a run that goes on
 * from anything but its own save has other ones from there on.
 */
import type { RunConfig } from '../../../src/config/run.ts';
import { scoreSuites } from '../../../src/evaluate/report.ts';
import { joinParts, splitParts, type StorageTensor, type Weights } from '../../../src/export/parts.ts';
import { GpuExecutor } from '../../../src/gpu/executor.ts';
import type { PoolLayout } from '../../../src/graph/pool.ts';
import { initialWeights } from '../../../src/model/init.ts';
import { parameterList } from '../../../src/model/parameters.ts';
import type { GpuBackend } from '../../../src/train/backends/gpu.ts';
import type { TrainingData } from '../../../src/train/run/data.ts';
import type { Engine as RealEngine, Pools, StepBatch, StepMetrics } from '../../../src/train/engine/engine.ts';
import type { Evaluator as RealEvaluator } from '../../../src/train/engine/evaluator.ts';
import { poolsOf } from '../../../src/train/engine/graphs.ts';
import type { Inspector as RealInspector, Readings } from '../../../src/train/engine/inspect.ts';

/**
 * What a worker may set beforehand. `pace`: milliseconds of a step; ten are enough that a run of many is no load, and little enough that
 * some are no wait. `heldFrom`: no measurement of that step or a later one ever comes, so that the run stands still there.
 */
const asked = globalThis as { pace?: number; heldFrom?: number };

/** What a run asks of an engine; a trial asks more, and is not counted. */
type Asked = Omit<RealEngine, 'plan' | 'lastControls' | 'score' | 'scorer' | 'readPool'>;

export class Engine implements Asked {
  readonly config: RunConfig;
  readonly layout: PoolLayout;
  readonly executor: GpuExecutor;
  readonly notice = null;
  readonly #pools: Pools;
  readonly #rows = new Map<number, StepMetrics>();
  /** The answer asked for last: a queue answers in order. */
  #turn: Promise<unknown> = Promise.resolve();

  static async create(
    backend: GpuBackend,
    config: RunConfig,
    _index: unknown,
    onProgress?: (done: number, total: number) => void,
  ): Promise<Engine> {
    const engine = new Engine(backend, config);
    onProgress?.(0, 1);
    await engine.executor.allocated();
    onProgress?.(1, 1);
    return engine;
  }

  private constructor({ device, context }: GpuBackend, config: RunConfig) {
    this.config = config;
    this.layout = poolsOf(config);
    this.executor = new GpuExecutor(device, this.layout, context);
    // As much room as the real one's pools take, and as likely to be refused.
    for (const name of ['parameters', 'gradients', 'moments1', 'moments2'] as const) this.executor.pool(name);
    const zeros = () => new Float32Array(this.layout.elements);
    this.#pools = { parameters: zeros(), moments1: zeros(), moments2: zeros() };
  }

  initialize(seed: number): void {
    this.#pools.parameters.set(initialWeights(this.config.model, this.layout, seed));
    this.resetMoments();
  }

  load(weights: Parameters<typeof joinParts>[1]): void {
    joinParts(this.#storage(), weights, this.#pools.parameters);
    this.resetMoments();
  }

  restore(pools: Pools): void {
    for (const name of ['parameters', 'moments1', 'moments2'] as const) this.#pools[name].set(pools[name]);
  }

  resetMoments(): void {
    this.#pools.moments1.fill(0);
    this.#pools.moments2.fill(0);
  }

  async snapshot(): Promise<Pools> {
    const { parameters, moments1, moments2 } = this.#pools;
    const copies = { parameters: parameters.slice(), moments1: moments1.slice(), moments2: moments2.slice() };
    await this.#answer();
    return copies;
  }

  /** As a GPU does. */
  readonly answersLater = true;

  snapshotNow(): null {
    return null;
  }

  metricsNow(): null {
    return null;
  }

  async weights(): Promise<Weights> {
    return splitParts(this.#storage(), this.#pools.parameters);
  }

  submitStep(step: number, micros: (micro: number) => StepBatch, lr: number, adamStep: number): void {
    const { parameters, moments1, moments2 } = this.#pools;
    let hash = adamStep;
    for (let micro = 0; micro < this.config.batch.accumulation; micro++)
      for (const token of micros(micro).tokens) hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + token;
    const drawn = (hash >>> 0) / 2 ** 32; // of [0, 1)
    const at = step % parameters.length;
    moments1[at] = drawn;
    moments2[at] = lr;
    parameters[0] =
      0.9 * parameters[0]! + 0.1 * drawn + moments1[(at + parameters.length - 1) % parameters.length]! / 8;
    parameters[at] = parameters[at]! + lr * drawn;
    const loss = Math.fround(Math.log(this.config.model.vocab_size) - parameters[0] / 4);
    this.#rows.set(step, { step, loss, gradNorm: Math.fround(1 + drawn), clip: 1, lr, update: 'made' });
  }

  pace(): void {}

  async metrics(first: number, last: number): Promise<StepMetrics[]> {
    const taken = async (): Promise<void> => {
      for (let step = first; step <= last; step++) {
        const isHeld = step >= (asked.heldFrom ?? Infinity);
        await new Promise<void>((resolve) => !isHeld && setTimeout(resolve, asked.pace ?? 10));
      }
    };
    await (this.#turn = this.#turn.then(taken));
    await this.#answer();
    const rows = Array.from({ length: last - first + 1 }, (_, i) => this.#rows.get(first + i)!);
    for (const { step } of rows) this.#rows.delete(step);
    return rows;
  }

  destroy(): void {
    this.executor.destroy();
  }

  /** What the device has to say: of one that is lost, that it is. */
  #answer(): Promise<unknown> {
    return this.executor.finished();
  }

  #storage(): StorageTensor[] {
    return parameterList(this.config.model).map((parameter) => ({
      ...parameter,
      ...this.layout.slices.get(parameter.name)!,
    }));
  }
}

export class Evaluator implements Pick<RealEvaluator, keyof RealEvaluator> {
  readonly #data: TrainingData;

  constructor(_config: RunConfig, data: TrainingData) {
    this.#data = data;
  }

  async heldOut(): ReturnType<RealEvaluator['heldOut']> {
    const losses = this.#data.heldOut.map(({ name, rows }, i) => [name, 4 + i / 10, rows.count] as const);
    return {
      loss: Object.fromEntries(losses.map(([name, loss]) => [name, loss])),
      rows: Object.fromEntries(losses.map(([name, loss, count]) => [name, Array.from({ length: count }, () => loss)])),
    };
  }

  benchmarks(): ReturnType<typeof scoreSuites> {
    const { tokenizer, suites } = this.#data;
    return scoreSuites(tokenizer, suites, async (length) => ({
      rows: 16,
      length,
      score: async ({ token }) => ({
        logProb: Float64Array.from(token, (id) => -1 - id / 100),
        best: new Float64Array(token.length),
      }),
    }));
  }

  async samples(prompts: readonly string[]): Promise<string[]> {
    return prompts.map((prompt) => `${prompt} counted and not computed`);
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  destroy(): void {}
}

export class Inspector implements Pick<RealInspector, keyof RealInspector> {
  static async create(): Promise<Inspector> {
    return new Inspector();
  }

  async look(): Promise<Readings> {
    return { tensors: [], layers: [] };
  }

  destroy(): void {}
}
