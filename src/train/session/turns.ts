/** One thing at a time: what begins ends what is under way and waits for its end. */
import { UserError } from '../../util/errors.ts';
import type { EventBatcher } from '../run/events.ts';
import type { Session } from './session.ts';

export function endTrial({ trial }: Session): void {
  if (!trial) return;
  trial.isEnded = true;
  trial.run?.stop();
}

/** Does `work` as a trial: a new start ends it and waits for it. One at a time. */
export async function asTrial<T>(session: Session, work: (isEnded: () => boolean) => Promise<T>): Promise<T> {
  endTrial(session);
  const own: NonNullable<Session['trial']> = { isEnded: false };
  session.trial = own;
  const working = work(() => own.isEnded);
  session.ended = Promise.allSettled([session.ended, working]);
  return working;
}

export async function endAll(session: Session): Promise<void> {
  session.stopping = true;
  session.current?.stop();
  endTrial(session);
  session.watching?.abort();
  await session.ended;
  session.current = null;
  session.stopping = session.moved = false;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): string | undefined => (error instanceof UserError ? error.code : undefined);

/** What is told of work that began and may fail. */
interface Teller {
  failed(said: { kind: 'failed'; message: string; code?: string }): void;
  flush: EventBatcher['flush'];
}

/** Ends what is under way, then does `work`, whose failure is told in one sentence. */
export async function instead(session: Session, { failed, flush }: Teller, work: () => Promise<void>): Promise<void> {
  await endAll(session);
  const working = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed({ kind: 'failed', message: messageOf(error), code: codeOf(error) });
    } finally {
      flush();
      await letGo(session);
    }
  };
  await (session.ended = working());
}

/** After a run's end: all that it saves is on the disk, and other tabs may have it. */
async function letGo(session: Session): Promise<void> {
  await session.keeping?.settled();
  session.keeping = null;
  session.sharer?.close();
  session.sharer = null;
  (await session.storage?.catch(() => null))?.runs.release();
}
