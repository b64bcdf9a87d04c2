/** Gathers what a run says into one message at most ten times a second, measurements as columns. */
import type { MetricColumns, RunEvents } from '../protocol.ts';
import type { MetricRow, RunListener } from './run.ts';

const phaseIndex = { base: 0, general: 1, qa: 2 };
/** Milliseconds between messages: the page draws no faster. */
const interval = 100;

export class EventBatcher implements RunListener {
  readonly #send: (events: RunEvents) => void;
  #events: RunEvents = {};
  #rows: MetricRow[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (events: RunEvents) => void) {
    this.#send = send;
  }

  /** Sends what is waiting, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#events;
    if (this.#rows.length > 0) events.metrics = columns(this.#rows);
    this.#events = {};
    this.#rows = [];
    if (Object.keys(events).length > 0) this.#send(events);
  }

  #later(): void {
    this.#timer ??= setTimeout(() => this.flush(), interval);
  }

  state: RunListener['state'] = (state) => {
    this.#events.state = state;
    this.#later();
  };
  metric: RunListener['metric'] = (row) => {
    this.#rows.push(row);
    this.#later();
  };
  heldOut: RunListener['heldOut'] = (point) => {
    (this.#events.heldOut ??= []).push(point);
    this.#later();
  };
  benchmark: NonNullable<RunListener['benchmark']> = (point) => {
    (this.#events.benchmarks ??= []).push(point);
    this.#later();
  };
  switched: RunListener['switched'] = (change) => {
    (this.#events.switches ??= []).push(change);
    this.#later();
  };
  sources: RunListener['sources'] = (counts) => {
    this.#events.sources = counts;
    this.#later();
  };
  sample: NonNullable<RunListener['sample']> = (sample) => {
    (this.#events.samples ??= []).push(sample);
    this.#later();
  };
}

function columns(rows: readonly MetricRow[]): MetricColumns {
  const column = (of: (row: MetricRow) => number): Float64Array => Float64Array.from(rows, of);
  return {
    step: column((row) => row.step),
    tokens: column((row) => row.tokens),
    loss: column((row) => row.loss),
    lr: column((row) => row.lr),
    gradNorm: column((row) => row.gradNorm),
    tokensPerSecond: column((row) => row.tokensPerSecond),
    phase: Uint8Array.from(rows, (row) => phaseIndex[row.phase]),
  };
}
