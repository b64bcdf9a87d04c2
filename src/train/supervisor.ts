/**
 * A run that outlives its device. The browser may take the GPU away at any time, and most calls then succeed and mean
 * nothing; so from that moment nothing of the old device is told, counted or saved, and the run goes on from its last
 * save on a new one, to the same bits. How often is bounded: see `Losses` and `#reopen`.
 */
import type { RunConfig } from '../config/run.ts';
import { isLost, type OpenDevice } from '../gpu/device.ts';
import type { NoGpuCause, RunState } from '../protocol.ts';
import { planRun } from '../recipe/phases.ts';
import { UserError } from '../util/errors.ts';
import type { Base } from './base.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainingData } from './data.ts';
import type { Disturb } from './faults.ts';
import { historyBefore, newHistory } from './history.ts';
import type { Keeper } from './keeper.ts';
import type { RunListener } from './listener.ts';
import { Run } from './run.ts';

/** A device for the next life of a run; never one that was lost. */
export type OpenGpu = () => Promise<OpenDevice | { cause: NoGpuCause; message: string }>;

/** What a run is made of, again and again. */
export interface Making {
  config: RunConfig;
  data: TrainingData;
  base: Base | null;
  keeper: Keeper;
  /** Where to go on at first; null: at the beginning. */
  from: Checkpoint | null;
  /** Tests only. */
  disturb?: Disturb;
}

/** Seconds to wait before each request for an adapter. A first crash is answered at once (reliability.md §4.1). */
const retries = [0, 0.25, 1, 4];
/** Seconds that Chromium refuses a page after its second crash within two minutes: 105 to 120 were seen. */
const refusal = 125;
/** A loss this many steps after the one before, or less, has the same cause … */
const near = 50;
/** … and so many of them end a run (reliability.md F04). */
const mostNear = 3;

/** Counts losses without progress between them. */
export class Losses {
  readonly #near: number;
  #last = -Infinity;
  #inARow = 0;

  constructor(steps = near) {
    this.#near = steps;
  }

  /** A loss with `step` steps taken; false: the run must not go on. */
  mayGoOn(step: number): boolean {
    this.#inARow = step - this.#last <= this.#near ? this.#inARow + 1 : 1;
    this.#last = Math.max(this.#last, step);
    return this.#inARow < mostNear;
  }
}

/** Passes everything on until it is shut. */
function gate(listener: RunListener): { listener: RunListener; shut: () => void } {
  let open = true;
  const entries = Object.entries(listener).filter(([, tell]) => typeof tell === 'function');
  const guarded = entries.map(([name, tell]) => [name, (said: unknown) => void (open && tell(said))]);
  return { listener: Object.fromEntries(guarded) as RunListener, shut: () => void (open = false) };
}

const nobody: RunListener = { state() {}, metric() {}, heldOut() {}, switched() {}, sources() {} };
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class SupervisedRun {
  readonly #open: OpenGpu;
  readonly #making: Making;
  readonly #listener: RunListener;
  readonly #losses: Losses;
  #run: Run | null = null;
  #lost = false;
  #stopped = false;
  #paused = false;
  #restarted = false;

  constructor(open: OpenGpu, making: Making, listener: RunListener, losses = new Losses()) {
    this.#open = open;
    this.#making = making;
    this.#listener = listener;
    this.#losses = losses;
  }

  /** Trains to an end that is none of the device's. UserError where that cannot be had. */
  async train(): Promise<void> {
    let gpu = await this.#first();
    let { from } = this.#making;
    for (;;) {
      const ending = await this.#live(gpu, from);
      if (ending === 'ended') return;
      if (this.#stopped) return this.#listener.state({ kind: 'stopped' });
      const taken = this.#run?.taken.steps ?? from?.progress.step ?? 0;
      from = await this.#goBack(taken);
      const step = this.#stepOf(from);
      if (ending === 'lost' && !this.#losses.mayGoOn(taken)) {
        throw new UserError(
          `This run lost the GPU ${mostNear} times near step ${taken} and is kept as it was at step ${step}: ` +
            'start one with a smaller batch or model.',
          { code: 'gpu-quarantine' },
        );
      }
      const next = await this.#reopen(step);
      if (!next) return this.#listener.state({ kind: 'stopped' });
      gpu = next;
      const message =
        ending === 'lost'
          ? `The graphics driver restarted: the run goes on from step ${step}, and nothing was lost.`
          : `Internal error (${ending.error}): the run goes on from step ${step}, and nothing was lost.`;
      this.#listener.notice?.({ code: ending === 'lost' ? 'gpu-lost' : 'restarted', step, message });
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#run?.stop();
  }

  pause(): void {
    this.#paused = true;
    this.#run?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#run?.resume();
  }

  step(): void {
    this.#run?.step();
  }

  goBack(): void {
    this.#run?.goBack();
  }

  /** The run on a living device: made anew from its last save where the device was lost after its end. */
  async live(): Promise<Run> {
    if (this.#run && !this.#lost) return this.#run;
    const last = await this.#making.keeper.last();
    if (!last) throw new UserError('The GPU was lost, and this run has no save to be read from: start it again.');
    const { device, report } = await this.#first();
    this.#run?.destroy();
    const { config, data } = this.#making;
    this.#run = await Run.create(device, report.software, config, data, nobody, null, { checkpoint: last });
    void this.#watch(device, this.#run, () => {});
    return this.#run;
  }

  destroy(): void {
    this.#run?.destroy();
    this.#run = null;
  }

  /** Trains on one device, until the end or until it is lost. */
  async #live({ device, report }: OpenDevice, checkpoint: Checkpoint | null): Promise<'ended' | 'lost' | { error: string }> {
    const { config, data, base, keeper, disturb } = this.#making;
    const { listener, shut } = gate(this.#listener);
    this.destroy();
    try {
      const options = { keeper, disturb, checkpoint: checkpoint ?? undefined };
      this.#run = await Run.create(device, report.software, config, data, listener, base, options);
      void this.#watch(device, this.#run, shut);
      if (this.#paused) this.#run.pause();
      if (this.#stopped) this.#run.stop();
      await this.#run.train();
      return this.#lost ? 'lost' : 'ended';
    } catch (error) {
      shut();
      if (await isLost(device)) return 'lost';
      if (error instanceof UserError || this.#restarted || !this.#run) throw error;
      this.#restarted = true; // a second one is no accident
      return { error: messageOf(error) };
    }
  }

  /** A run whose device is lost is silent from then on, and ends: also one that waits, paused. */
  async #watch(device: GPUDevice, run: Run, shut: () => void): Promise<void> {
    this.#lost = false;
    await device.lost;
    shut();
    if (this.#run !== run) return;
    this.#lost = true;
    run.stop();
  }

  /** The last good save; null: there is none, and the run begins again. Everything said since is void. */
  async #goBack(taken: number): Promise<Checkpoint | null> {
    const { keeper, from } = this.#making;
    const last = (await keeper.last().catch(() => null)) ?? from;
    const to = this.#stepOf(last);
    keeper.history = last ? historyBefore(last.history, to) : newHistory();
    this.#listener.rewound?.({ from: Math.max(taken - 1, to), to });
    return last;
  }

  #stepOf(save: Checkpoint | null): number {
    const { config, base } = this.#making;
    return save?.progress.step ?? planRun(config, base ? 'continued' : 'all').firstStep;
  }

  async #first(): Promise<OpenDevice> {
    const answer = await this.#open();
    if ('cause' in answer) throw new UserError(answer.message);
    return answer;
  }

  /** Another device; null: stopped while waiting for one. UserError where the browser gives none even after its refusal. */
  async #reopen(step: number): Promise<OpenDevice | null> {
    for (const seconds of retries) {
      await sleep(seconds);
      const answer = await this.#open();
      if (this.#stopped) return null;
      if ('device' in answer) return answer;
    }
    this.#listener.notice?.({
      code: 'gpu-refused',
      step,
      // No word of reloading: that ends the refusal for a page, but not for workers that start from a blob, as ours does.
      message: `The browser has paused graphics after crashes: leave this tab open, and the run goes on from step ${step} in ${refusal} s.`,
    });
    for (let done = 0; done < refusal; done++) {
      const waiting: RunState = { kind: 'preparing', what: 'Waiting for the graphics processor', done, total: refusal };
      this.#listener.state(waiting);
      await sleep(1);
      if (this.#stopped) return null;
    }
    const answer = await this.#open();
    if ('device' in answer) return answer;
    throw new UserError(
      `The browser switched graphics off after repeated crashes: close all its windows and open it again; the run is saved at step ${step}.`,
      { code: 'gpu-off' },
    );
  }
}
