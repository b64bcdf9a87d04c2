/** Watches a run from within: its first step, looks inside the model, alerts. It only reads and tells; what a run does is run.ts's. */
import type { RunConfig } from '../../config/run.ts';
import type { FirstCheck, PhaseName, TensorReading } from '../../protocol.ts';
import type { RunPart, RunPlan } from '../../recipe/phases.ts';
import { Alerts } from './alerts.ts';
import type { Progress } from '../saved/checkpoint.ts';
import type { Engine, StepBatch, StepMetrics } from '../engine/engine.ts';
import { continuedLoss, firstGradients, untrainedLoss } from './firstChecks.ts';
import { Inspector } from '../engine/inspect.ts';
import type { RunListener } from './listener.ts';

/**
 * Steps between looks: a look costs about half a step (LOG.md), so at most 2 % of the time; of a long run twenty. A step taken singly,
 * from a pause, is always looked at.
 */
const leastBetween = 25;
const looks = 20;

export class Watch {
  readonly #config: RunConfig;
  readonly #plan: RunPlan;
  readonly #part: RunPart;
  readonly #listener: RunListener;
  #inspector: Inspector | null = null;
  #alerts!: Alerts;
  /** The first step has been taken, and its gradients were not to be judged yet. */
  #isUnchecked = false;
  /** Of the weights before the first step, source by source. */
  #heldOut: Record<string, number> = {};
  /** Steps read since the last look, and how many of them were clipped: the run's, saved with it. */
  #watched!: Progress['watched'];
  /** The targets of the first step, until its loss is known. */
  #firstTargets: Uint32Array | null = null;

  constructor(config: RunConfig, plan: RunPlan, part: RunPart, listener: RunListener) {
    this.#config = config;
    this.#plan = plan;
    this.#part = part;
    this.#listener = listener;
  }

  /** Compiles what looks take, where somebody wants them. */
  async open(engine: Engine): Promise<void> {
    if (this.#listener.wants('inspection')) this.#inspector ??= await Inspector.create(engine);
  }

  /** A phase begins, or a run goes on in it: what was seen before counts no more. */
  begin(name: PhaseName, watched: Progress['watched']): void {
    this.#watched = watched;
    this.#alerts = new Alerts(
      this.#config.optimizer.max_grad_norm,
      this.#plan.phases.find((phase) => phase.name === name)!.steps,
    );
  }

  /** Held-out losses of the weights before `step`. */
  heldOut(step: number, loss: Record<string, number>): void {
    if (step === this.#plan.firstStep) this.#heldOut = loss;
  }

  /** The first micro-batch of the run's first step. */
  first({ targets }: StepBatch): void {
    this.#firstTargets = targets.slice();
  }

  /** A step's measurements; `sound`: its update was made. */
  step(row: StepMetrics, sound: boolean): void {
    const { phase, blend } = this.#plan.at(row.step);
    if (row.step === this.#plan.firstStep) {
      const check = this.#firstLoss(row, blend);
      if (check) this.#check(check, row.step);
    }
    this.#watched.steps++;
    if (row.update === 'made' && row.clip < 1) this.#watched.clipped++;
    // A step left out for its f16 gradients overflowed has no norm to be judged by.
    if (!sound || row.update !== 'made') return;
    const { schedule } = phase.name === 'base' ? this.#config.base : this.#config.continued!;
    for (const notice of this.#alerts.step({ ...row, peak: schedule.peak }))
      this.#listener.tell({ kind: 'notice', said: notice });
  }

  /** Whether `step` is one to look at. */
  isDue(step: number, singly: boolean): boolean {
    const { firstStep, endStep } = this.#plan;
    const every = Math.max(leastBetween, Math.ceil((endStep - firstStep) / looks));
    return this.#inspector !== null && (singly || (step - firstStep) % every === 0 || step === endStep - 1);
  }

  /** Looks inside, to be called right after a step was submitted. */
  look(batch: StepBatch): ReturnType<Inspector['look']> {
    const readings = this.#inspector!.look(batch);
    readings.catch(() => {}); // whoever tells of them hears of it
    return readings;
  }

  /** Tells what was seen after `step`, whose measurements have been told, unless `isVoid` by now. */
  tell(step: number, readings: Awaited<ReturnType<Inspector['look']>>, isVoid: () => boolean): void {
    if (isVoid()) return;
    const inspection = { step, clipRate: this.#watched.clipped / Math.max(1, this.#watched.steps), ...readings };
    this.#watched.steps = this.#watched.clipped = 0;
    this.#checkGradients(step, readings.tensors);
    this.#listener.tell({ kind: 'inspection', said: inspection });
    for (const notice of this.#alerts.inspection(inspection)) this.#listener.tell({ kind: 'notice', said: notice });
  }

  destroy(): void {
    this.#inspector?.destroy();
  }

  #firstLoss({ loss }: StepMetrics, blend: Record<string, number>): FirstCheck | null {
    const { model, batch } = this.#config;
    if (this.#part === 'continued')
      return continuedLoss(loss, model, this.#heldOut, blend, batch.sequences * batch.accumulation);
    return this.#firstTargets && untrainedLoss(loss, model, this.#firstTargets);
  }

  /** Once, at the first step; of f16 storage at the first look without an overflow, after which the loss scale has been lowered. */
  #checkGradients(step: number, tensors: TensorReading[]): void {
    if (step === this.#plan.firstStep) this.#isUnchecked = true;
    const overflowed = this.#config.precision === 'f16' && tensors.some(({ finite }) => !finite);
    if (!this.#isUnchecked || overflowed) return;
    this.#isUnchecked = false;
    this.#check(firstGradients(tensors), step);
  }

  #check(check: FirstCheck, step: number): void {
    this.#listener.tell({ kind: 'check', said: check });
    if (!check.sound)
      this.#listener.tell({ kind: 'notice', said: { code: 'first-step', step, message: check.message } });
  }
}
