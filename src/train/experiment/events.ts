/** Gathers what an experiment says into one message at most ten times a second: measurements stay apart by arm and seed. */
import type { ExperimentEvents, ExperimentState } from '../../protocol.ts';
import { columnsOf, type MetricRow } from '../../recipe/measurements.ts';
import { Outbox } from '../run/events.ts';
import type { ExperimentEvent, ExperimentListener } from './listener.ts';
import { progressWords } from '../../words/notices.ts';

export class ExperimentBatcher implements ExperimentListener {
  #events: ExperimentEvents = {};
  #metrics: { arm: string; seed: number; rows: MetricRow[] }[] = [];
  readonly #outbox: Outbox<ExperimentEvents>;

  constructor(send: (events: ExperimentEvents) => void) {
    this.#outbox = new Outbox(() => this.#take(), send);
  }

  wants(): boolean {
    return true;
  }

  /** Sends what is waiting, now. */
  flush(): void {
    this.#outbox.flush();
  }

  state(state: ExperimentState): void {
    this.#events.state = state;
    this.#outbox.later();
  }

  tell(event: ExperimentEvent): void {
    // A notice at once, as a rewind of a run: the arm under way starts again.
    if (event.kind === 'notice') this.flush();
    this.#add(event);
    this.#outbox.later();
  }

  #add({ kind, said }: ExperimentEvent): void {
    const events = this.#events;
    switch (kind) {
      case 'begin': {
        const { arm, seed, run } = said;
        const { firstStep, endStep } = run.plan;
        events.state = { kind: 'running', arm, seed, firstStep, endStep };
        break;
      }
      case 'compiling':
        events.state = { kind: 'compiling', ...said };
        break;
      case 'waiting':
        events.state = { kind: 'preparing', what: progressWords.waitingForGpu };
        break;
      case 'metric':
        this.#addRow(said);
        break;
      case 'heldOut':
        (events.heldOut ??= []).push(said);
        break;
      case 'benchmark':
        (events.benchmarks ??= []).push(said);
        break;
      case 'row':
        (events.rows ??= []).push(said);
        break;
      case 'notice':
        (events.notices ??= []).push(said);
        break;
      case 'base': // the page keeps it, and does not show it
        break;
    }
  }

  #addRow({ arm, seed, row }: { arm: string; seed: number; row: MetricRow }): void {
    const last = this.#metrics.at(-1);
    if (last?.arm === arm && last.seed === seed) last.rows.push(row);
    else this.#metrics.push({ arm, seed, rows: [row] });
  }

  #take(): ExperimentEvents {
    const events = this.#events;
    if (this.#metrics.length > 0)
      events.metrics = this.#metrics.map(({ arm, seed, rows }) => ({ arm, seed, columns: columnsOf(rows) }));
    this.#events = {};
    this.#metrics = [];
    return events;
  }
}
