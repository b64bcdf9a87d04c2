/** Rows of experiments that this browser remembers, by configuration, in IndexedDB: an arm takes minutes, and a tab closes in no time. */
import type { ExperimentResults, ResultRow } from '../../recipe/results/results.ts';
import { change, openDispensable } from '../runs/database.ts';

export interface Kept {
  rows: readonly ResultRow[];
  chance?: ExperimentResults['chance'];
  /** Names of what trained them; rows of before these were noted have none. */
  devices?: readonly string[];
}

const STORE = 'results';
let opened: ReturnType<typeof openDispensable> | null = null;
const database = () => (opened ??= openDispensable('rekindle-experiments', (db) => void db.createObjectStore(STORE)));

/** Everything there is, by key. */
export async function recallResults(): Promise<Record<string, Kept>> {
  const db = await database();
  if (!db) return {};
  const transaction = db.transaction(STORE);
  const [keys, values] = await Promise.all([transaction.store.getAllKeys(), transaction.store.getAll()]);
  return Object.fromEntries(keys.map((key, i) => [String(key), values[i] as Kept]));
}

/** Rejects where the disk is full: then the rows last as long as the page. */
export async function keepResults(key: string, kept: Kept): Promise<void> {
  const db = await database();
  if (db) await change(db, [STORE], (store) => [store(STORE).put(kept, key)]);
}

export async function forgetResults(key: string): Promise<void> {
  const db = await database();
  if (db) await change(db, [STORE], (store) => [store(STORE).delete(key)]);
}
