/** The buttons that the run's state allows. */
import { baseSource } from '../state/base.ts';
import { config, conflicts } from '../state/config.ts';
import type { Command } from '../state/controls.ts';
import { isExperimenting } from '../state/experimentState.ts';
import { files } from '../state/files.ts';
import { doesNotFit, measuring } from '../state/preflight.ts';
import { commands, runState } from '../state/run.ts';
import { askToKeep } from '../state/saved.ts';
import { machine, pause, pending, resume, start, step, stop } from '../trainer.ts';
import { startWords } from '../words/start.ts';

const ACTIONS: Record<Command, () => void> = {
  start() {
    void askToKeep();
    void start(config.value, [...files.value], baseSource.value);
  },
  pause,
  resume,
  step,
  stop,
};

function labelOf(command: Command): string {
  return command === 'start' && runState.value.kind !== 'idle' ? startWords.run.again : startWords.run[command];
}

export function Commands() {
  const isMeasuring = measuring.value.kind === 'measuring';
  const canStart =
    machine.value.kind === 'ready' && conflicts.value.length === 0 && !isExperimenting.value && !doesNotFit.value;
  return (
    <div class="buttons">
      {commands.value.map((command, place) => (
        <button
          key={command}
          type="button"
          class={place === 0 && command !== 'stop' ? 'primary' : ''}
          disabled={pending.value !== null || (command === 'start' && (!canStart || isMeasuring))}
          onClick={ACTIONS[command]}
        >
          {labelOf(command)}
        </button>
      ))}
    </div>
  );
}
