/** Gathers what a run says into one message at most ten times a second, measurements as columns. */
import type { RunEvents } from '../../protocol.ts';
import { columnsOf, type MetricRow } from '../../recipe/measurements.ts';
import { isListed, listOf, type RunEvent, type RunListener } from './listener.ts';

/** Milliseconds between messages: the page draws no faster. */
const interval = 100;

/** Sends what `take` has gathered once it is asked to, a little later or now. */
export class Outbox<Events extends object> {
  readonly #take: () => Events;
  readonly #send: (events: Events) => void;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(take: () => Events, send: (events: Events) => void) {
    this.#take = take;
    this.#send = send;
  }

  later(): void {
    this.#timer ??= setTimeout(() => this.flush(), interval);
  }

  /** Sends what is waiting, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#take();
    if (Object.keys(events).length > 0) this.#send(events);
  }
}

export class EventBatcher implements RunListener {
  #events: RunEvents = {};
  #rows: MetricRow[] = [];
  readonly #outbox: Outbox<RunEvents>;

  constructor(send: (events: RunEvents) => void) {
    this.#outbox = new Outbox(() => this.#take(), send);
  }

  wants(): boolean {
    return true;
  }

  /** Sends what is waiting, now. */
  flush(): void {
    this.#outbox.flush();
  }

  tell(event: RunEvent): void {
    // A rewind at once: what was said before it is sent first, and what comes after stands alone.
    if (event.kind === 'rewound') this.flush();
    this.#add(event);
    this.#outbox.later();
  }

  #add({ kind, said }: RunEvent): void {
    const events = this.#events;
    if (kind === 'metric') return void this.#rows.push(said);
    if (kind === 'notice') (events.log ??= []).push(said.message);
    if (kind === 'rewound') events.rewind = said;
    else if (isListed(kind)) ((events[listOf[kind]] ??= []) as unknown[]).push(said);
    else Object.assign(events, { [kind]: said }); // the latest alone counts: state, sources, saved
  }

  #take(): RunEvents {
    const events = this.#events;
    if (this.#rows.length > 0) events.metrics = columnsOf(this.#rows);
    this.#events = {};
    this.#rows = [];
    return events;
  }
}
