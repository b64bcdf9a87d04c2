/** What can go wrong with the browser's storage: one code a cause, one sentence that says what is safe and what to do. */
import { UserError } from '../util/errors.ts';

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

const advice: Record<StorageCode, string> = {
  full: 'The browser’s storage is full; what was saved before is intact. Delete old runs or download the model.',
  denied: 'The browser blocks storage for this site. Allow site data, or keep this tab open and download the model.',
  busy: 'Another tab holds the file. Close the other tab of this app.',
  short: 'The disk took only part of the bytes; what was saved before is intact. Free some disk space.',
  'no-answer': 'The browser’s storage does not answer; what was saved before is intact. Reload the page.',
  io: 'What was saved before is intact. Reload the page if it happens again.',
  damaged: 'Nothing of it was used. Start the run again.',
  newer: 'It is left as it is. Open it with the newer version of this app.',
  outdated: 'What was saved before is intact. Reload this page.',
  blocked: 'What was saved before is intact. Close that tab, then reload this page.',
};

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
    super(`${what} (code ${code}). ${advice[code]}`, { code, cause });
    this.what = what;
  }
}

/** Any exception of a storage call, told by its name. */
export function storageError(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const code = codes[name] ?? 'io';
  return new StorageError(code, `${doing} failed: ${message || name}`, error);
}
