/** What the page must hear of this worker besides answers: comlink tells it neither the kind of an error nor one that nobody awaited. */
import { type TransferHandler, transferHandlers } from 'comlink';
import { noticeWords } from '../words/notices.ts';

/** A message of the worker that answers no call. */
export interface Outcry {
  outcry: string;
}

/** An error keeps its `code` on the way to the page. */
export function carryCodes(): void {
  const handler = transferHandlers.get('throw') as TransferHandler<unknown, { isError: boolean; value: unknown }>;
  transferHandlers.set('throw', {
    ...handler,
    serialize(thrown) {
      const [serialized, transferables] = handler.serialize(thrown);
      const { value: error } = thrown as { value: unknown };
      if (serialized.isError && error instanceof Error && 'code' in error)
        Object.assign(serialized.value as object, { code: error.code });
      return [serialized, transferables];
    },
  });
}

/** Chromium tells a page of its worker's uncaught errors, and nothing of rejections that nobody handled. */
function tellRejections(): void {
  const say = (what: unknown): void => {
    const outcry: Outcry = { outcry: what instanceof Error ? what.message : String(what) };
    globalThis.postMessage(outcry, []);
  };
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault(); // the page says it
    say(event.reason);
  });
  addEventListener('messageerror', () => say(noticeWords.unreadMessage));
}

export function tellUncaught(): void {
  carryCodes();
  tellRejections();
}
