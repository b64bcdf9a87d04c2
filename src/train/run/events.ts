/** Gathers what a run says into one message at most ten times a second, measurements as columns. */
import type { ExperimentEvents, ExperimentState, Notice, RunEvents, Saved } from '../../protocol.ts';
import { columnsOf } from '../../recipe/measurements.ts';
import type { ExperimentListener } from '../experiment/experiment.ts';
import type { MetricRow, RunListener } from './run.ts';

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
    if (this.#rows.length > 0) events.metrics = columnsOf(this.#rows);
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
  notice: NonNullable<RunListener['notice']> = (notice) => {
    (this.#events.notices ??= []).push(notice);
    (this.#events.log ??= []).push(notice.message);
    this.#later();
  };
  saved(saved: Saved): void {
    this.#events.saved = saved;
    this.#later();
  }
  /** At once: what was said before it is sent first, and what comes after stands alone. */
  rewound: NonNullable<RunListener['rewound']> = (rewind) => {
    this.flush();
    this.#events.rewind = rewind;
    this.#later();
  };
  check: NonNullable<RunListener['check']> = (check) => {
    (this.#events.checks ??= []).push(check);
    this.#later();
  };
  inspection: NonNullable<RunListener['inspection']> = (inspection) => {
    (this.#events.inspections ??= []).push(inspection);
    this.#later();
  };
  sample: NonNullable<RunListener['sample']> = (sample) => {
    (this.#events.samples ??= []).push(sample);
    this.#later();
  };
}

/** The same for an experiment: measurements stay apart by arm and seed. */
export class ExperimentBatcher implements ExperimentListener {
  readonly #send: (events: ExperimentEvents) => void;
  #events: ExperimentEvents = {};
  #metrics: { arm: string; seed: number; rows: MetricRow[] }[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (events: ExperimentEvents) => void) {
    this.#send = send;
  }

  /** Sends what is waiting, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#events;
    if (this.#metrics.length > 0)
      events.metrics = this.#metrics.map(({ arm, seed, rows }) => ({ arm, seed, columns: columnsOf(rows) }));
    this.#events = {};
    this.#metrics = [];
    if (Object.keys(events).length > 0) this.#send(events);
  }

  #later(): void {
    this.#timer ??= setTimeout(() => this.flush(), interval);
  }

  state(state: ExperimentState): void {
    this.#events.state = state;
    this.#later();
  }
  begin: ExperimentListener['begin'] = (arm, seed, { plan: { firstStep, endStep } }) =>
    this.state({ kind: 'running', arm, seed, firstStep, endStep });
  compiling: ExperimentListener['compiling'] = (done, total) => this.state({ kind: 'compiling', done, total });
  metric: ExperimentListener['metric'] = (arm, seed, row) => {
    const last = this.#metrics.at(-1);
    if (last?.arm === arm && last.seed === seed) last.rows.push(row);
    else this.#metrics.push({ arm, seed, rows: [row] });
    this.#later();
  };
  heldOut: ExperimentListener['heldOut'] = (arm, seed, point) => {
    (this.#events.heldOut ??= []).push({ arm, seed, point });
    this.#later();
  };
  benchmark: ExperimentListener['benchmark'] = (arm, seed, point) => {
    (this.#events.benchmarks ??= []).push({ arm, seed, point });
    this.#later();
  };
  /** At once, as a rewind: the arm under way starts again. */
  notice = (notice: Notice): void => {
    this.flush();
    (this.#events.notices ??= []).push(notice);
    this.#later();
  };
  row: ExperimentListener['row'] = (row) => {
    (this.#events.rows ??= []).push(row);
    this.#later();
  };
}
