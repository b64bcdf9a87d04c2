/** One writer a run: a Web Lock, which the browser frees when its tab or worker ends, however it ends. */
import { UserError } from '../util/errors.ts';
import { trainingWords } from '../words/training.ts';

/** Holds a run until `release` is called. UserError where another tab holds it. Resolves at once where there are no locks. */
export async function holdRun(id: string): Promise<() => void> {
  // Where storage is denied, so are locks; then nobody else can write either.
  if (!globalThis.navigator?.locks) return () => {};
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`run:${id}`, { ifAvailable: true }, (lock) => {
        if (!lock) {
          reject(
            new UserError(trainingWords.openElsewhere, {
              code: 'open-elsewhere',
            }),
          );
          return undefined;
        }
        return new Promise<void>((release) => resolve(release));
      })
      .catch(() => resolve(() => {}));
  });
}

/** Holds a run as soon as whoever has it lets go or dies; rejects when `signal` ends the wait. */
export async function awaitRun(id: string, signal: AbortSignal): Promise<() => void> {
  if (!globalThis.navigator?.locks) return () => {};
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`run:${id}`, { signal }, () => new Promise<void>((release) => resolve(release)))
      .catch(reject);
  });
}

/** Resolves when nobody holds a run, which dying counts as; rejects when `signal` ends the wait. */
export async function whenFree(id: string, signal: AbortSignal): Promise<void> {
  await globalThis.navigator?.locks?.request(`run:${id}`, { mode: 'shared', signal }, () => {});
}

/** Runs that are being trained, here or in another tab. */
export async function heldRuns(): Promise<Set<string>> {
  const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
  return new Set(held.map(({ name = '' }) => name.replace(/^run:/, '')));
}
