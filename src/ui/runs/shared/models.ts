/**
 * The models of runs that others shared, as the .zip each came in, by its row: in IndexedDB, so that a row can be continued on a later
 * visit too, and where that is denied or has no room as long as the page is open.
 */
import { signal } from '@preact/signals';
import { mostFinishedBytes } from '../../../util/kept.ts';
import { openDispensable } from '../database.ts';
import { openStore } from '../store.ts';

export const sharedModels = signal<ReadonlyMap<string, Blob>>(new Map());

const STORE = 'models';
let opened: ReturnType<typeof openDispensable> | null = null;
const database = () => (opened ??= openDispensable('rekindle-shared', (db) => void db.createObjectStore(STORE)));

/** Bytes. */
export const sizeOf = (models: ReadonlyMap<string, Blob>): number =>
  [...models.values()].reduce((sum, { size }) => sum + size, 0);

/** Keeps a row's model. False: only until the page is closed. */
export async function keepModel(id: string, zip: Blob): Promise<boolean> {
  const all = new Map(sharedModels.peek()).set(id, zip);
  sharedModels.value = all;
  const db = await database();
  if (!db || sizeOf(all) > mostFinishedBytes) return false;
  return db.put(STORE, zip, id).then(
    () => true,
    () => false,
  );
}

/** Of rows that are gone for good. */
export async function forgetModels(ids: readonly string[]): Promise<void> {
  sharedModels.value = new Map([...sharedModels.peek()].filter(([id]) => !ids.includes(id)));
  const db = await database();
  for (const id of ids) await db?.delete(STORE, id).catch(() => undefined);
}

let recalled: Promise<void> | undefined;
/** Brings in those of earlier visits, once; those whose rows are gone for good go too. */
export const recallModels = (): Promise<void> => (recalled ??= bringIn().catch(() => undefined));

async function bringIn(): Promise<void> {
  const db = await database();
  const ids = (await db?.getAllKeys(STORE)) ?? [];
  if (!db || ids.length === 0) return;
  // A row is written down before its model, by whatever tab.
  const rows = new Set((await (await openStore()).all()).map(({ record }) => record.id));
  const found = new Map<string, Blob>();
  for (const id of ids.map(String)) {
    const zip: unknown = await db.get(STORE, id);
    if (rows.has(id) && zip instanceof Blob) found.set(id, zip);
    else await db.delete(STORE, id);
  }
  sharedModels.value = new Map([...found, ...sharedModels.peek()]);
}
