/** Errors of the page that nobody caught: said in one sentence, for a page that stands still without a word helps nobody. */
import { pageWords } from '../words/page.ts';
import { log, notices } from '../run/run.ts';

/** Said once each: a handler that fails at every frame would say it sixty times a second. */
const said = new Set<string>();

function tell(what: string): void {
  const message = pageWords.pageError(what);
  if (said.has(message)) return;
  said.add(message);
  notices.value = [...notices.value, { code: 'page', step: null, message }];
  log.value = [...log.value, message];
}

export function tellMishaps(): void {
  addEventListener('error', ({ message }) => {
    // Not an error: a size was observed while sizes were being told, and is told in the next frame.
    if (!message.startsWith('ResizeObserver loop')) tell(message);
  });
  addEventListener('unhandledrejection', ({ reason }) =>
    tell(reason instanceof Error ? reason.message : String(reason)),
  );
}
