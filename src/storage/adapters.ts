/**
 * What was measured once on an adapter and holds until the browser or the driver changes: a small IndexedDB store, name by adapter.
 * Where there is no IndexedDB (Node, a browser that refuses storage) nothing is remembered and nothing fails.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Calibration } from '../protocol.ts';

interface Adapters extends DBSchema {
  tiles: { key: string; value: string };
  /** By adapter and shape of the run. */
  calibrations: { key: string; value: Calibration };
}

async function withStore<T>(work: (db: IDBPDatabase<Adapters>) => Promise<T>): Promise<T | undefined> {
  try {
    const db = await openDB<Adapters>('rekindle-adapters', 2, {
      upgrade(fresh, old) {
        if (old < 1) fresh.createObjectStore('tiles');
        fresh.createObjectStore('calibrations');
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

/** Name of the tile chosen earlier for this adapter. */
export const rememberedTile = (adapter: string): Promise<string | undefined> => withStore((db) => db.get('tiles', adapter));

export const rememberTile = async (adapter: string, name: string): Promise<void> => {
  await withStore((db) => db.put('tiles', name, adapter));
};

export const rememberedCalibration = (key: string): Promise<Calibration | undefined> => withStore((db) => db.get('calibrations', key));

export const rememberCalibration = async (key: string, calibration: Calibration): Promise<void> => {
  await withStore((db) => db.put('calibrations', calibration, key));
};
