/** Room for saves: what the browser says there is, and what to make of a save that found none. */
import { StorageError } from './errors.ts';
import { storageWords } from '../words/storage.ts';

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Whether a save failed for want of room; a full disk takes part of the bytes and throws nothing. */
export const isFull = (error: unknown): error is StorageError =>
  error instanceof StorageError && (error.code === 'full' || error.code === 'short');

/**
 * The same error with what the save needs and what the browser says is free. That is no promise: Chromium counts on 10 GiB
 * more than is used, whatever the disk has (reliability.md §0.6), and then it is the disk that is full.
 */
export async function withSpace(failure: StorageError, needed: number): Promise<StorageError> {
  const { usage = 0, quota = 0 } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
  const free = Math.max(0, quota - usage);
  const what = failure.what.replace(/\.$/, '');
  const known = quota === 0 ? null : megabytes(free);
  const told = storageWords.needed(what, megabytes(needed), known, free >= needed);
  return new StorageError(failure.code, told, failure);
}
