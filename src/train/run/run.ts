/**
 * A run from its first step to its last: draws batches, submits steps, reads measurements back a few steps later, is evaluated and
 * saved as it goes, and can be paused, stepped, stopped and gone on with from a save. The page's worker and the command
 * line drive this same class.
 */
import type { RunConfig } from '../../config/run.ts';
import type { Batch } from '../../data/loader.ts';
import { type Place, placeAfter, placeOfStep } from '../../recipe/place.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { PhaseName, RunState } from '../../protocol.ts';
import type { Weights } from '../../export/parts.ts';
import type { Taken } from '../../recipe/baseCheckpoint.ts';
import { planRun, type RunPart, type RunPlan } from '../../recipe/phases.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { UserError } from '../../util/errors.ts';
import { AwakeClock, inWords } from '../../util/awake.ts';
import type { Backend } from '../backends/backend.ts';
import type { Checkpoint, Progress } from '../saved/checkpoint.ts';
import type { TrainingData } from './data.ts';
import { Engine, type StepMetrics } from '../engine/engine.ts';
import type { Disturb } from './faults.ts';
import { Evaluator } from '../engine/evaluator.ts';
import { beginPhase, divergedMessage, judge, mostBadInARow, mostRollbacks, newHealth } from './health.ts';
import { recording } from './history.ts';
import type { Keeper, SavedState } from '../saved/keeper.ts';
import type { RunListener } from './listener.ts';
import { StepTimer } from './stepTimer.ts';
import type { Loan } from './loan.ts';
import { Watch } from './watch.ts';

export type { MetricRow, RunListener } from './listener.ts';

/** Steps in flight before the oldest is read: enough to keep the GPU fed, few enough that pause answers at once. */
const inFlight = 2;
/** Milliseconds of steps read back together, so that a fast GPU is not asked after every step. */
const groupMillis = 40;

/** Of an answer: a phrase of a byte tokenizer, a sentence of a learnt one. */
const answerTokens = 32;
/** Cool enough to keep to what the model thinks likely; the likeliest alone is one word over and over in a small model. */
const answerTemperature = 0.5;

/** Why a run cannot just go on. */
interface Trouble {
  /** The last step to be taken back. */
  step: number;
  message: string;
  /** By a person, and not a reason to give up. */
  asked: boolean;
}

/** A base that a run continues: its weights, and the tokens they were trained on. */
interface Origin {
  weights: Weights;
  metadata: { tokens: number; drawn: Place };
}

export interface RunOptions {
  part: RunPart;
  /** Where a base left off; absent: after the base's steps in this run's own batch. */
  origin?: Origin['metadata'];
  /** What the first weights know is known already: the first evaluation is left out. */
  evaluated?: boolean;
  keeper?: Keeper;
  /** Where to go on; the engine has its pools. */
  from?: Progress;
  /** Goes back to the last save, past the batches of the trouble, instead of giving up, and after a spike too. */
  automatic?: boolean;
  /** Tests only. */
  disturb?: Disturb;
}

/** Steps taken, tokens and data, those of a base included, and the rate of the last step. */
export function takenBy(plan: RunPlan, { step, tokens, place }: Progress): Taken {
  return { steps: step, rate: plan.at(Math.max(step - 1, plan.firstStep)).lr, tokens, drawn: place };
}

export class Run {
  readonly config: RunConfig;
  readonly tokenizer: Tokenizer;
  readonly plan: RunPlan;
  readonly engine: Engine;
  readonly #data: TrainingData;
  readonly #listener: RunListener;
  readonly #keeper: Keeper | undefined;
  readonly #automatic: boolean;
  readonly #part: RunPart;
  readonly #disturb: Disturb | undefined;
  readonly #batch: Batch;
  #progress: Progress;
  readonly #watch: Watch;
  readonly #evaluator: Evaluator;
  #paused = false;
  #stopped = false;
  /** Steps that may still be taken while paused. */
  #allowance = 0;
  #wake: (() => void) | null = null;
  /** Nothing is submitted: the run has not begun, is paused or has ended. */
  #resting = true;
  /** The end of a loan: no step before it. */
  #lent: Promise<unknown> = Promise.resolve();
  /** The first submitted step whose measurements have not been asked for. */
  #unread: number;
  /** Measurements on their way; false: there is trouble. */
  #reads: Promise<boolean>[] = [];
  /** The end of the latest of them: steps are judged and told in their order. */
  #latest: Promise<unknown> = Promise.resolve();
  /** Steps read back together. */
  #group = 1;
  readonly #timer = new StepTimer();
  readonly #clock = new AwakeClock((millis) => this.#tellSleep(millis));
  #trouble: Trouble | null = null;
  #end: RunState | null = null;

  /** Compiles the kernels and sets the weights: from the seed, a base's, which the run then continues, or a save's. */
  static async create(
    backend: Backend,
    config: RunConfig,
    data: TrainingData,
    listener: RunListener,
    base: Origin | null = null,
    { checkpoint, ...options }: Pick<RunOptions, 'keeper' | 'automatic' | 'disturb'> & { checkpoint?: Checkpoint } = {},
  ): Promise<Run> {
    const part = checkpoint?.part ?? (base ? 'continued' : 'all');
    for (const phase of planRun(config, part).phases) data.batches.check(phase.blend);
    listener.state({ kind: 'compiling', done: 0, total: 1 });
    const engine = await Engine.create(backend, config, tokenIndex, (done, total) =>
      listener.state({ kind: 'compiling', done, total }),
    );
    if (engine.notice) listener.notice?.({ code: 'gpu-variant', step: null, message: engine.notice });
    if (checkpoint) engine.restore(checkpoint.pools);
    else if (base) engine.load(base.weights);
    else engine.initialize(config.seed);
    return new Run(config, data, engine, listener, {
      ...options,
      part,
      origin: base?.metadata,
      from: checkpoint?.progress,
    });
  }

  /** A run on an engine whose weights are set already. */
  constructor(config: RunConfig, data: TrainingData, engine: Engine, listener: RunListener, options: RunOptions) {
    const { part, origin, evaluated = false, keeper, from, automatic = false, disturb } = options;
    this.config = config;
    this.tokenizer = data.tokenizer;
    this.plan = planRun(config, part);
    this.engine = engine;
    this.#data = data;
    this.#listener = keeper ? recording(() => keeper.history, listener) : listener;
    this.#keeper = keeper;
    this.#automatic = automatic;
    this.#part = part;
    this.#disturb = disturb;
    this.#batch = data.batches.allocate();
    const { firstStep, phases } = this.plan;
    const before = placeOfStep(firstStep, config.batch);
    this.#progress = from ?? {
      step: firstStep,
      phase: phases[0]!.name,
      momentsFrom: firstStep,
      place: origin?.drawn ?? before,
      tokens: origin?.tokens ?? before.tokens,
      evaluated: evaluated ? firstStep : null,
      counts: Array.from(this.#batch.counts),
      health: newHealth(),
      watched: { steps: 0, clipped: 0 },
    };
    this.#unread = this.#progress.step;
    this.#watch = new Watch(config, this.plan, part, this.#listener);
    this.#watch.begin(this.#progress.phase, this.#progress.watched);
    this.#evaluator = new Evaluator(config, data, engine);
  }

  /** Where a run that continues this one starts. */
  get taken(): Taken {
    return takenBy(this.plan, this.#progress);
  }

  /** Tokens trained on before `step`, of this run or its base. */
  #tokensBefore(step: number): number {
    return this.#progress.tokens + (step - this.#progress.step) * this.plan.tokensPerStep;
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

  /** Back to the last save, and from there on past the batches drawn since. */
  goBack(): void {
    if (!this.#keeper) return;
    this.#trouble ??= { step: this.#progress.step - 1, message: 'As you asked:', asked: true };
    this.#wake?.();
  }

  /** Trains to the end, to a stop, or until the run diverges. Errors of the device are thrown. */
  async train(): Promise<RunState> {
    this.#resting = false;
    this.#clock.start();
    try {
      return await this.#train();
    } finally {
      this.#clock.stop();
    }
  }

  async #train(): Promise<RunState> {
    const first = this.#progress.step === this.plan.firstStep;
    this.#listener.state({ kind: 'training', phase: this.#progress.phase });
    this.#clock.lap();
    // Before the first step, so that storage which fails is known of while nothing can be lost.
    if (first) {
      await this.#keep('training');
      await this.#keeper?.settled();
    }
    await this.#watch.open(this.engine);
    for (;;) {
      const trouble = await this.#advance();
      if (!trouble) break;
      if (!(await this.#return(trouble))) return this.#finish();
    }
    const done = !this.#stopped;
    if (done) await this.evaluate(this.plan.endStep, this.#progress.phase);
    this.#tellSources();
    await this.#keep(done ? 'done' : 'stopped');
    return this.#finish();
  }

  /** Takes steps until the end, a stop, or trouble, which it returns. All that was submitted has been read then. */
  async #advance(): Promise<Trouble | null> {
    const { plan, config, engine } = this;
    const progress = this.#progress;
    const everySteps = config.evaluation.everySteps;
    const continuedAt = plan.phases.find(({ name }) => name !== 'base')?.firstStep ?? null;
    while (progress.step < plan.endStep && !this.#stopped && !this.#trouble) {
      const { step } = progress;
      const { phase, blend, lr } = plan.at(step);
      const changed = phase.name !== progress.phase;
      if (changed || step === plan.firstStep || (everySteps > 0 && (step - plan.firstStep) % everySteps === 0)) {
        if (!(await this.#drain())) break;
        if (changed) await this.#keep('training');
        await this.evaluate(step, progress.phase);
        // Measuring is no training: it does not count in the speed.
        this.#clock.lap();
        if (changed) {
          progress.phase = phase.name;
          beginPhase(progress.health);
          this.#watch.begin(phase.name, progress.watched);
          if (step === plan.switchStep) this.#listener.switched({ step, lr });
        }
        this.#listener.state({ kind: 'training', phase: phase.name });
      }
      if (step === continuedAt && !config.continued!.keepMoments) {
        engine.resetMoments();
        progress.momentsFrom = step;
      }
      if (this.#paused && this.#allowance === 0) {
        if (!(await this.#drain())) break;
        await this.#keep('paused');
        await this.#wait(phase.name);
        if (this.#stopped || this.#trouble) break;
      } else if (this.#keeper?.due(step, plan.endStep - plan.firstStep)) {
        if (!(await this.#drain())) break;
        await this.#keep('training');
      }
      if (this.#allowance > 0) this.#allowance--;
      const fill = (micro: number): Batch => {
        const batch = this.#data.batches.draw(progress.place, blend, this.#batch);
        progress.place = placeAfter(progress.place, 1, config.batch);
        if (step === plan.firstStep && micro === 0) this.#watch.first(batch);
        batch.counts.forEach((count, source) => (progress.counts[source]! += count));
        return batch;
      };
      const factor = this.#disturb ? await this.#disturb(step, engine) : 1;
      engine.submitStep(step, fill, lr * factor, step - progress.momentsFrom + 1);
      progress.step = step + 1;
      progress.tokens += plan.tokensPerStep;
      if (this.#watch.isDue(step, this.#paused)) {
        // The step's own measurements are asked for first: they need not wait for the look, which the first time compiles its kernels.
        this.#ask();
        const readings = this.#watch.look(this.#batch);
        // Told in its turn, between its own step's measurements and the next one's, however their answers come.
        const told = this.#latest.then(async () =>
          this.#watch.tell(step, await readings, () => this.#trouble !== null),
        );
        this.#latest = told.catch(() => {});
        this.#expect(told.then(() => this.#trouble === null));
      }
      if (progress.step - this.#unread >= this.#group || this.#paused) {
        this.#ask();
        this.#tellSources();
      }
      while (this.#reads.length > (this.#paused ? 0 : inFlight / config.batch.accumulation)) {
        if (!(await this.#reads.shift())) break;
      }
    }
    await this.#drain();
    return this.#trouble;
  }

  /** Asks for the measurements of all steps submitted since the last time. */
  #ask(): void {
    if (this.#unread === this.#progress.step) return;
    const read = this.#read(this.#unread, this.#progress.step - 1, this.#latest);
    this.#latest = read.catch(() => {});
    this.#expect(read);
    this.#unread = this.#progress.step;
  }

  #expect(read: Promise<boolean>): void {
    read.catch(() => {}); // whoever awaits the reads hears of the first failure; the others fail with it
    this.#reads.push(read);
  }

  /** Waits for all measurements; false: there is trouble. */
  async #drain(): Promise<boolean> {
    this.#ask();
    await Promise.all(this.#reads.splice(0));
    this.#clock.lap();
    return this.#trouble === null;
  }

  /** Reads and judges steps; false: there is trouble, and what comes after it is not looked at. */
  async #read(first: number, last: number, before: Promise<unknown>): Promise<boolean> {
    const { plan, config } = this;
    const rows = await this.engine.metrics(first, last);
    // An answer that waited for its buffer can come after a later one.
    await before;
    this.#timer.add(rows.length, this.#clock.lap());
    const { perStep } = this.#timer;
    if (perStep !== null) {
      this.#group = Math.max(1, Math.min(16, Math.round(groupMillis / perStep)));
      this.engine.pace(perStep);
    }
    const tokensPerSecond = perStep === null ? 0 : (plan.tokensPerStep / perStep) * 1000;
    for (const row of rows) {
      if (this.#trouble) return false;
      const logged = row.step % config.logEverySteps === 0 || row.step === plan.endStep - 1;
      if (logged) {
        this.#listener.metric({
          ...row,
          tokens: this.#tokensBefore(row.step + 1),
          phase: plan.at(row.step).phase.name,
          tokensPerSecond,
        });
      }
      this.#judge(row);
    }
    return this.#trouble === null;
  }

  #judge(row: StepMetrics): void {
    const verdict = judge(this.#progress.health, row);
    const { step } = row;
    this.#watch.step(row, verdict.kind !== 'bad');
    if (verdict.kind === 'bad') {
      const message = `Step ${step}: ${verdict.what} was not finite; its update was suppressed and its batch passed over.`;
      this.#listener.notice?.({ code: 'bad-step', step, message });
      if (verdict.inARow >= mostBadInARow)
        this.#trouble = { step, message: divergedMessage(row, verdict.what), asked: false };
    } else if (verdict.kind === 'spike') {
      const message = `The loss jumped from ${verdict.from.toFixed(3)} to ${verdict.to.toFixed(3)} at step ${step}.`;
      this.#listener.notice?.({ code: 'spike', step, message });
      if (this.#automatic && this.#keeper) this.#trouble = { step, message, asked: false };
    }
  }

  /** Goes back to the last save and past the batches drawn since; false where the run must be given up. */
  async #return({ step, message, asked }: Trouble): Promise<boolean> {
    const { health, place, step: taken } = this.#progress;
    const may = asked || (this.#automatic && health.rollbacks < mostRollbacks);
    const last = may ? await this.#keeper?.last() : null;
    if (!last && asked) {
      this.#trouble = null;
      this.#listener.notice?.({
        code: 'went-back',
        step,
        message: 'There is no save to go back to: the run continues.',
      });
      return true;
    }
    if (!last) {
      this.#end = { kind: 'diverged', step, message };
      return false;
    }
    const { progress, pools, history } = last;
    this.engine.restore(pools);
    this.#progress = {
      ...progress,
      // The next batch is the first after the last that was drawn for a step taken back.
      place: placeAfter(place, -(taken - step - 1) * this.config.batch.accumulation, this.config.batch),
      health: { ...progress.health, rollbacks: health.rollbacks + (asked ? 0 : 1) },
    };
    this.#keeper!.history = history;
    this.#unread = progress.step;
    this.#watch.begin(progress.phase, this.#progress.watched);
    this.#trouble = null;
    const batches = step + 1 - progress.step;
    this.#listener.rewound?.({ from: step, to: progress.step });
    this.#listener.notice?.({
      code: 'went-back',
      step: progress.step,
      message: `${message} The run went back to step ${progress.step} and passes over ${batches} batches.`,
    });
    this.#listener.state({ kind: 'training', phase: progress.phase });
    return true;
  }

  /** Begins to save the run as it is, all submitted steps read; but not in a state that a run would go back from. */
  async #keep(state: SavedState): Promise<void> {
    const { badInARow, highInARow } = this.#progress.health;
    if (!this.#keeper || badInARow > 0 || (highInARow > 0 && state === 'training')) return;
    // Copies of the pools must not pile up behind a slow disk.
    if (this.#keeper.busy) await this.#keeper.settled();
    void this.#keeper.keep(this.config, this.#part, this.#progress, state, this.engine.snapshot());
  }

  #tellSources(): void {
    this.#listener.sources(this.#data.batches.describeCounts(Float64Array.from(this.#progress.counts)));
  }

  #tellSleep(millis: number): void {
    const { step } = this.#progress;
    const message = `The browser or the computer slept for ${inWords(millis)}: the run stands at step ${step}, and nothing was lost.`;
    this.#listener.notice?.({ code: 'slept', step, message });
  }

  async #finish(): Promise<RunState> {
    await this.#keeper?.settled();
    this.#resting = true;
    const end = this.#end ?? (this.#stopped ? { kind: 'stopped' as const } : { kind: 'done' as const });
    this.#listener.state(end);
    return end;
  }

  async #wait(phase: PhaseName): Promise<void> {
    this.#resting = true;
    this.#listener.state({ kind: 'paused', phase });
    while (this.#paused && !this.#stopped && !this.#trouble && this.#allowance === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    this.#resting = false;
    await this.#lent;
    if (!this.#stopped && this.#allowance === 0) this.#listener.state({ kind: 'training', phase });
  }

  /** Held-out losses, benchmarks and a sample of the weights before step `step`. */
  async evaluate(step: number, phase: PhaseName): Promise<void> {
    const { heldOut, suites } = this.#data;
    if (heldOut.length === 0 || this.#progress.evaluated === step) return;
    this.#progress.evaluated = step;
    this.#listener.state({ kind: 'evaluating', phase });
    const { loss, rows } = await this.#evaluator.heldOut();
    const tokens = this.#tokensBefore(step);
    const { phases, endStep } = this.plan;
    const isBetween = step === endStep || phases.some(({ firstStep }) => firstStep === step);
    this.#listener.heldOut({ step, tokens, loss, ...(isBetween && { rows }) });
    this.#watch.heldOut(step, loss);
    if (this.#listener.benchmark && suites.length > 0) {
      this.#listener.benchmark({ step, tokens, ...(await this.#evaluator.benchmarks()) });
    }
    if (!this.#listener.sample) return;
    const text = await this.sample('', 64, 0.8, this.config.seed + step);
    this.#listener.sample({ step, prompt: '', text });
    // Random weights have nothing to say.
    if (isBetween && step > 0) await this.#answer(step);
  }

  /** The fixed questions, with the same draws every time: what changes from one phase to the next is the model's. */
  async #answer(step: number): Promise<void> {
    const { questions } = this.#data;
    if (questions.length === 0) return;
    const prompts = questions.map(({ prompt }) => prompt);
    const texts = await this.#evaluator.samples(prompts, answerTokens, answerTemperature, this.config.seed);
    for (const [i, { prompt, ...question }] of questions.entries())
      this.#listener.sample!({ step, prompt, text: texts[i]!, question });
  }

  /** Text continued from `prompt` by the weights as they are. */
  async sample(prompt: string, tokens: number, temperature: number, seed: number): Promise<string> {
    return (await this.#evaluator.samples([prompt], tokens, temperature, seed))[0]!;
  }

  /**
   * Lends the engine to `work` while the run rests; weights and moments are put back afterwards, bit for bit, and no step is taken
   * before. UserError while steps are being taken.
   */
  lend<T>(work: (loan: Loan) => Promise<T>): Promise<T> {
    if (!this.#resting) throw new UserError('Steps are being taken: pause the run first.');
    const { step, place, momentsFrom } = this.#progress;
    const { blend } = this.plan.at(Math.min(step, this.plan.endStep - 1));
    const { config, engine } = this;
    const loan = this.#evaluator.alone(async () => {
      const pools = await engine.snapshot();
      try {
        return await work({ config, engine, batches: this.#data.batches, place, blend, adamSteps: step - momentsFrom });
      } finally {
        engine.restore(pools);
      }
    });
    this.#lent = loan.catch(() => undefined);
    return loan;
  }

  destroy(): void {
    this.#evaluator.destroy();
    this.#watch.destroy();
    this.engine.destroy();
  }
}
