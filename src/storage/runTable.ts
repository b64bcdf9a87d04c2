/** What the list of saved runs is kept in: records, and the curves beside them. */
import type { MetricColumns, SavedRun } from '../protocol.ts';

export interface RunTable {
  all(): Promise<SavedRun[]>;
  put(record: SavedRun, metrics?: MetricColumns): Promise<void>;
  remove(id: string): Promise<void>;
  metrics(id: string): Promise<MetricColumns | null>;
}

/** Where IndexedDB is denied: it lasts as long as the worker. */
export class MemoryTable implements RunTable {
  readonly #records = new Map<string, SavedRun>();
  readonly #metrics = new Map<string, MetricColumns>();

  all = async (): Promise<SavedRun[]> => [...this.#records.values()];
  metrics = async (id: string): Promise<MetricColumns | null> => this.#metrics.get(id) ?? null;
  put = async (record: SavedRun, metrics?: MetricColumns): Promise<void> => {
    this.#records.set(record.id, record);
    if (metrics) this.#metrics.set(record.id, metrics);
  };
  remove = async (id: string): Promise<void> => {
    this.#records.delete(id);
    this.#metrics.delete(id);
  };
}
