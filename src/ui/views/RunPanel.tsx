/** What will be trained, on what, and the buttons that the run's state allows. */
import { PRESETS } from '../../config/presets.ts';
import { choosePreset, config, differsFromRun, isEdited, parameterCount } from '../state/config.ts';
import { commandsOf, hasWeights, isActive, type Command } from '../state/controls.ts';
import { runState } from '../state/run.ts';
import { beginFromForm } from '../state/files.ts';
import { planOf } from '../chart/plan.ts';
import { machine, pause, pending, resume, step, stop } from '../trainer.ts';
import { text } from '../strings.ts';
import { ExportModel } from './ExportModel.tsx';
import { MachineLine } from './MachineLine.tsx';
import * as format from '../format.ts';

const ACTIONS: Record<Command, () => void> = {
  start: beginFromForm,
  pause,
  resume,
  step,
  stop,
};

function labelOf(command: Command): string {
  return command === 'start' && runState.value.kind !== 'idle' ? text.run.again : text.run[command];
}

export function RunPanel() {
  const state = runState.value;
  const { model, preset } = config.value;
  const plan = planOf(config.value);
  const chosen = PRESETS.find(({ name }) => name === preset);
  const canStart = machine.value.kind === 'ready';
  return (
    <section class="stack-4" aria-label={text.run.heading}>
      <div class="stack-2">
        <label class="field wide">
          <h2>{text.run.preset}</h2>
          <select
            value={preset}
            disabled={isActive(state)}
            onChange={(event) => choosePreset(event.currentTarget.value)}
          >
            {PRESETS.map(({ name, config: { model } }) => (
              <option key={name} value={name}>
                {name} · {format.short(parameterCount(model))}
              </option>
            ))}
          </select>
        </label>
        <p class="note">
          {isEdited.value ? text.run.changed : `${chosen?.title}.`}{' '}
          {text.run.size(parameterCount(model), model.num_hidden_layers, model.hidden_size)};{' '}
          {text.run.work(plan.steps, plan.steps * plan.tokensPerStep)}.
        </p>
        {isEdited.value && !isActive(state) && (
          <button type="button" class="quiet" onClick={() => choosePreset(preset)}>
            {text.run.reset}
          </button>
        )}
      </div>
      <div class="buttons">
        {commandsOf(state).map((command, place) => (
          <button
            key={command}
            type="button"
            class={place === 0 ? 'primary' : ''}
            disabled={pending.value !== null || (command === 'start' && !canStart)}
            onClick={ACTIONS[command]}
          >
            {labelOf(command)}
          </button>
        ))}
      </div>
      {differsFromRun.value && <p class="note">{text.run.nextRun}</p>}
      {hasWeights(state) && <ExportModel />}
      <MachineLine />
    </section>
  );
}
