/**
 * A model on a device: compiled plans for training and scoring that share one set of weights. Knows nothing of phases, blends or
 * files; `run.ts` decides what it is fed.
 */
import type { ModelConfig, RunConfig } from '../config/run.ts';
import { type Scorer, scorerOfLogits } from '../evaluate/score.ts';
import { joinParts, splitParts, type StorageTensor, type Weight, type Weights } from '../export/parts.ts';
import { compile } from '../gpu/compile.ts';
import { Memory } from '../gpu/memory.ts';
import { Pipelines } from '../gpu/pipelines.ts';
import type { List, Plan } from '../gpu/plan.ts';
import { Readback } from '../gpu/readback.ts';
import { readCopies } from '../gpu/snapshot.ts';
import type { Tensor } from '../graph/graph.ts';
import type { Kernel } from '../graph/kernel.ts';
import type { PoolLayout, PoolName } from '../graph/pool.ts';
import { initialWeights } from '../model/init.ts';
import { parameterList } from '../model/parameters.ts';
import { ignoredTarget } from '../ops/headLoss.ts';
import type { Product } from '../ops/matmul/matmul.ts';
import { initialLossScale } from '../optim/lossScale.ts';
import type { Update } from '../optim/update.ts';
import { UserError } from '../util/errors.ts';
import {
  benchmarkGraph,
  engineLayout,
  type Inputs,
  ringRows,
  type scoringGraph,
  type trainingGraph,
  type TrainingInputs,
} from './graphs.ts';
import { tuneTiles } from './tile.ts';
import { soundVariant, wrongKernel } from './variants.ts';

/** What a step needs of a batch: rows of T tokens with targets, (B, T) each. */
export interface StepBatch {
  tokens: Uint32Array;
  targets: Uint32Array;
  documentStart: Uint32Array;
}

/** One step's measurements, read back from a live device. */
export interface StepMetrics {
  step: number;
  /** Mean −log p of the step's targets, nats. */
  loss: number;
  /** ‖g‖ before clipping. */
  gradNorm: number;
  /**
   * What gradients were multiplied with. 0: loss or norm was not finite and the update did not happen; −1: a weight or moment would
   * not have been and was left as it was; −2: f16 gradients overflowed under a loss scale that has been halved since, and the update
   * did not happen, as now and then is to be expected.
   */
  clip: number;
  lr: number;
}

/** What training has changed: weights and both moments, as the device lays them out (graph/pool.ts). */
export interface Pools {
  parameters: Float32Array<ArrayBuffer>;
  moments1: Float32Array<ArrayBuffer>;
  moments2: Float32Array<ArrayBuffer>;
  /** (4), of an engine with f16 storage: optim/lossScale.ts. */
  lossScale?: Float32Array<ArrayBuffer>;
}

type Elements = Float32Array<ArrayBuffer>;

const storageOf = (model: ModelConfig, layout: PoolLayout): StorageTensor[] =>
  parameterList(model).map((parameter) => ({ ...parameter, ...layout.slices.get(parameter.name)! }));

/** The weights in a pool, by HuggingFace name. */
export const weightsIn = (model: ModelConfig, layout: PoolLayout, pool: Float32Array): Weights =>
  splitParts(storageOf(model, layout), pool);

/** The positions of every token id of a micro-batch, written into the plan's inputs: src/data/tokenIndex.ts does it. */
export type IndexTokens = (tokens: Uint32Array, into: { rowStart: Uint32Array; order: Uint32Array }) => void;

const productsOf = (plans: readonly { lists: Record<List, readonly { kernel: Kernel }[]> }[]): Product[] =>
  plans.flatMap(({ lists }) => Object.values(lists).flat()).flatMap(({ kernel }) => kernel.product ?? []);

/** A scorer of the model in `memory`, its logits read back. */
async function createScorer(
  memory: Memory,
  model: ModelConfig,
  length: number,
): Promise<{ scorer: Scorer; plan: Plan }> {
  const { g, tokens, logits, rows } = benchmarkGraph(model, length);
  const plan = await compile(memory, g, { keep: [logits], label: `benchmark ${length}` });
  const scorer = scorerOfLogits({ rows, length, vocabulary: model.vocab_size }, async (batch) => {
    plan.host(tokens).set(batch);
    plan.upload();
    plan.submit(['step']);
    return plan.read(logits);
  });
  return { scorer, plan };
}

/**
 * A GPU finishes a command buffer before it draws the screen: longer ones make the page stutter, and every cut costs some
 * microseconds. Four are enough for steps of 400 ms, beyond which a smaller batch is the better cure.
 */
const submitMillis = 100;
const mostSubmits = 4;

export class Engine {
  readonly config: RunConfig;
  readonly layout: PoolLayout;
  readonly memory: Memory;
  readonly #training: Plan;
  readonly #inputs: TrainingInputs;
  readonly #update: Update;
  /** Only with f16 storage. */
  readonly #scale: Tensor | undefined;
  readonly #scoring: Plan;
  readonly #scoringInputs: Inputs;
  readonly #nll: Tensor;
  readonly #readback: Readback;
  readonly #index: IndexTokens;
  readonly #scorers = new Map<number, ReturnType<typeof createScorer>>();
  #lost = false;
  /** Whether layers are computed again in the backward pass. */
  #recomputes = false;
  #notice: string | null = null;
  /** Command buffers a micro-batch is cut into. */
  #submits = 1;
  #controls = new Float32Array(4);

  /**
   * Compiles everything a run needs, in the fastest variant that this device gets right. `onProgress` counts pipelines. `check`: false
   * for a device that is known to compute nothing.
   */
  static async create(
    device: GPUDevice,
    software: boolean,
    config: RunConfig,
    index: IndexTokens,
    onProgress?: (done: number, total: number) => void,
    { check = true } = {},
  ): Promise<Engine> {
    if (config.precision === 'f16' && !device.features.has('shader-f16')) {
      throw new UserError('precision is f16, which this adapter has no shader-f16 for: choose f32.', {
        code: 'config',
      });
    }
    const { made, notice } = await soundVariant(
      device,
      software,
      async (context) => {
        try {
          return await Engine.#build(device, config, index, context, onProgress);
        } catch (error) {
          const frugal = { ...context, frugal: true };
          const less = engineLayout(config, frugal).checkpoint && !engineLayout(config, context).checkpoint;
          if (!less || !(error instanceof UserError) || error.code !== 'gpu-memory') throw error;
          return Engine.#build(device, config, index, frugal, onProgress);
        }
      },
      async (engine) => (check ? wrongKernel(engine.memory, config, engine.#recomputes, engine.#products) : ''),
    );
    made.#notice = notice;
    return made;
  }

  static async #build(
    device: GPUDevice,
    config: RunConfig,
    index: IndexTokens,
    context: Memory['context'],
    onProgress?: (done: number, total: number) => void,
  ): Promise<Engine> {
    const pipelines = Pipelines.of(device);
    if (!context.software && !context.plain) {
      const { plans } = engineLayout(config, context);
      await tuneTiles(device, context, pipelines, productsOf([plans.training, plans.scoring]));
    }
    // In the tiles that are known by now.
    const { pools: layout, training, scoring, checkpoint } = engineLayout(config, context);
    const memory = new Memory(device, layout, context, pipelines);
    const plans = await Promise.allSettled([
      compile(memory, training.g, { accumulation: config.batch.accumulation > 1, label: 'train', onProgress }),
      compile(memory, scoring.g, { keep: [scoring.nll], label: 'score' }),
    ]);
    const [made, failed] = [
      plans.filter((one) => one.status === 'fulfilled'),
      plans.find((one) => one.status === 'rejected'),
    ];
    if (failed) {
      for (const { value } of made) value.destroy();
      memory.destroy();
      throw failed.reason;
    }
    const [trainingPlan, scoringPlan] = made.map(({ value }) => value) as [Plan, Plan];
    const engine = new Engine(config, layout, memory, index, training, scoring, [trainingPlan, scoringPlan]);
    engine.#recomputes = checkpoint;
    return engine;
  }

  private constructor(
    config: RunConfig,
    layout: PoolLayout,
    memory: Memory,
    index: IndexTokens,
    training: ReturnType<typeof trainingGraph>,
    scoring: ReturnType<typeof scoringGraph>,
    [trainingPlan, scoringPlan]: [Plan, Plan],
  ) {
    this.config = config;
    this.layout = layout;
    this.memory = memory;
    this.#index = index;
    this.#training = trainingPlan;
    this.#inputs = training.inputs;
    this.#update = { controls: training.controls, ring: training.ring };
    this.#scale = training.scale;
    this.#scoring = scoringPlan;
    this.#scoringInputs = scoring.inputs;
    this.#nll = scoring.nll;
    this.#readback = new Readback(memory, ringRows * 16);
    void memory.watch.loss.then(() => (this.#lost = true));
  }

  /** What the user should know of the kernels: they are not the fastest. */
  get notice(): string | null {
    return this.#notice;
  }

  /** The matrix products of its plans. */
  get #products(): Product[] {
    return productsOf([this.#training, this.#scoring]);
  }

  /** The dispatch list of a step, for describe() and the bench. */
  get plan(): Plan {
    return this.#training;
  }

  /** η, 1/(1−β1ᵗ), 1/(1−β2ᵗ) and row of the ring of the step submitted last. */
  get lastControls(): Float32Array {
    return this.#controls;
  }

  /** Sets every weight from the seed and both moments to 0. */
  initialize(seed: number): void {
    this.memory.writePool('parameters', initialWeights(this.config.model, this.layout, seed));
    this.resetMoments();
    this.#setScale();
  }

  /** Takes over a checkpoint's weights, by HuggingFace name, and sets both moments to 0. Errors name a tensor that does not fit. */
  load(weights: ReadonlyMap<string, Weight>): void {
    const pool = new Float32Array(this.layout.elements);
    joinParts(this.#storage(), weights, pool);
    this.memory.writePool('parameters', pool);
    this.resetMoments();
    this.#setScale();
  }

  /** Takes over weights and moments, bit for bit. Error where they are of another model. */
  restore(pools: Pools): void {
    this.memory.writePool('parameters', pools.parameters);
    this.memory.writePool('moments1', pools.moments1);
    this.memory.writePool('moments2', pools.moments2);
    this.#setScale(pools.lossScale);
  }

  #setScale(value = initialLossScale()): void {
    if (this.#scale) this.memory.device.queue.writeBuffer(this.memory.state(this.#scale), 0, value);
  }

  /** Weights and moments after all work submitted so far; steps submitted later do not show. Rejects when the device is lost. */
  async snapshot(): Promise<Pools> {
    const pools = (['parameters', 'moments1', 'moments2'] as const).map((name) => this.memory.pool(name));
    const scale = this.#scale && this.memory.state(this.#scale);
    const copies = await readCopies(this.memory, scale ? [...pools, scale] : pools);
    this.#checkAlive();
    const [parameters, moments1, moments2, lossScale] = copies as [Elements, Elements, Elements, Elements?];
    return { parameters, moments1, moments2, ...(lossScale && { lossScale }) };
  }

  /** Most calls on a lost device succeed and mean nothing. */
  #checkAlive(): void {
    if (this.#lost) throw new Error('The browser lost the GPU: nothing it answered since is of use.');
  }

  /** The weights after all submitted work, by HuggingFace name. */
  async weights(): Promise<Weights> {
    return splitParts(this.#storage(), await this.readPool('parameters'));
  }

  /** Where each parameter lies in its pool and which HuggingFace tensors it holds. */
  #storage(): StorageTensor[] {
    return storageOf(this.config.model, this.layout);
  }

  resetMoments(): void {
    const encoder = this.memory.device.createCommandEncoder();
    encoder.clearBuffer(this.memory.pool('moments1'));
    encoder.clearBuffer(this.memory.pool('moments2'));
    this.memory.device.queue.submit([encoder.finish()]);
  }

  /**
   * Submits one optimizer step; does not wait. `micros` are its micro-batches, `adamStep` counts from 1 since the moments were 0.
   * The step's measurements appear in `metrics` once the GPU has done it.
   */
  submitStep(step: number, micros: (micro: number) => StepBatch, lr: number, adamStep: number): void {
    const { beta1, beta2 } = this.config.optimizer;
    const { accumulation } = this.config.batch;
    const plan = this.#training;
    for (let micro = 0; micro < accumulation; micro++) {
      const batch = micros(micro);
      const counted = this.#fill(plan, this.#inputs, batch);
      this.#index(batch.tokens, {
        rowStart: plan.host(this.#inputs.rowStart) as Uint32Array,
        order: plan.host(this.#inputs.order) as Uint32Array,
      });
      plan.host(this.#inputs.lossWeight)[0] = 1 / (Math.max(counted, 1) * accumulation);
      this.#controls.set([lr, 1 / (1 - beta1 ** adamStep), 1 / (1 - beta2 ** adamStep), step % ringRows]);
      plan.host(this.#update.controls).set(this.#controls);
      plan.upload();
      const pass = micro === 0 ? 'step' : 'accumulate';
      const lists: List[] = micro === accumulation - 1 ? [pass, 'update'] : [pass];
      const dispatches = lists.reduce((sum, list) => sum + plan.lists[list].length, 0);
      plan.submit(lists, Math.ceil(dispatches / this.#submits));
    }
  }

  /** Cuts coming steps into as many submits as a measured step of `millis` asks for. */
  pace(millis: number): void {
    this.#submits = Math.max(
      1,
      Math.min(mostSubmits, Math.ceil(millis / this.config.batch.accumulation / submitMillis)),
    );
  }

  /** Copies a batch into a plan's inputs; returns how many targets count. */
  #fill(plan: Plan, inputs: Inputs, batch: StepBatch): number {
    plan.host(inputs.tokens).set(batch.tokens);
    plan.host(inputs.targets).set(batch.targets);
    if (inputs.documentStart) plan.host(inputs.documentStart).set(batch.documentStart);
    return batch.targets.reduce((count, target) => count + (target < this.config.model.vocab_size ? 1 : 0), 0);
  }

  /** Measurements of steps `first` … `last`, at most `ringRows` of them, when the GPU has done them. */
  async metrics(first: number, last: number): Promise<StepMetrics[]> {
    const rows = new Float32Array(await this.#readback.read(this.memory.state(this.#update.ring)));
    this.#checkAlive();
    const result: StepMetrics[] = [];
    for (let step = first; step <= last; step++) {
      const [loss, gradNorm, clip, lr] = rows.subarray((step % ringRows) * 4);
      result.push({ step, loss: loss!, gradNorm: gradNorm!, clip: clip!, lr: lr! });
    }
    return result;
  }

  /**
   * −log p, nats, of every target of `count` rows of T tokens; 0 where the target is ignored. Rows are (count, T), padded here to
   * whole batches.
   */
  async score(rows: StepBatch & { count: number }): Promise<Float32Array> {
    const { sequences: B, length: T } = this.config.batch;
    const nll = new Float32Array(rows.count * T);
    const padded: StepBatch = {
      tokens: new Uint32Array(B * T),
      targets: new Uint32Array(B * T),
      documentStart: new Uint32Array(B * T),
    };
    for (let row = 0; row < rows.count; row += B) {
      const [from, to] = [row * T, Math.min(row + B, rows.count) * T];
      padded.tokens.fill(0).set(rows.tokens.subarray(from, to));
      padded.targets.fill(ignoredTarget).set(rows.targets.subarray(from, to));
      padded.documentStart.fill(0).set(rows.documentStart.subarray(from, to));
      this.#fill(this.#scoring, this.#scoringInputs, padded);
      this.#scoring.host(this.#scoringInputs.lossWeight)[0] = 1;
      this.#scoring.upload();
      this.#scoring.submit(['step']);
      nll.set((await this.#scoring.read(this.#nll)).subarray(0, to - from), from);
    }
    return nll;
  }

  /** A scorer of rows of `length` tokens with the weights as they are at each call; compiled once a length. */
  async scorer(length: number): Promise<Scorer> {
    let made = this.#scorers.get(length);
    if (!made) this.#scorers.set(length, (made = createScorer(this.memory, this.config.model, length)));
    made.catch(() => this.#scorers.delete(length)); // another time there may be room for it
    return (await made).scorer;
  }

  /** A pool as it is after all submitted work. */
  async readPool(name: PoolName): Promise<Float32Array<ArrayBuffer>> {
    return (await readCopies(this.memory, [this.memory.pool(name)]))[0]!;
  }

  destroy(): void {
    this.#training.destroy();
    this.#scoring.destroy();
    for (const made of this.#scorers.values()) made.then(({ plan }) => plan.destroy()).catch(() => {}); // a failed one is gone
    this.#readback.destroy();
    this.memory.destroy();
  }
}
