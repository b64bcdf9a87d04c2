/** How grave each kind of notice is, and the way from one to its place in the picture. */
import type { NoticeCode } from '../../protocol.ts';
import { view } from '../page/route.ts';
import { reading, zoom } from '../run/shown.ts';

/** info: worth knowing; warn: the run goes on, worse than it could; error: something was lost or is about to be. */
export type Level = 'info' | 'warn' | 'error';

export const LEVELS: Record<NoticeCode, Level> = {
  'bad-step': 'error',
  spike: 'warn',
  'went-back': 'info',
  'not-saved': 'warn',
  storage: 'warn',
  data: 'info',
  'old-save': 'warn',
  'gpu-lost': 'warn',
  'gpu-hung': 'warn',
  'gpu-error': 'warn',
  'gpu-refused': 'error',
  'gpu-variant': 'warn',
  'thread-lost': 'warn',
  'other-device': 'info',
  restarted: 'warn',
  slept: 'info',
  elsewhere: 'info',
  page: 'error',
  'first-step': 'error',
  'gradient-spike': 'warn',
  'clip-rate': 'warn',
  plateau: 'info',
  'dead-units': 'warn',
  'update-ratio': 'warn',
  'attention-scores': 'warn',
};

/** Puts the reading line of every chart on a step, and the focus on the picture. */
export function showStep(step: number): void {
  view.value = 'run';
  zoom.value = null;
  reading.value = step;
  // The picture may be drawn only now.
  requestAnimationFrame(() => document.getElementById('chart')?.focus());
}
