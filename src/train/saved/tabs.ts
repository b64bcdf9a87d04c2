/**
 * A run seen and taken over by other tabs of this browser. The tab that trains it (it holds the run's lock) answers one
 * that watches with everything said so far, and from then on sends what it tells its own page; one that asks for the run
 * gets it: the tab saves, ends and lets go of the lock. Whether that tab lives is told by the lock, never by silence
 * alone: the browser frees a lock however its tab ends, and a tab put to sleep keeps it. Nothing leaves the browser.
 */
import type { MetricColumns, RunEvents, RunState, SavedRun } from '../../protocol.ts';
import { awaitRun, whenFree } from '../../storage/lock.ts';
import { UserError } from '../../util/errors.ts';
import { post } from '../../util/tabs.ts';
import { EventBatcher } from '../run/events.ts';
import { type History, retell } from '../run/history.ts';
import { trainingWords } from '../../words/training.ts';
import { noticeWords } from '../../words/notices.ts';

const channelName = 'rekindle.runs';

type Message =
  | { kind: 'watch'; run: string; from: string }
  /** Void after `until`, ms since 1970: a tab that wakes hours later must not give away what nobody waits for. */
  | { kind: 'hand-over'; run: string; from: string; until: number }
  | { kind: 'letting-go'; run: string; to: string }
  /** All so far, for one who asked; then what follows, for everybody. */
  | { kind: 'shown'; run: string; to: string; events: RunEvents }
  | { kind: 'events'; run: string; events: RunEvents };

/** Milliseconds in which a tab that is awake answers: a step's JavaScript, on a machine that is busy. */
const answerTime = 4000;
/** Milliseconds in which it has read what is under way, saved it and let go: a save of a gigabyte on a slow disk. */
const letGoTime = 60_000;
/** Milliseconds that the last words of a tab may need after its lock. */
const lastWords = 300;

export interface SharedRun {
  /** What the run has said; read when somebody asks. */
  history(): History;
  /** Tells the page what is waiting to be told, and so those who watch: what comes next is new to all. */
  flush(): void;
  /** Saves the run and ends it; the lock is let go when it has ended. */
  handOver(): void;
}

/** The side of the tab that trains. */
export class RunSharer {
  readonly #id: string;
  readonly #shared: SharedRun;
  readonly #channel = new BroadcastChannel(channelName);
  #watched = false;
  /** What `history` does not have. */
  #last: Pick<RunEvents, 'state' | 'sources' | 'saved' | 'notices' | 'log' | 'checks' | 'inspections'> = {};

  constructor(id: string, shared: SharedRun) {
    this.#id = id;
    this.#shared = shared;
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Message>) => this.#hear(data));
  }

  /** Everything that the page is told. */
  tell(events: RunEvents): void {
    const { state, sources, saved, notices = [], log = [], checks = [], inspections = [] } = events;
    const last = this.#last;
    this.#last = {
      state: state ?? last.state,
      sources: sources ?? last.sources,
      saved: saved ?? last.saved,
      notices: [...(last.notices ?? []), ...notices],
      log: [...(last.log ?? []), ...log],
      checks: [...(last.checks ?? []), ...checks],
      inspections: [...(last.inspections ?? []), ...inspections],
    };
    if (this.#watched) this.#send({ kind: 'events', run: this.#id, events });
  }

  close(): void {
    this.#channel.close();
  }

  #hear(message: Message): void {
    if (message.run !== this.#id) return;
    if (message.kind === 'watch') {
      this.#shared.flush();
      this.#watched = true;
      let events: RunEvents = {};
      const all = new EventBatcher((told) => (events = told));
      retell(this.#shared.history(), all);
      all.flush();
      this.#send({ kind: 'shown', run: this.#id, to: message.from, events: { ...events, ...this.#last } });
    }
    if (message.kind === 'hand-over' && Date.now() <= message.until) {
      this.#send({ kind: 'letting-go', run: this.#id, to: message.from });
      this.#shared.handOver();
    }
  }

  #send(message: Message): void {
    post(this.#channel, message);
  }
}

const isOver = (state: RunState | undefined): boolean =>
  state !== undefined && ['done', 'stopped', 'moved', 'diverged', 'failed'].includes(state.kind);

/** What is kept of a run on the disk, to be shown where its tab does not answer. */
export type Recorded = () => Promise<{ run: SavedRun; metrics: MetricColumns | null } | null>;

/** Tells everything of a run that another tab trains, until that tab lets go of it or `signal` says enough. */
export async function watchElsewhere(
  id: string,
  recorded: Recorded,
  tell: (events: RunEvents) => void,
  signal: AbortSignal,
): Promise<void> {
  const me = crypto.randomUUID();
  const channel = new BroadcastChannel(channelName);
  let shown = false;
  let fromDisk = false;
  let state: RunState | undefined;
  const pass = (events: RunEvents): void => {
    if (signal.aborted) return;
    state = events.state ?? state;
    tell(events);
  };
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.run !== id) return;
    if (data.kind === 'shown' && data.to === me) {
      shown = true;
      // What was shown from the disk is told again.
      pass(fromDisk ? { ...data.events, rewind: { from: 0, to: 0 } } : data.events);
    } else if (data.kind === 'events' && shown) pass(data.events);
  });
  post(channel, { kind: 'watch', run: id, from: me } satisfies Message);
  const silence = setTimeout(async () => {
    const found = await recorded().catch(() => null);
    if (shown || signal.aborted) return;
    fromDisk = true;
    pass(asleepEvents(found));
  }, answerTime);
  try {
    await whenFree(id, signal);
    if (!isOver(state)) await new Promise((resolve) => setTimeout(resolve, lastWords));
    if (!isOver(state)) {
      const message = noticeWords.tabClosed;
      pass({ state: { kind: 'stopped' }, notices: [{ code: 'elsewhere', step: null, message }], log: [message] });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearTimeout(silence);
    channel.close();
  }
}

function asleepEvents(found: Awaited<ReturnType<Recorded>>): RunEvents {
  const message = noticeWords.tabAsleep(found?.run.step ?? null);
  return {
    metrics: found?.metrics ?? undefined,
    state: { kind: 'paused', phase: found?.run.phase ?? 'base' },
    notices: [{ code: 'elsewhere', step: found?.run.step ?? null, message }],
    log: [message],
  };
}

/**
 * Has the tab that trains a run save it and let go, and holds it then; returns what frees it. A tab that has died is not waited
 * for: its lock is free. UserErrors: asleep, not-let-go.
 */
export async function takeRun(id: string, times = { answer: answerTime, letGo: letGoTime }): Promise<() => void> {
  const waiting = new AbortController();
  const lock = awaitRun(id, waiting.signal);
  const me = crypto.randomUUID();
  const channel = new BroadcastChannel(channelName);
  const answer = new Promise<true>((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (data.kind === 'letting-go' && data.run === id && data.to === me) resolve(true);
    });
  });
  post(channel, { kind: 'hand-over', run: id, from: me, until: Date.now() + times.answer } satisfies Message);
  try {
    if (!(await within(times.answer, Promise.race([lock, answer])))) {
      throw new UserError(trainingWords.tabAsleep, { code: 'asleep' });
    }
    const release = await within(times.letGo, lock);
    if (!release) {
      throw new UserError(trainingWords.tabHolds(times.letGo / 1000), { code: 'not-let-go' });
    }
    return release;
  } catch (error) {
    waiting.abort();
    // It may have been given just now.
    lock.then(
      (release) => release(),
      () => {},
    );
    throw error;
  } finally {
    channel.close();
  }
}

/** What `promise` gives within so many milliseconds; null: nothing. */
async function within<T>(millis: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, millis, null)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
