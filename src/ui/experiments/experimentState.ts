/** Where the experiment in this tab is: apart from its results, which only its own sheet shows. */
import { computed, signal } from '@preact/signals';
import type { ExperimentState } from '../../protocol.ts';

export const experimentState = signal<ExperimentState>({ kind: 'idle' });
/** The latest thing of it that a person should read. */
export const experimentNotice = signal<string | null>(null);

/** An experiment has the graphics processor. */
export const isExperimenting = computed(() => {
  const { kind } = experimentState.value;
  return kind === 'preparing' || kind === 'compiling' || kind === 'running';
});
