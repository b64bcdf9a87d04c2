/**
 * A model on an executor: compiled plans for training and scoring that share one set of weights. Knows nothing of phases, blends or
 * files; `run.ts` decides what it is fed.
 */
import type { ModelConfig, RunConfig } from '../../config/run.ts';
import { type Scorer, scorerOfLogits } from '../../evaluate/score.ts';
import { joinParts, splitParts, type StorageTensor, type Weight, type Weights } from '../../export/parts.ts';
import type { CompiledPlan, Executor, List } from '../../graph/executor.ts';
import type { Tensor } from '../../graph/graph.ts';
import type { PoolLayout, PoolName } from '../../graph/pool.ts';
import { initialWeights } from '../../model/init.ts';
import { type Parameter, parameterList } from '../../model/parameters.ts';
import type { HostColumns, Objective } from '../../objective/objective.ts';
import { objectiveOf, trainedParameters } from '../../objective/objectives.ts';
import { ignoredTarget } from '../../ops/headLoss.ts';
import { initialLossScale } from '../../optim/lossScale.ts';
import type { Update } from '../../optim/update.ts';
import { readRing, type StepMetrics } from '../../recipe/measurements.ts';
import type { Backend } from '../backends/backend.ts';
import { benchmarkGraph, type EngineLayout, type BatchInputs, ringRows, type TrainingInputs } from './graphs.ts';

/** What a step needs of a batch: rows of T tokens with targets, (B, T) each. */
export interface StepBatch {
  tokens: Uint32Array;
  targets: Uint32Array;
  documentStart: Uint32Array;
  /** What the run's objective reads besides, by name. */
  columns?: HostColumns;
}

/** What training has changed: weights and both moments, as executors lay them out (graph/pool.ts). */
export interface Pools {
  parameters: Float32Array<ArrayBuffer>;
  moments1: Float32Array<ArrayBuffer>;
  moments2: Float32Array<ArrayBuffer>;
  /** (4), of an engine with f16 storage: optim/lossScale.ts. */
  lossScale?: Float32Array<ArrayBuffer>;
}

type Elements = Float32Array<ArrayBuffer>;

const poolNames = ['parameters', 'moments1', 'moments2'] as const satisfies PoolName[];

/** `copies`: of those pools, and of the loss scale if there is one. */
function poolsOf(copies: readonly Elements[]): Pools {
  const [parameters, moments1, moments2, lossScale] = copies as [Elements, Elements, Elements, Elements?];
  return { parameters, moments1, moments2, ...(lossScale && { lossScale }) };
}

const storageOf = (parameters: readonly Parameter[], layout: PoolLayout): StorageTensor[] =>
  parameters.map((parameter) => ({ ...parameter, ...layout.slices.get(parameter.name)! }));

/** The weights in a pool, by HuggingFace name. */
export const weightsIn = (model: ModelConfig, layout: PoolLayout, pool: Float32Array): Weights =>
  splitParts(
    // What is frozen has no moments.
    storageOf(parameterList(model), layout).filter(({ offset }) => offset < pool.length),
    pool,
  );

export type { StepMetrics } from '../../recipe/measurements.ts';

/** The positions of every token id of a micro-batch, written into the plan's inputs: src/data/tokenIndex.ts does it. */
export type IndexTokens = (tokens: Uint32Array, into: { rowStart: Uint32Array; order: Uint32Array }) => void;

const copyOf = ({ tokens, targets, documentStart, columns = {} }: StepBatch): StepBatch => ({
  tokens: tokens.slice(),
  targets: targets.slice(),
  documentStart: documentStart.slice(),
  columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice()])),
});

/** A scorer of the model that `executor` holds, its logits read back. */
async function createScorer(
  executor: Executor,
  model: ModelConfig,
  length: number,
): Promise<{ scorer: Scorer; plan: CompiledPlan }> {
  const { g, tokens, logits, rows } = benchmarkGraph(model, length);
  const plan = await executor.compile(g, { keep: [logits], label: `benchmark ${length}` });
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
  readonly executor: Executor;
  readonly #objective: Objective;
  readonly #parameters: readonly Parameter[];
  /** null: of one that only reads. */
  readonly #training: CompiledPlan | null;
  readonly #inputs: TrainingInputs;
  readonly #update: Update;
  /** Only with f16 storage. */
  readonly #scale: Tensor | undefined;
  readonly #scoring: CompiledPlan;
  readonly #scoringInputs: BatchInputs;
  readonly #nll: Tensor;
  readonly #index: IndexTokens;
  readonly #scorers = new Map<number, ReturnType<typeof createScorer>>();
  #notice: string | null = null;
  /** Command buffers a micro-batch is cut into. */
  #submits = 1;
  #controls = new Float32Array(4);

  /**
   * Compiles everything a run needs. `onProgress` counts its parts. `check`: false for a device that is known to compute nothing. `trains`:
   * false for a model that is only scored and asked to write, which then has no gradients and no moments.
   */
  static async create(
    backend: Backend,
    config: RunConfig,
    index: IndexTokens,
    onProgress?: (done: number, total: number) => void,
    { check = true, trains = true } = {},
  ): Promise<Engine> {
    const compile = (executor: Executor, layout: EngineLayout): Promise<Engine> =>
      Engine.#compile(executor, config, index, layout, trains, onProgress);
    const { made, notice } = await backend.build(config, compile, check);
    made.#notice = notice;
    return made;
  }

  static async #compile(
    executor: Executor,
    config: RunConfig,
    index: IndexTokens,
    { training, scoring }: EngineLayout,
    trains: boolean,
    onProgress?: (done: number, total: number) => void,
  ): Promise<Engine> {
    const plans = await Promise.allSettled([
      trains
        ? executor.compile(training.g, { accumulation: config.batch.accumulation > 1, label: 'train', onProgress })
        : null,
      executor.compile(scoring.g, { keep: [scoring.nll], label: 'score' }),
    ]);
    const [made, failed] = [
      plans.filter((one) => one.status === 'fulfilled'),
      plans.find((one) => one.status === 'rejected'),
    ];
    if (failed) {
      for (const { value } of made) value?.destroy();
      throw failed.reason;
    }
    const [trainingPlan, scoringPlan] = made.map(({ value }) => value) as [CompiledPlan | null, CompiledPlan];
    return new Engine(config, executor, index, training, scoring, [trainingPlan, scoringPlan]);
  }

  private constructor(
    config: RunConfig,
    executor: Executor,
    index: IndexTokens,
    training: EngineLayout['training'],
    scoring: EngineLayout['scoring'],
    [trainingPlan, scoringPlan]: [CompiledPlan | null, CompiledPlan],
  ) {
    this.config = config;
    this.layout = executor.layout;
    this.executor = executor;
    this.#objective = objectiveOf(config);
    this.#parameters = trainedParameters(config);
    this.#index = index;
    this.#training = trainingPlan;
    this.#inputs = training.inputs;
    this.#update = { controls: training.controls, ring: training.ring };
    this.#scale = training.scale;
    this.#scoring = scoringPlan;
    this.#scoringInputs = scoring.inputs;
    this.#nll = scoring.nll;
  }

  /** What the user should know of the kernels: they are not the fastest. */
  get notice(): string | null {
    return this.#notice;
  }

  /** That of a step, for tests and tools. */
  get plan(): CompiledPlan {
    if (!this.#training) throw new Error('this engine was made to read a model, and takes no steps');
    return this.#training;
  }

  /** η, 1/(1−β1ᵗ), 1/(1−β2ᵗ) and row of the ring of the step submitted last. */
  get lastControls(): Float32Array {
    return this.#controls;
  }

  /** Sets every weight from the seed and both moments to 0. */
  initialize(seed: number): void {
    this.executor.write('parameters', this.#initial(seed));
    this.resetMoments();
    this.#setScale();
  }

  /** The pool, those parameters drawn and the others 0. */
  #initial(seed: number, parameters = this.#parameters): Float32Array<ArrayBuffer> {
    return initialWeights(this.config.model, this.layout, seed, parameters);
  }

  /**
   * Takes over a checkpoint's weights, by HuggingFace name, and sets both moments to 0. What the objective has of its own starts from the
   * run's seed where the checkpoint has none of it. Errors name a tensor of the model that does not fit.
   */
  load(weights: ReadonlyMap<string, Weight>): void {
    const models = new Set(parameterList(this.config.model).map(({ name }) => name));
    const isGiven = ({ name, parts }: Parameter): boolean =>
      models.has(name) || parts.every((part) => weights.has(part.name));
    const pool = this.#initial(
      this.config.seed,
      this.#parameters.filter((parameter) => !isGiven(parameter)),
    );
    joinParts(storageOf(this.#parameters.filter(isGiven), this.layout), weights, pool);
    this.executor.write('parameters', pool);
    if (!this.#training) return;
    this.resetMoments();
    this.#setScale();
  }

  /** Takes over weights and moments, bit for bit. Error where they are of another model. */
  restore(pools: Pools): void {
    this.executor.write('parameters', pools.parameters);
    this.executor.write('moments1', pools.moments1);
    this.executor.write('moments2', pools.moments2);
    this.#setScale(pools.lossScale);
  }

  #setScale(value = initialLossScale()): void {
    if (this.#scale) this.executor.write(this.#scale, value);
  }

  /** Weights and moments after all work submitted so far; steps submitted later do not show. Rejects where they are lost. */
  async snapshot(): Promise<Pools> {
    return poolsOf(await this.executor.snapshot(this.#kept));
  }

  /** The same at once; null: the executor does not answer at once. */
  snapshotNow(): Pools | null {
    const copies = this.executor.snapshotNow?.(this.#kept);
    return copies ? poolsOf(copies) : null;
  }

  /** Whether another processor does the work, and must be waited for. */
  get answersLater(): boolean {
    return !this.executor.snapshotNow;
  }

  /** What a step reads of the steps before it. */
  get #kept(): (PoolName | Tensor)[] {
    return [...poolNames, ...(this.#scale ? [this.#scale] : [])];
  }

  /** The weights after all submitted work, by HuggingFace name: the model's, or with `own` the objective's too. */
  async weights({ own = false } = {}): Promise<Weights> {
    const parameters = own ? this.#parameters : parameterList(this.config.model);
    return splitParts(storageOf(parameters, this.layout), await this.readPool('parameters'));
  }

  resetMoments(): void {
    this.executor.clear('moments1');
    this.executor.clear('moments2');
  }

  /**
   * Submits one optimizer step; does not wait. `micros` are its micro-batches, as many as `accumulation` says and at most the
   * configuration's; `adamStep` counts from 1 since the moments were 0.
   * Its loss is the mean over all that counts of it, however that is spread over the micro-batches. The step's measurements
   * appear in `metrics` once it is done.
   */
  submitStep(
    step: number,
    micros: (micro: number) => StepBatch,
    lr: number,
    adamStep: number,
    accumulation = this.config.batch.accumulation,
  ): void {
    const { beta1, beta2 } = this.config.optimizer;
    const { plan } = this;
    // How much each target weighs is known only when all micro-batches are: they may come one after another in one and the same memory.
    const batches =
      accumulation === 1 ? [micros(0)] : Array.from({ length: accumulation }, (_, i) => copyOf(micros(i)));
    const counted = batches.reduce((sum, batch) => sum + this.#objective.counted(batch, this.config.model), 0);
    for (const [micro, batch] of batches.entries()) {
      this.#fill(plan, this.#inputs, batch);
      for (const [name, input] of Object.entries(this.#inputs.columns)) {
        const column = batch.columns?.[name];
        if (!column) throw new Error(`objective ${this.#objective.name} reads ${name}, which the batch does not bring`);
        plan.host(input).set(column);
      }
      this.#index(batch.tokens, {
        rowStart: plan.host(this.#inputs.rowStart) as Uint32Array,
        order: plan.host(this.#inputs.order) as Uint32Array,
      });
      plan.host(this.#inputs.lossWeight)[0] = 1 / Math.max(counted, 1);
      this.#controls.set([lr, 1 / (1 - beta1 ** adamStep), 1 / (1 - beta2 ** adamStep), step % ringRows]);
      plan.host(this.#update.controls).set(this.#controls);
      plan.upload();
      const pass = micro === 0 ? 'step' : 'accumulate';
      const lists: List[] = micro === accumulation - 1 ? [pass, 'update'] : [pass];
      plan.submit(lists, this.#submits);
    }
  }

  /** Cuts coming micro-batches into as many submits as a measured one of `millis` asks for. */
  pace(millis: number): void {
    this.#submits = Math.max(1, Math.min(mostSubmits, Math.ceil(millis / submitMillis)));
  }

  /** Copies a batch into a plan's inputs. */
  #fill(plan: CompiledPlan, inputs: BatchInputs, batch: StepBatch): void {
    plan.host(inputs.tokens).set(batch.tokens);
    plan.host(inputs.targets).set(batch.targets);
    if (inputs.documentStart) plan.host(inputs.documentStart).set(batch.documentStart);
  }

  /** Measurements of steps `first` … `last`, at most `ringRows` of them, when they are done. */
  async metrics(first: number, last: number): Promise<StepMetrics[]> {
    const [rows] = await this.executor.snapshot([this.#update.ring]);
    return this.#readRows(rows!, first, last);
  }

  /** The same at once; null: the executor does not answer at once. */
  metricsNow(first: number, last: number): StepMetrics[] | null {
    const [rows] = this.executor.snapshotNow?.([this.#update.ring]) ?? [];
    return rows ? this.#readRows(rows, first, last) : null;
  }

  #readRows(rows: Elements, first: number, last: number): StepMetrics[] {
    const width = this.#update.ring.shape[1]!;
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const at = ((first + i) % ringRows) * width;
      return readRing(first + i, rows.subarray(at, at + width), this.#objective.metrics);
    });
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
    if (!made) this.#scorers.set(length, (made = createScorer(this.executor, this.config.model, length)));
    made.catch(() => this.#scorers.delete(length)); // another time there may be room for it
    return (await made).scorer;
  }

  /** A pool as it is after all submitted work. */
  async readPool(name: PoolName): Promise<Float32Array<ArrayBuffer>> {
    return (await this.executor.snapshot([name]))[0]!;
  }

  destroy(): void {
    this.#training?.destroy();
    this.#scoring.destroy();
    for (const made of this.#scorers.values()) made.then(({ plan }) => plan.destroy()).catch(() => {}); // a failed one is gone
    this.executor.destroy();
  }
}
