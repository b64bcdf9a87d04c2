/** Measurements on their way back: asked for a few steps after their own, judged and told in the order of the steps. */
import type { AwakeClock } from '../../util/awake.ts';
import type { StepMetrics } from '../engine/engine.ts';
import { type Course, tellNotice, tokensBefore } from './course.ts';
import { divergedMessage, judge, mostBadInARow } from './health.ts';
import { StepTimer } from './stepTimer.ts';
import { alertWords } from '../../words/notices.ts';

/** Steps in flight before the oldest is read: enough to keep the GPU fed, few enough that pause answers at once. */
const inFlight = 2;
/** Milliseconds of steps read back together, so that a fast GPU is not asked after every step. */
const groupMillis = 40;

export class Reads {
  readonly #course: Course;
  readonly #clock: AwakeClock;
  readonly #timer = new StepTimer();
  /** The first submitted step whose measurements have not been asked for. */
  #unread: number;
  /** Measurements on their way; false: there is trouble. */
  #waiting: Promise<boolean>[] = [];
  /** The end of the latest of them: steps are judged and told in their order. */
  #latest: Promise<unknown> = Promise.resolve();
  /** The first step not told. */
  #untold: number;
  /** Steps read back together. */
  #group = 1;

  constructor(course: Course, clock: AwakeClock) {
    this.#course = course;
    this.#clock = clock;
    this.#unread = this.#untold = course.progress.step;
  }

  /** As many steps have been submitted as are read together. */
  get due(): boolean {
    return this.#course.progress.step - this.#unread >= this.#group;
  }

  /** Asks for the measurements of all steps submitted since the last time. */
  ask(): void {
    const { step } = this.#course.progress;
    if (this.#unread === step) return;
    const read = this.#read(this.#unread, step - 1, this.#latest);
    this.#latest = read.catch(() => {});
    this.#expect(read);
    this.#unread = step;
  }

  /** Does `tell` in its turn: between the measurements asked for so far and the next ones, however their answers come. */
  inTurn(tell: () => Promise<void>): void {
    const told = this.#latest.then(tell);
    this.#latest = told.catch(() => {});
    this.#expect(told.then(() => this.#course.trouble === null));
  }

  /** Waits until no more steps are in flight than may be, or there is trouble. */
  async catchUp(): Promise<void> {
    const most = (): number => (this.#course.paused ? 0 : inFlight / this.#course.config.batch.accumulation);
    while (this.#waiting.length > most()) if (!(await this.#waiting.shift())) return;
  }

  /** Waits for all measurements; false: there is trouble. */
  async drain(): Promise<boolean> {
    this.ask();
    await Promise.all(this.#waiting.splice(0));
    this.#clock.lap();
    return this.#course.trouble === null;
  }

  /** The run has gone back to `step`: what comes after it has not been submitted. */
  rewind(step: number): void {
    this.#unread = this.#untold = step;
  }

  #expect(read: Promise<boolean>): void {
    read.catch(() => {}); // whoever awaits the reads hears of the first failure; the others fail with it
    this.#waiting.push(read);
  }

  /** Reads, tells and judges steps; false: there is trouble. */
  async #read(first: number, last: number, before: Promise<unknown>): Promise<boolean> {
    const course = this.#course;
    const { engine, plan, config } = course;
    const rows = await engine.metrics(first, last);
    // An answer that waited for its buffer can come after a later one.
    await before;
    // Steps of the whole batch: those of a ramp are parts of one.
    this.#timer.add((plan.tokensBefore(last + 1) - plan.tokensBefore(first)) / plan.tokensPerStep, this.#clock.lap());
    const { perStep } = this.#timer;
    if (perStep !== null) {
      this.#group = Math.max(1, Math.min(16, Math.round(groupMillis / perStep)));
      engine.pace(perStep / config.batch.accumulation);
    }
    return this.#tell(rows);
  }

  /** Tells and judges all steps submitted, at once; false: there is trouble, or the device does not answer at once. */
  tellNow(): boolean {
    const { engine, progress } = this.#course;
    const rows = engine.metricsNow(this.#untold, progress.step - 1);
    return rows !== null && this.#tell(rows);
  }

  /** False: there is trouble, and what comes after it is not looked at. */
  #tell(rows: readonly StepMetrics[]): boolean {
    const course = this.#course;
    const { plan, config, listener } = course;
    const { perStep } = this.#timer;
    const tokensPerSecond = perStep === null ? 0 : (plan.tokensPerStep / perStep) * 1000;
    for (const row of rows) {
      if (course.trouble) return false;
      if (row.step < this.#untold) continue;
      this.#untold = row.step + 1;
      const logged = row.step % config.logEverySteps === 0 || row.step === plan.endStep - 1;
      if (logged) {
        const tokens = tokensBefore(course, row.step + 1);
        const phase = plan.at(row.step).phase.name;
        listener.tell({ kind: 'metric', said: { ...row, tokens, phase, tokensPerSecond } });
      }
      judgeStep(course, row);
    }
    return course.trouble === null;
  }
}

/** Bad numbers and spikes are told; where the run must not go on from here, there is trouble. */
function judgeStep(course: Course, row: StepMetrics): void {
  const verdict = judge(course.progress.health, row);
  const { step } = row;
  course.watch.step(row, verdict.kind !== 'bad');
  if (verdict.kind === 'bad') {
    tellNotice(course, { code: 'bad-step', step, message: alertWords.badStep(step, verdict.what) });
    if (verdict.inARow >= mostBadInARow)
      course.trouble = { step, message: divergedMessage(row, verdict.what), asked: false };
  } else if (verdict.kind === 'spike') {
    const message = alertWords.spike(verdict.from, verdict.to, step);
    tellNotice(course, { code: 'spike', step, message });
    if (course.automatic && course.keeper) course.trouble = { step, message, asked: false };
  }
}
