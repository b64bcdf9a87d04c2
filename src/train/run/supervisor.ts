/**
 * A run that outlives its device. The browser may take the GPU away at any time, and most calls then succeed and mean
 * nothing; so from that moment nothing of the old device is told, counted or saved, and the run goes on from its last
 * save on a new one, to the same bits. A GPU that hangs or drops a command is given up, which is the same to a run. How
 * often is bounded: see reopen.ts.
 */
import type { RunConfig } from '../../config/run.ts';
import type { Notice } from '../../protocol.ts';
import { planRun } from '../../recipe/phases.ts';
import { UserError } from '../../util/errors.ts';
import { listening } from '../../util/events.ts';
import { type Backend, type Loss, lossOf, type OpenBackend } from '../backends/backend.ts';
import type { Base } from '../bases/base.ts';
import type { Checkpoint } from '../saved/checkpoint.ts';
import type { TrainingData } from './data.ts';
import type { Disturb } from './faults.ts';
import { historyBefore, newHistory } from './history.ts';
import type { Keeper } from '../saved/keeper.ts';
import type { RunListener, RunNews } from './listener.ts';
import { Losses, mostNear, reopen } from '../saved/reopen.ts';
import { Run } from './run.ts';
import { trainingWords } from '../../words/training.ts';
import { noticeWords, progressWords } from '../../words/notices.ts';

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

/** What is told of each way to lose a device. */
export const lossNotices: Record<Loss, { code: Notice['code']; message: string }> = {
  lost: { code: 'gpu-lost', message: noticeWords.lost.lost },
  hung: { code: 'gpu-hung', message: noticeWords.lost.hung },
  refused: { code: 'gpu-error', message: noticeWords.lost.refused },
  thread: { code: 'thread-lost', message: noticeWords.lost.thread },
};

/** What was lost, in a sentence. */
export const lostThing = (loss: Loss): string => (loss === 'thread' ? noticeWords.aThread : noticeWords.theGpu);

const kinds: Record<Backend['kind'], string> = noticeWords.device;

/** Passes everything on until it is shut. */
function gate(listener: RunListener): { listener: RunListener; shut: () => void } {
  let open = true;
  const guarded: RunListener = {
    wants: (kind) => listener.wants(kind),
    tell: (event) => void (open && listener.tell(event)),
  };
  return { listener: guarded, shut: () => void (open = false) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class SupervisedRun {
  readonly #open: OpenBackend;
  readonly #making: Making;
  readonly #listener: RunListener;
  readonly #losses: Losses;
  #run: Run | null = null;
  #loss: Loss | null = null;
  #stopped = false;
  #paused = false;
  #restarted = false;

  constructor(open: OpenBackend, making: Making, listener: RunListener, losses = new Losses()) {
    this.#open = open;
    this.#making = making;
    this.#listener = listener;
    this.#losses = losses;
  }

  /** Trains to an end that is none of the device's. UserError where that cannot be had. */
  async train(): Promise<void> {
    let backend = await this.#first();
    let { from } = this.#making;
    for (;;) {
      const ending = await this.#live(backend, from);
      if (ending === 'ended') return;
      if (this.#stopped) return this.#listener.tell({ kind: 'state', said: { kind: 'stopped' } });
      const taken = this.#run?.taken.steps ?? from?.progress.step ?? 0;
      from = await this.#goBack(taken);
      const step = this.#stepOf(from);
      if ('loss' in ending && !this.#losses.mayGoOn(taken)) {
        throw new UserError(trainingWords.lostOften(lostThing(ending.loss), mostNear, taken, step), {
          code: 'gpu-quarantine',
        });
      }
      const next = await this.#reopen(step);
      if (!next) return this.#listener.tell({ kind: 'state', said: { kind: 'stopped' } });
      backend = next;
      const { code, message } =
        'loss' in ending
          ? lossNotices[ending.loss]
          : { code: 'restarted' as const, message: noticeWords.internal(ending.error) };
      this.#notice({ code, step, message: noticeWords.continues(message, step) });
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

  leave(): void {
    this.#run?.leave();
  }

  goBack(): void {
    this.#run?.goBack();
  }

  /** The run on a living device: made anew from its last save where the device was lost after its end. */
  async live(): Promise<Run> {
    if (this.#run && !this.#loss) return this.#run;
    const last = await this.#making.keeper.last();
    if (!last) throw new UserError(trainingWords.lostWithoutSave);
    const backend = await this.#first();
    this.#run?.destroy();
    const { config, data } = this.#making;
    this.#run = await Run.create(backend, config, data, listening<RunNews>({}), null, { checkpoint: last });
    void this.#watch(backend, this.#run, () => {});
    return this.#run;
  }

  destroy(): void {
    this.#run?.destroy();
    this.#run = null;
  }

  /** Trains on one device, until the end or until it is lost. */
  async #live(backend: Backend, checkpoint: Checkpoint | null): Promise<'ended' | { loss: Loss } | { error: string }> {
    const { config, data, base, keeper, disturb } = this.#making;
    const { listener, shut } = gate(this.#listener);
    this.destroy();
    this.#tellOfChange(backend, this.#stepOf(checkpoint));
    try {
      const options = { keeper, disturb, checkpoint: checkpoint ?? undefined };
      this.#run = await Run.create(backend, config, data, listener, base, options);
      void this.#watch(backend, this.#run, shut);
      if (this.#paused) this.#run.pause();
      if (this.#stopped) this.#run.stop();
      await this.#run.train();
      return this.#loss ? { loss: this.#loss } : 'ended';
    } catch (error) {
      shut();
      const loss = await lossOf(backend);
      if (loss) return { loss };
      if (error instanceof UserError || this.#restarted || !this.#run) {
        this.destroy(); // nobody can go on with it, and its memory is wanted for the next
        throw error;
      }
      this.#restarted = true; // a second one is no accident
      return { error: messageOf(error) };
    }
  }

  /** A GPU and the processor add up in other orders. */
  #tellOfChange({ kind }: Backend, step: number): void {
    const { history } = this.#making.keeper;
    if (history.device !== null && history.device !== kind) {
      const message = noticeWords.otherDevice(kinds[history.device], step, kinds[kind]);
      this.#notice({ code: 'other-device', step, message });
    }
    history.device = kind;
  }

  /** A run whose device is lost is silent from then on, and ends: also one that waits, paused. */
  async #watch(backend: Backend, run: Run, shut: () => void): Promise<void> {
    this.#loss = null;
    const loss = await backend.loss;
    shut();
    if (this.#run !== run) return;
    this.#loss = loss;
    run.stop();
  }

  /** The last good save; null: there is none, and the run begins again. Everything said since is void. */
  async #goBack(taken: number): Promise<Checkpoint | null> {
    const { keeper, from } = this.#making;
    const last = (await keeper.last().catch(() => null)) ?? from;
    const to = this.#stepOf(last);
    keeper.history = last ? historyBefore(last.history, to) : newHistory(this.#making.data.notes);
    this.#listener.tell({ kind: 'rewound', said: { from: Math.max(taken - 1, to), to } });
    return last;
  }

  #stepOf(save: Checkpoint | null): number {
    const { config, base } = this.#making;
    return save?.progress.step ?? planRun(config, base ? 'continued' : 'all').firstStep;
  }

  async #first(): Promise<Backend> {
    const answer = await this.#open();
    if ('cause' in answer) throw new UserError(answer.message);
    return answer;
  }

  #notice(notice: Notice): void {
    this.#listener.tell({ kind: 'notice', said: notice });
  }

  #reopen(step: number): Promise<Backend | null> {
    return reopen(this.#open, {
      stopped: () => this.#stopped,
      notice: (notice) => this.#notice(notice),
      waiting: (done, total) =>
        this.#listener.tell({
          kind: 'state',
          said: { kind: 'preparing', what: progressWords.waitingForGpu, done, total },
        }),
      step,
      goesOn: noticeWords.thenRun(step),
      kept: noticeWords.runKept(step),
    });
  }
}
