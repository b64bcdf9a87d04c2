/**
 * Saves a run while it trains. What is saved was read back from a live device, and training goes on while it is mapped,
 * hashed and written. A save that fails is told and costs the run nothing but that save.
 */
import type { RunConfig } from '../../config/run.ts';
import type { Facts, Head } from '../../storage/head.ts';
import type { SlotStore } from '../../storage/slots.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, type Progress } from './checkpoint.ts';
import type { Pools } from '../engine/engine.ts';
import { type History, historyBefore, newHistory } from '../run/history.ts';
import type { RunPart } from '../../recipe/phases.ts';
import { noticeWords } from '../../words/notices.ts';

/** How a run stood when it was saved. */
export type SavedState = 'training' | 'paused' | 'stopped' | 'done';

export interface SaveMade {
  step: number;
  generation: number;
  bytes: number;
  /** From the copy on the GPU to the last flush. */
  seconds: number;
}

/** Where saves go and come from: a slot store. */
export type Store = Pick<SlotStore, 'save' | 'load'> & Partial<Pick<SlotStore, 'saveNow'>>;

export interface KeeperListener {
  saved(saved: SaveMade, head: Head): void;
  failed(step: number, message: string): void;
  /** Something was deleted, so that a save had room: one sentence. */
  madeRoom?(message: string): void;
}

/** Seconds between interruptions that the interval is made for; a tab is closed, reloaded or killed about this often. */
const betweenInterruptions = 3 * 3600;

/**
 * Seconds between saves that cost `cost` seconds each: √(2 · cost · time between interruptions), which loses least to
 * saves and to repeated work together (Young 1974). At least 20, for it is no use to save a minute's work every second;
 * at most 120, for nobody forgives more. A save of 2.4 s is then still 2 % of the time.
 */
export function saveInterval(cost: number): number {
  return Math.min(120, Math.max(20, Math.sqrt(2 * cost * betweenInterruptions)));
}

/**
 * A run is also saved whenever so much of it has been done since the last save, so that a short one loses little as well: with the steps
 * taken while a save is on its way, less than a twentieth.
 */
export const shareBetween = 1 / 40;
/**
 * … but not before this many times what the last save took has passed. Half of a save or more goes on beside the training (on the
 * software adapter 9 of 17 ms of the preset smoke), so that this bounds the time lost to one per cent.
 */
export const leastTimes = 50;
/** The first save also opens what later ones find open: those of the preset smoke take 190 ms, then 50. */
export const laterShare = 1 / 4;

export class Keeper {
  readonly #store: Store;
  readonly #listener: KeeperListener;
  readonly #facts: Facts;
  readonly #now: () => number;
  readonly #every: number | undefined;
  /** What the run has said. */
  history: History;
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Milliseconds that the next save is taken to cost. */
  #cost = 0;
  #last: number;
  /** Where the run stood at the last save; null: none was made here. */
  #lastStep: number | null = null;
  /** The last save failed: the next try is an interval away, and is not asked for by steps. */
  #failed = false;
  /** A save is wanted as soon as may be. */
  #wanted = false;
  /** What would be saved as the page is left, if nothing newer can be had then. */
  #noted: Checkpoint | null = null;
  #notedStep: number | null = null;
  /** Milliseconds that a note took, and when it was made. */
  #noteCost = 0;
  #noteLast: number;

  /** `facts`: what the heads say besides step and state. `now`: milliseconds, upwards. `every`: seconds between saves, instead of the best. */
  constructor(
    store: Store,
    listener: KeeperListener,
    facts: Facts,
    {
      history = newHistory(),
      now = () => performance.now(),
      every,
    }: { history?: History; now?: () => number; every?: number } = {},
  ) {
    this.#store = store;
    this.#listener = listener;
    this.#facts = facts;
    this.#now = now;
    this.#every = every;
    this.#last = this.#noteLast = now();
    this.history = history;
  }

  /** Whether something is being saved. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Whether it is time for a save, with `step` steps of `steps` taken. */
  due(step: number, steps: number): boolean {
    this.#lastStep ??= step;
    if (this.busy) return false;
    const since = this.#now() - this.#last;
    if (this.#wanted || since >= 1000 * (this.#every ?? saveInterval(this.#cost / 1000))) return true;
    return (
      this.#every === undefined &&
      !this.#failed &&
      step - this.#lastStep >= shareBetween * steps &&
      since >= leastTimes * this.#cost
    );
  }

  /** Whether it is time for a note, of a run whose device does not answer at once: as often as for a save, by what a note costs. */
  noteDue(step: number, steps: number): boolean {
    this.#notedStep ??= step;
    return (
      this.#store.saveNow !== undefined &&
      step - this.#notedStep >= shareBetween * steps &&
      this.#now() - this.#noteLast >= leastTimes * this.#noteCost
    );
  }

  /** Notes a run as it is now, in memory: what `saveNoted` saves. */
  async note(config: RunConfig, part: RunPart, progress: Progress, pools: Promise<Pools>): Promise<void> {
    const begun = this.#now();
    this.#notedStep = progress.step;
    const kept = structuredClone(progress);
    const history = historyBefore(this.history, progress.step);
    this.#noted = { config, part, progress: kept, history, pools: await pools };
    this.#noteLast = this.#now();
    this.#noteCost = this.#noteLast - begun;
  }

  /** The page may be gone soon: the next step is saved. */
  want(): void {
    this.#wanted = true;
  }

  /** Saves a run as it is now; `pools` is being read back. Resolves when that is done or has failed; never rejects. */
  keep(config: RunConfig, part: RunPart, progress: Progress, state: SavedState, pools: Promise<Pools>): Promise<void> {
    const begun = this.#now();
    this.#lastStep = progress.step;
    this.#wanted = false;
    const history = historyBefore(this.history, progress.step);
    const kept = structuredClone(progress);
    const work = async (): Promise<void> => {
      try {
        const body = encodeCheckpoint({ config, part, progress: kept, history, pools: await pools });
        const head = await this.#store.save(body, this.#factsOf(kept, history, state));
        this.#last = this.#now();
        const taken = this.#last - begun;
        this.#cost = head.generation === 1 ? laterShare * taken : taken;
        this.#failed = false;
        this.#listener.saved(
          { step: kept.step, generation: head.generation, bytes: head.length, seconds: taken / 1000 },
          head,
        );
      } catch (error) {
        // The next try is an interval away: a full disk is not asked at every step.
        this.#last = this.#now();
        this.#failed = true;
        this.#listener.failed(
          kept.step,
          noticeWords.saveFailed(kept.step, error instanceof Error ? error.message : String(error)),
        );
      }
      this.#waiting--;
    };
    pools.catch(() => {}); // told of above, when its turn comes
    this.#waiting++;
    return (this.#queue = this.#queue.then(work));
  }

  /**
   * Saves a run under way, by the time that it returns, where storage can do that and nothing else is as new; a save that fails leaves the
   * one before. Where the run goes on after all, an ordinary save comes next. `evaluating`: what the weights are asked is not all answered.
   */
  keepNow(config: RunConfig, part: RunPart, progress: Progress, pools: Pools, evaluating: boolean): void {
    const history = historyBefore(this.history, progress.step, evaluating);
    this.#saveNow({ config, part, progress: evaluating ? { ...progress, evaluated: null } : progress, history, pools });
  }

  /** The same with what was noted last, if that is newer than the last save. */
  saveNoted(): void {
    if (this.#noted && this.#noted.progress.step > (this.#lastStep ?? -1)) this.#saveNow(this.#noted);
  }

  #saveNow(checkpoint: Checkpoint): void {
    this.#wanted = true;
    try {
      const { progress, history } = checkpoint;
      this.#store.saveNow?.(encodeCheckpoint(checkpoint), this.#factsOf(progress, history, 'training'));
    } catch {
      // There is nobody left to be told.
    }
  }

  #factsOf({ step, phase }: Progress, { metrics }: History, state: SavedState): Facts {
    const loss = metrics.at(-1)?.loss ?? null;
    return { ...this.#facts, step, phase, loss: Number.isFinite(loss) ? loss : null, state, savedAt: Date.now() };
  }

  /** The last save, read back from storage; null: there is none. */
  async last(): Promise<Checkpoint | null> {
    await this.#queue;
    const loaded = await this.#store.load();
    return loaded && decodeCheckpoint(loaded.body);
  }

  /** Resolves when nothing is being saved. */
  settled(): Promise<void> {
    return this.#queue;
  }
}
