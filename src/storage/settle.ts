/** The answer of a storage call, or a typed error: browsers have been seen to throw, to answer nonsense and not to answer. */
import { StorageError, storageError } from './errors.ts';
import type { Awaitable } from './files.ts';
import { storageWords } from '../words/storage.ts';

/** Milliseconds: a worker that has died was seen to hold its files for 4.6 s, and no call to take half as long. */
export const longEnough = 10_000;
/** Milliseconds that a timer of a busy worker may be late; a later one slept. */
const mostDelay = 5000;

/** What `call` gives, or a StorageError: also where nothing comes within `patience` ms. */
export async function settled<T>(call: Awaitable<T>, doing: string, patience = longEnough): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const from = performance.now();
  const silence = new Promise<never>((_, reject) => {
    const late = (again: boolean): void => {
      // A machine that slept meanwhile wakes to a timer long past its time: the call gets its time once more.
      const slept = again && performance.now() - from > patience + mostDelay;
      if (slept) timer = setTimeout(late, patience, false);
      else reject(new StorageError('no-answer', storageWords.noAnswer(doing, patience / 1000)));
    };
    timer = setTimeout(late, patience, true);
  });
  try {
    return await Promise.race([call, silence]);
  } catch (error) {
    throw storageError(error, doing);
  } finally {
    clearTimeout(timer);
  }
}
