/** The buttons that the run's state allows. */
import { baseSource } from '../recipe/base.ts';
import { config, conflicts } from '../recipe/config.ts';
import type { Command } from './controls.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { files } from '../files/files.ts';
import { doesNotFit, measuring } from './preflight.ts';
import { commands, runState } from './run.ts';
import { askToKeep } from '../runs/saved.ts';
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
