/**
 * A run from its first step to its last: draws batches, submits steps, reads measurements back a few steps later, scores held-out
 * text, and can be paused, stepped and stopped. The page's worker and the command line drive this same class.
 */
import type { RunConfig } from '../config/run.ts';
import type { Rows } from '../data/heldOutRows.ts';
import type { Batch } from '../data/loader.ts';
import { tokenIndex } from '../data/tokenIndex.ts';
import { scoreSuites } from '../evaluate/report.ts';
import type { BenchmarkPoint, HeldOutPoint, PhaseName, RunState, Sample, SourceCount, Switch } from '../protocol.ts';
import type { Weights } from '../export/parts.ts';
import { planRun, type RunPart, type RunPlan } from '../recipe/phases.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { TrainingData } from './data.ts';
import { Engine, type StepMetrics } from './engine.ts';
import { generate, Generator } from './generate.ts';

/** A logged step. */
export interface MetricRow extends StepMetrics {
  tokens: number;
  phase: PhaseName;
  tokensPerSecond: number;
}

/** What a run tells whoever drives it. */
export interface RunListener {
  state(state: RunState): void;
  metric(row: MetricRow): void;
  heldOut(point: HeldOutPoint): void;
  switched(change: Switch): void;
  sources(counts: SourceCount[]): void;
  /** Absent: the benchmarks are not scored. */
  benchmark?(point: BenchmarkPoint): void;
  /** Absent: no samples are drawn. */
  sample?(sample: Sample): void;
}

/** Steps in flight before the oldest is read: enough to keep the GPU fed, few enough that pause answers at once. */
const inFlight = 2;
/** Milliseconds of steps read back together, so that a fast GPU is not asked after every step. */
const groupMillis = 40;
/** Bad steps (loss or gradient not finite, update suppressed) in a row after which a run is given up. */
const mostBadSteps = 5;

export class Run {
  readonly config: RunConfig;
  readonly tokenizer: Tokenizer;
  readonly plan: RunPlan;
  readonly engine: Engine;
  readonly #data: TrainingData;
  readonly #listener: RunListener;
  readonly #counts: Float64Array;
  readonly #batch: Batch;
  /** Steps submitted so far, those of a base included. */
  #taken: number;
  /** The step whose weights were evaluated last. */
  #evaluated: number | null;
  #generator: Generator | null = null;
  #paused = false;
  #stopped = false;
  /** Steps that may still be taken while paused. */
  #allowance = 0;
  #wake: (() => void) | null = null;
  /** Scoring and sampling take turns: each owns its plan's inputs until it has its answer. Steps go on between their replays. */
  #exclusive: Promise<unknown> = Promise.resolve();

  /** Compiles the kernels and sets the weights: from the seed, or a base's, which the run then continues. */
  static async create(
    device: GPUDevice,
    software: boolean,
    config: RunConfig,
    data: TrainingData,
    listener: RunListener,
    base: { weights: Weights } | null = null,
  ): Promise<Run> {
    const part = base ? 'continued' : 'all';
    for (const phase of planRun(config, part).phases) data.batches.check(phase.blend);
    listener.state({ kind: 'compiling', done: 0, total: 1 });
    const engine = await Engine.create(device, software, config, tokenIndex, (done, total) =>
      listener.state({ kind: 'compiling', done, total }),
    );
    if (base) engine.load(base.weights);
    else engine.initialize(config.seed);
    return new Run(config, data, engine, listener, { part });
  }

  /** A run on an engine whose weights are set already. `evaluated`: what they know is known too, so the first evaluation is left out. */
  constructor(
    config: RunConfig,
    data: TrainingData,
    engine: Engine,
    listener: RunListener,
    { part, evaluated = false }: { part: RunPart; evaluated?: boolean },
  ) {
    this.config = config;
    this.tokenizer = data.tokenizer;
    this.plan = planRun(config, part);
    this.#taken = this.plan.firstStep;
    this.#evaluated = evaluated ? this.plan.firstStep : null;
    this.engine = engine;
    this.#data = data;
    this.#listener = listener;
    this.#batch = data.batches.allocate();
    this.#counts = new Float64Array(this.#batch.counts.length);
  }

  /** Steps taken, those of a base included, and the rate of the last one: where a run that continues this one starts. */
  get taken(): { steps: number; rate: number } {
    const last = Math.max(this.#taken - 1, this.plan.firstStep);
    return { steps: this.#taken, rate: this.plan.at(last).lr };
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
  }

  /** One optimizer step from the paused state. */
  step(): void {
    this.#allowance++;
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Trains to the end, to a stop, or until the run diverges. Errors of the device are thrown. */
  async train(): Promise<RunState> {
    const { plan, config, engine } = this;
    const accumulation = config.batch.accumulation;
    const continuedAt = plan.phases.find(({ name }) => name !== 'base')?.firstStep ?? null;
    let momentsFrom = plan.firstStep;
    let badInARow = 0;
    let unread = plan.firstStep;
    let group = 1;
    let lastRead = performance.now();
    let phaseName = plan.phases[0]!.name;
    const reads: Promise<boolean>[] = [];

    /** Reads steps unread … last; false where the run must be given up. */
    const read = async (first: number, last: number): Promise<boolean> => {
      const rows = await engine.metrics(first, last);
      const now = performance.now();
      const perStep = Math.max(now - lastRead, 0.01) / rows.length;
      lastRead = now;
      group = Math.max(1, Math.min(16, Math.round(groupMillis / perStep)));
      for (const row of rows) {
        badInARow = row.clip === 0 ? badInARow + 1 : 0;
        if (badInARow >= mostBadSteps) {
          this.#end = { kind: 'diverged', step: row.step, message: divergedMessage(row) };
          return false;
        }
        if (row.step % config.logEverySteps && row.step !== plan.endStep - 1) continue;
        const tokens = (row.step + 1) * plan.tokensPerStep;
        const tokensPerSecond = (plan.tokensPerStep / perStep) * 1000;
        this.#listener.metric({ ...row, tokens, phase: plan.at(row.step).phase.name, tokensPerSecond });
      }
      return true;
    };
    const drain = async (step: number): Promise<boolean> => {
      if (unread < step) reads.push(read(unread, step - 1));
      unread = step;
      const fine = (await Promise.all(reads.splice(0))).every(Boolean);
      lastRead = performance.now();
      return fine;
    };

    this.#listener.state({ kind: 'training', phase: phaseName });
    for (let step = plan.firstStep; step < plan.endStep && !this.#stopped; step++) {
      const { phase, blend, lr } = plan.at(step);
      if (phase.name !== phaseName || (step === plan.firstStep && this.#data.heldOut.length > 0)) {
        if (!(await drain(step))) return this.#finish(step);
        await this.evaluate(step, phaseName);
        phaseName = phase.name;
        if (step === plan.switchStep) this.#listener.switched({ step, lr });
        this.#listener.state({ kind: 'training', phase: phaseName });
      } else if (config.evaluation.everySteps > 0 && (step - plan.firstStep) % config.evaluation.everySteps === 0) {
        if (!(await drain(step))) return this.#finish(step);
        await this.evaluate(step, phaseName);
        this.#listener.state({ kind: 'training', phase: phaseName });
      }
      if (step === continuedAt && !config.continued!.keepMoments) {
        engine.resetMoments();
        momentsFrom = step;
      }
      if (this.#paused && this.#allowance === 0) {
        if (!(await drain(step))) return this.#finish(step);
        await this.#wait(phaseName);
        if (this.#stopped) return this.#finish(step);
      }
      if (this.#allowance > 0) this.#allowance--;
      const fill = (micro: number): Batch => {
        const batch = this.#data.batches.batchAt(step, micro, blend, this.#batch);
        batch.counts.forEach((count, source) => (this.#counts[source]! += count));
        return batch;
      };
      engine.submitStep(step, fill, lr, step - momentsFrom + 1);
      this.#taken = step + 1;
      if (step + 1 - unread >= group || this.#paused) {
        reads.push(read(unread, step));
        unread = step + 1;
        this.#listener.sources(this.#data.batches.describeCounts(this.#counts));
      }
      while (reads.length > (this.#paused ? 0 : inFlight / accumulation)) {
        if (!(await reads.shift())) return this.#finish(step + 1);
      }
    }
    const end = this.#stopped ? unread : plan.endStep;
    if (!(await drain(Math.max(end, unread)))) return this.#finish(end);
    if (!this.#stopped) await this.evaluate(plan.endStep, phaseName);
    this.#listener.sources(this.#data.batches.describeCounts(this.#counts));
    return this.#finish(end);
  }

  #end: RunState | null = null;

  #finish(_step: number): RunState {
    const end = this.#end ?? (this.#stopped ? { kind: 'stopped' as const } : { kind: 'done' as const });
    this.#listener.state(end);
    return end;
  }

  async #wait(phase: PhaseName): Promise<void> {
    this.#listener.state({ kind: 'paused', phase });
    while (this.#paused && !this.#stopped && this.#allowance === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    if (!this.#stopped && this.#allowance === 0) this.#listener.state({ kind: 'training', phase });
  }

  /** Mean −log p on every source's held-out rows, and the benchmarks, before step `step`. */
  async evaluate(step: number, phase: PhaseName): Promise<void> {
    const { heldOut, suites } = this.#data;
    if (heldOut.length === 0 || this.#evaluated === step) return;
    this.#evaluated = step;
    this.#listener.state({ kind: 'evaluating', phase });
    const loss: Record<string, number> = {};
    for (const { name, rows } of heldOut) {
      const nll = await this.score(rows);
      loss[name] = nll.reduce((sum, value) => sum + value, 0) / rows.scored;
    }
    const tokens = step * this.plan.tokensPerStep;
    this.#listener.heldOut({ step, tokens, loss });
    if (this.#listener.benchmark && suites.length > 0) {
      const result = await this.#alone(() => scoreSuites(this.tokenizer, suites, (length) => this.engine.scorer(length)));
      this.#listener.benchmark({ step, tokens, ...result });
    }
    if (!this.#listener.sample) return;
    const sample = await this.sample('', 64, 0.8, this.config.seed + step);
    this.#listener.sample({ step, prompt: '', text: sample });
  }

  score(rows: Rows): Promise<Float64Array> {
    return this.#alone(async () => Float64Array.from(await this.engine.score(rows)));
  }

  /** Text continued from `prompt` by the weights as they are. */
  sample(prompt: string, tokens: number, temperature: number, seed: number): Promise<string> {
    return this.#alone(async () => {
      this.#generator ??= await Generator.create(this.engine.memory, this.config.model, 'generate');
      const limit = Math.min(this.tokenizer.size, this.config.model.vocab_size);
      return generate(this.#generator, this.tokenizer, { prompt, tokens, temperature, seed, limit });
    });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#exclusive.then(work, work);
    this.#exclusive = next.catch(() => undefined);
    return next;
  }

  destroy(): void {
    this.#generator?.destroy();
    this.engine.destroy();
  }
}

function divergedMessage({ step, loss, gradNorm, lr }: StepMetrics): string {
  return (
    `The loss (${loss}) or the gradient norm (${gradNorm}) was not finite for ${mostBadSteps} steps up to step ${step}, ` +
    `at a rate of ${lr}: start again with a lower peak rate or a longer warm-up.`
  );
}
