/**
 * A run from its first step to its last: draws batches, submits steps, reads measurements back a few steps later, is evaluated and
 * saved as it goes, and can be paused, stepped, stopped and gone on with from a save. The page's worker and the command
 * line drive this same class.
 */
import type { RunConfig } from '../../config/run.ts';
import type { Batch } from '../../data/loader.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { PhaseName, RunState } from '../../protocol.ts';
import type { Taken } from '../../recipe/baseCheckpoint.ts';
import { planRun, type RunPlan } from '../../recipe/phases.ts';
import { placeAfter } from '../../recipe/place.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { AwakeClock, inWords } from '../../util/awake.ts';
import type { Backend } from '../backends/backend.ts';
import { Engine } from '../engine/engine.ts';
import type { Checkpoint, Progress } from '../saved/checkpoint.ts';
import {
  begun,
  type Course,
  type Origin,
  type RunOptions,
  takenBy,
  tellNotice,
  tellState,
  type Trouble,
} from './course.ts';
import type { TrainingData } from './data.ts';
import { Evaluations } from './evaluations.ts';
import type { Disturb } from './faults.ts';
import { beginPhase } from './health.ts';
import { recording } from './history.ts';
import type { RunListener } from './listener.ts';
import type { Loan } from './loan.ts';
import { Reads } from './reads.ts';
import { goBackToSave, note, save, saveLeaving, waitLeaving } from './saves.ts';
import { Watch } from './watch.ts';
import { noticeWords } from '../../words/notices.ts';

export class Run {
  readonly config: RunConfig;
  readonly tokenizer: Tokenizer;
  readonly plan: RunPlan;
  readonly engine: Engine;
  readonly #course: Course;
  readonly #reads: Reads;
  readonly #evaluations: Evaluations;
  readonly #batch: Batch;
  readonly #disturb: Disturb | undefined;
  readonly #clock = new AwakeClock((millis) => this.#tellSleep(millis));
  #wake: (() => void) | null = null;

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
    const compiling = (done: number, total: number): void =>
      listener.tell({ kind: 'state', said: { kind: 'compiling', done, total } });
    compiling(0, 1);
    const engine = await Engine.create(backend, config, tokenIndex, compiling);
    if (engine.notice)
      listener.tell({ kind: 'notice', said: { code: 'gpu-variant', step: null, message: engine.notice } });
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
  constructor(config: RunConfig, data: TrainingData, engine: Engine, to: RunListener, options: RunOptions) {
    const { part, keeper, from, automatic = false, disturb } = options;
    const plan = planRun(config, part);
    const listener = keeper ? recording(() => keeper.history, to) : to;
    this.config = config;
    this.tokenizer = data.tokenizer;
    this.plan = plan;
    this.engine = engine;
    this.#batch = data.batches.allocate();
    this.#disturb = disturb;
    this.#course = {
      ...{ config, plan, part, data, engine, listener, keeper, automatic },
      watch: new Watch(config, plan, part, listener),
      progress: from ?? begun(plan, config, this.#batch.counts.length, options),
      trouble: null,
      ...{ paused: false, stopped: false, allowance: 0, resting: true, evaluating: false, leaving: false },
    };
    const { watch, progress } = this.#course;
    watch.begin(progress.phase, progress.watched);
    this.#reads = new Reads(this.#course, this.#clock);
    this.#evaluations = new Evaluations(this.#course);
  }

  /** Where a run that continues this one starts. */
  /** Where it is now: copy it if it is to stay. */
  get progress(): Readonly<Progress> {
    return this.#course.progress;
  }

  get taken(): Taken {
    return takenBy(this.plan, this.#course.progress);
  }

  pause(): void {
    this.#course.paused = true;
  }

  resume(): void {
    this.#course.paused = false;
    this.#wake?.();
  }

  /** One optimizer step from the paused state. */
  step(): void {
    this.#course.allowance++;
    this.#wake?.();
  }

  /** The page may be gone in a moment: saves what there is, and waits a while. */
  leave(): void {
    const course = this.#course;
    if (course.resting) return;
    course.leaving = true;
    saveLeaving(course, this.#reads);
  }

  stop(): void {
    this.#course.stopped = true;
    this.#wake?.();
  }

  /** Back to the last save, and from there on past the batches drawn since. */
  goBack(): void {
    const course = this.#course;
    if (!course.keeper) return;
    course.trouble ??= { step: course.progress.step - 1, message: noticeWords.asked, asked: true };
    this.#wake?.();
  }

  /** Trains to the end, to a stop, or until the run diverges. Errors of the device are thrown. */
  async train(): Promise<RunState> {
    this.#course.resting = false;
    this.#clock.start();
    try {
      const diverged = await this.#train();
      await this.#course.keeper?.settled();
      const end = diverged ?? ({ kind: this.#course.stopped ? 'stopped' : 'done' } as const);
      this.#course.resting = true;
      tellState(this.#course, end);
      return end;
    } finally {
      this.#clock.stop();
    }
  }

  /** null: it came to its end or a stop. */
  async #train(): Promise<RunState | null> {
    const course = this.#course;
    const { plan, keeper } = course;
    const first = course.progress.step === plan.firstStep;
    tellState(course, { kind: 'training', phase: course.progress.phase });
    this.#clock.lap();
    // Before the first step, so that storage which fails is known of while nothing can be lost.
    if (first) {
      await save(course, 'training');
      await keeper?.settled();
    }
    await course.watch.open(this.engine);
    for (;;) {
      const trouble = await this.#advance();
      if (!trouble) break;
      if (!(await goBackToSave(course, trouble)))
        return { kind: 'diverged', step: trouble.step, message: trouble.message };
      this.#reads.rewind(course.progress.step);
    }
    const done = !course.stopped;
    if (done) await this.evaluate(plan.endStep, course.progress.phase);
    this.#tellSources();
    await save(course, done ? 'done' : 'stopped');
    return null;
  }

  /** Takes steps until the end, a stop, or trouble, which it returns. All that was submitted has been read then. */
  async #advance(): Promise<Trouble | null> {
    const { plan } = this;
    const course = this.#course;
    while (course.progress.step < plan.endStep && !this.#isInterrupted) {
      if (!(await this.#prepare(course.progress.step))) break;
      if (course.allowance > 0) course.allowance--;
      await this.#submit(course.progress.step);
      if (this.#reads.due || course.paused) {
        this.#reads.ask();
        this.#tellSources();
      }
      await this.#reads.catchUp();
    }
    await this.#reads.drain();
    return course.trouble;
  }

  get #isInterrupted(): boolean {
    return this.#course.stopped || this.#course.trouble !== null;
  }

  /** What is due before `step`: evaluations, a new phase, saves, a pause; false: it is not to be taken. */
  async #prepare(step: number): Promise<boolean> {
    const { plan, config } = this;
    const course = this.#course;
    const { progress, keeper } = course;
    const { everySteps } = config.evaluation;
    const { phase } = plan.at(step);
    if (course.leaving) await waitLeaving(course);
    if (this.#isInterrupted) return false;
    const changed = phase.name !== progress.phase;
    if (changed || step === plan.firstStep || (everySteps > 0 && (step - plan.firstStep) % everySteps === 0)) {
      if (!(await this.#reads.drain())) return false;
      if (changed) await save(course, 'training');
      await this.evaluate(step, progress.phase);
      // Measuring is no training: it does not count in the speed.
      this.#clock.lap();
      if (changed) this.#begin(step);
      tellState(course, { kind: 'training', phase: phase.name });
    }
    const continuedAt = plan.phases.find(({ name }) => name !== 'base')?.firstStep;
    if (step === continuedAt && !config.continued!.keepMoments) {
      this.engine.resetMoments();
      progress.momentsFrom = step;
    }
    if (course.paused && course.allowance === 0) {
      if (!(await this.#reads.drain())) return false;
      await save(course, 'paused');
      await this.#wait(phase.name);
      return !this.#isInterrupted;
    }
    if (keeper?.due(step, plan.endStep - plan.firstStep)) {
      if (!(await this.#reads.drain())) return false;
      await save(course, 'training');
    } else if (this.engine.answersLater && keeper?.noteDue(step, plan.endStep - plan.firstStep)) {
      if (!(await this.#reads.drain())) return false;
      await note(course);
    }
    return true;
  }

  /** A phase begins with `step`. */
  #begin(step: number): void {
    const { progress, watch, listener } = this.#course;
    const { phase, lr } = this.plan.at(step);
    progress.phase = phase.name;
    beginPhase(progress.health);
    watch.begin(phase.name, progress.watched);
    if (step === this.plan.switchStep) listener.tell({ kind: 'switched', said: { step, lr } });
  }

  /** Draws the batches of `step` and has it computed, and looks inside where that is due. */
  async #submit(step: number): Promise<void> {
    const { plan, config, engine } = this;
    const course = this.#course;
    const { progress, data, watch } = course;
    const { blend, lr, accumulation } = plan.at(step);
    const fill = (micro: number): Batch => {
      const batch = data.batches.draw(progress.place, blend, this.#batch);
      progress.place = placeAfter(progress.place, 1, config.batch);
      if (step === plan.firstStep && micro === 0) watch.first(batch);
      batch.counts.forEach((count, source) => (progress.counts[source]! += count));
      return batch;
    };
    const factor = this.#disturb ? await this.#disturb(step, engine) : 1;
    engine.submitStep(step, fill, lr * factor, step - progress.momentsFrom + 1, accumulation);
    progress.step = step + 1;
    progress.tokens += plan.tokensBefore(step + 1) - plan.tokensBefore(step);
    if (!watch.isDue(step, course.paused)) return;
    // The step's own measurements are asked for first: they need not wait for the look, which the first time compiles its kernels.
    this.#reads.ask();
    const readings = watch.look(this.#batch);
    this.#reads.inTurn(async () => watch.tell(step, await readings, () => course.trouble !== null));
  }

  #tellSources(): void {
    const { data, progress, listener } = this.#course;
    const said = data.batches.describeCounts(Float64Array.from(progress.counts));
    listener.tell({ kind: 'sources', said });
  }

  #tellSleep(millis: number): void {
    const { step } = this.#course.progress;
    tellNotice(this.#course, { code: 'slept', step, message: noticeWords.slept(inWords(millis), step) });
  }

  async #wait(phase: PhaseName): Promise<void> {
    const course = this.#course;
    course.resting = true;
    tellState(course, { kind: 'paused', phase });
    while (course.paused && !this.#isInterrupted && course.allowance === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    course.resting = false;
    await this.#evaluations.returned;
    if (!course.stopped && course.allowance === 0) tellState(course, { kind: 'training', phase });
  }

  /** Held-out losses, benchmarks and a sample of the weights before step `step`. */
  evaluate(step: number, phase: PhaseName): Promise<void> {
    return this.#evaluations.evaluate(step, phase);
  }

  /** Text continued from `prompt` by the weights as they are. */
  sample(prompt: string, tokens: number, temperature: number, seed: number): Promise<string> {
    return this.#evaluations.sample(prompt, tokens, temperature, seed);
  }

  /**
   * Lends the engine to `work` while the run rests; weights and moments are put back afterwards, bit for bit, and no step is taken
   * before. UserError while steps are being taken.
   */
  lend<T>(work: (loan: Loan) => Promise<T>): Promise<T> {
    return this.#evaluations.lend(work);
  }

  destroy(): void {
    this.#evaluations.destroy();
    this.#course.watch.destroy();
    this.engine.destroy();
  }
}
