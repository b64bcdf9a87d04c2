/** Which of the page's sheets is shown: the address says it, so that each can be linked to. */
import { signal } from '@preact/signals';

export type View = 'run' | 'experiments' | 'data' | 'align' | 'instruments';

export const RUN_HASH = '#run';
export const EXPERIMENTS_HASH = '#experiments';
export const DATA_HASH = '#data';
export const ALIGN_HASH = '#align';
export const INSTRUMENTS_HASH = '#instruments';

/** The sheet an address asks for; null: it names a place on the sheet that is shown, or nothing this page knows. */
export function viewOf(hash: string): View | null {
  if (hash === EXPERIMENTS_HASH || hash.startsWith(`${EXPERIMENTS_HASH}&`)) return 'experiments';
  if (hash === DATA_HASH) return 'data';
  if (hash === ALIGN_HASH) return 'align';
  if (hash === INSTRUMENTS_HASH) return 'instruments';
  return hash.length < 2 || hash === RUN_HASH || hash.includes('=') ? 'run' : null;
}

export const view = signal<View>('run');

/** The address named settings when the page was opened: somebody chose what is to be seen. */
export const cameByLink = (globalThis.location?.hash ?? '').includes('=');
