/** Whether fingers point here: hints then speak of them. */
import { signal } from '@preact/signals';

const coarse = globalThis.matchMedia?.('(pointer: coarse)');

export const isTouch = signal(coarse?.matches ?? false);
coarse?.addEventListener('change', ({ matches }) => (isTouch.value = matches));
