/**
 * What was found out once about an adapter and holds until the browser, the driver or the app changes, all of which are part of the
 * name it is kept by: a small IndexedDB store. Where there is no IndexedDB (Node, a browser that refuses storage) nothing is
 * remembered and nothing fails.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Calibration } from '../protocol.ts';

interface Adapters extends DBSchema {
  /** Name of the tile of matrix products that was fastest. */
  tiles: { key: string; value: string };
  /** By adapter and shape of the run. */
  calibrations: { key: string; value: Calibration };
  /** The first kernel that was wrong; empty: none was. */
  wrongKernels: { key: string; value: string };
  /** Why the processor works in its place; null: it does not. */
  verdicts: { key: string; value: 'slower' | 'wrong' | null };
}

type Kind = 'tiles' | 'calibrations' | 'wrongKernels' | 'verdicts';

async function withStore<T>(work: (db: IDBPDatabase<Adapters>) => Promise<T>): Promise<T | undefined> {
  try {
    const db = await openDB<Adapters>('rekindle-adapters', 4, {
      upgrade(fresh, old) {
        if (old < 1) fresh.createObjectStore('tiles');
        if (old < 2) fresh.createObjectStore('calibrations');
        if (old < 3) fresh.createObjectStore('wrongKernels');
        fresh.createObjectStore('verdicts');
      },
    });
    try {
      return await work(db);
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

export const remembered = <K extends Kind>(kind: K, key: string): Promise<Adapters[K]['value'] | undefined> =>
  withStore((db) => db.get(kind, key));

export const remember = async <K extends Kind>(kind: K, key: string, value: Adapters[K]['value']): Promise<void> => {
  await withStore((db) => db.put(kind, value, key));
};
