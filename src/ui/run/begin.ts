/** The start of a run from the recipe as it stands. */
import { computed } from '@preact/signals';
import { baseSource } from '../recipe/base.ts';
import { config, conflicts } from '../recipe/config.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { files } from '../files/files.ts';
import { askToKeep } from '../runs/saved.ts';
import { machine, pending, start } from '../trainer.ts';
import { doesNotFit, measuring } from './preflight.ts';

export const canBegin = computed(
  () =>
    pending.value === null &&
    machine.value.kind === 'ready' &&
    conflicts.value.length === 0 &&
    !isExperimenting.value &&
    !doesNotFit.value &&
    measuring.value.kind !== 'measuring',
);

export function begin(): void {
  void askToKeep();
  void start(config.value, [...files.value], baseSource.value);
}
