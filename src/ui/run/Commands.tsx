/** The buttons that the run's state allows. */
import { begin, canBegin } from './begin.ts';
import type { Command } from './controls.ts';
import { commands, runState } from './run.ts';
import { pause, pending, resume, step, stop } from '../trainer.ts';
import { startWords } from '../words/start.ts';

const ACTIONS: Record<Command, () => void> = {
  start: begin,
  pause,
  resume,
  step,
  stop,
};

function labelOf(command: Command): string {
  return command === 'start' && runState.value.kind !== 'idle' ? startWords.run.again : startWords.run[command];
}

export function Commands() {
  return (
    <div class="buttons">
      {commands.value.map((command, place) => (
        <button
          key={command}
          type="button"
          class={place === 0 && command !== 'stop' ? 'primary' : ''}
          disabled={pending.value !== null || (command === 'start' && !canBegin.value)}
          onClick={ACTIONS[command]}
        >
          {labelOf(command)}
        </button>
      ))}
    </div>
  );
}
