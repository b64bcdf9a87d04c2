/** While something trains, the screen stays on, where the browser allows it: a sleeping machine trains nothing. */
import { computed, effect } from '@preact/signals';
import { isExperimenting } from '../experiments/experimentState.ts';
import { runState } from '../run/run.ts';

const AWAKE = new Set(['preparing', 'compiling', 'training', 'evaluating']);
const isBusy = computed(() => isExperimenting.value || AWAKE.has(runState.value.kind));

export function keepAwake(): void {
  let lock: Promise<WakeLockSentinel | null> | null = null;
  const release = () => {
    // Taken back at once even where it is not granted yet.
    void lock?.then((held) => held?.release()).catch(() => {});
    lock = null;
  };
  const follow = () => {
    if (!isBusy.value || document.visibilityState !== 'visible') return release();
    // Refused on a low battery or without permission: training goes on all the same.
    lock ??= Promise.resolve(navigator.wakeLock?.request('screen') ?? null).catch(() => null);
  };
  effect(follow);
  // The browser takes the lock back when the page is hidden.
  document.addEventListener('visibilitychange', follow);
}
