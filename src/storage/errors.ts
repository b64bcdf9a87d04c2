/** What can go wrong with the browser's storage: one code a cause, one sentence that says what is safe and what to do. */
import { UserError } from '../util/errors.ts';
import { storageWords } from '../words/storage.ts';

export type StorageCode =
  | 'full' // quota or disk
  | 'denied' // site data blocked, sandbox
  | 'busy' // another tab, or a worker that died, holds the file
  | 'short' // fewer bytes written than asked for, without an exception: a full disk
  | 'no-answer' // a call that does not settle
  | 'io' // anything else the browser reports
  | 'damaged' // bytes that are not those written
  | 'newer' // written by a newer version of this app
  | 'outdated' // a newer version of this app is open in another tab
  | 'blocked'; // an older one is, and holds up an update

const advice: Record<StorageCode, string> = storageWords.advice;

/** Names of the browser's own exceptions. */
const codes: Record<string, StorageCode> = {
  QuotaExceededError: 'full',
  SecurityError: 'denied',
  NotAllowedError: 'denied',
  NoModificationAllowedError: 'busy',
};

export class StorageError extends UserError {
  declare readonly code: StorageCode;
  readonly what: string;

  /** `what`: what happened, without a full stop. */
  constructor(code: StorageCode, what: string, cause?: unknown) {
    super(storageWords.sentence(what, code, advice[code]), { code, cause });
    this.what = what;
  }
}

/** Any exception of a storage call, told by its name. */
export function storageError(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const code = codes[name] ?? 'io';
  return new StorageError(code, storageWords.failed(doing, message || name), error);
}
