/** What a page keeps in IndexedDB, read as it lies there. */
import type { Page } from 'playwright-core';

/** Keys and values of a store, in the keys' order; typed arrays come as arrays of numbers. */
export const entriesOf = <T>(page: Page, database: string, store: string): Promise<[key: string, value: T][]> =>
  page.evaluate(
    async ([databaseName, storeName]) => {
      const answer = <A>(request: IDBRequest<A>) =>
        new Promise<A>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error ?? new Error('IndexedDB gave no reason'));
        });
      const opened = await answer(indexedDB.open(databaseName!));
      const objects = opened.transaction(storeName!).objectStore(storeName!);
      const [keys, values] = await Promise.all([answer(objects.getAllKeys()), answer(objects.getAll())]);
      opened.close();
      const plain = (value: unknown) =>
        JSON.parse(JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? [...(part as Float64Array)] : part)));
      return keys.map((key, i): [string, T] => [String(key), plain(values[i])]);
    },
    [database, store],
  );

/** Steps and losses of the runs that are saved as done, latest first: as the worker wrote them down. */
export async function doneRuns(page: Page): Promise<{ step: number[]; loss: number[] }[]> {
  const runs = await entriesOf<{ id: string; state: string; savedAt: number }>(page, 'rekindle-runs', 'runs');
  const columns = new Map(await entriesOf<{ step: number[]; loss: number[] }>(page, 'rekindle-runs', 'metrics'));
  return runs
    .map(([, run]) => run)
    .filter(({ state }) => state === 'done')
    .sort((a, b) => b.savedAt - a.savedAt)
    .map(({ id }) => columns.get(id)!)
    .map(({ step, loss }) => ({ step, loss }));
}
