/** Which experiment, on what, over how many seeds, what that takes, and the buttons. */
import { useId } from 'preact/hooks';
import { EXPERIMENTS } from '../../recipe/experiments.ts';
import { isActive } from '../run/controls.ts';
import { experimentState, isExperimenting } from './experimentState.ts';
import { runState } from '../run/run.ts';
import { machine, pending, stop } from '../trainer.ts';
import { MachineLine } from '../machine/MachineLine.tsx';
import { parameterCount } from '../../model/parameters.ts';
import type { Look } from './look.ts';
import { CopyLink } from './shared/CopyLink.tsx';
import { saveResults } from './shared/shared.ts';
import { SharedRows } from './shared/SharedRows.tsx';
import {
  canChange,
  choosePreset,
  cost,
  experiment,
  experimentName,
  forget,
  hasOwnRows,
  hasRows,
  isEdited,
  linkProblems,
  MOST_SEEDS,
  preset,
  progress,
  run,
  seedCount,
  speed,
  WORLD_PRESETS,
} from './state.ts';
import { words } from './words.ts';
import * as format from '../format.ts';

/** What the arms' names stand for, and how they are drawn. */
export function Arms({ looks }: { looks: ReadonlyMap<string, Look> }) {
  const { arms, control } = experiment.value;
  return (
    <section class="stack-2">
      <h2>{words.armsHeading}</h2>
      <ul class="arms">
        {arms.map(({ name, label }) => {
          const look = looks.get(name)!;
          return (
            <li key={name}>
              <svg width="26" height="10" aria-hidden="true">
                <line
                  x1="0"
                  x2="26"
                  y1="5"
                  y2="5"
                  stroke={look.colour}
                  stroke-width={look.width}
                  stroke-dasharray={look.dash}
                />
              </svg>
              <span>
                {name}
                {name === control && <span class="note"> ({words.control})</span>}
                <span class="note arm-label">{label}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function Chooser() {
  const id = useId();
  const busy = isExperimenting.value;
  const blocked = isActive(runState.value);
  const state = experimentState.value;
  const estimate = cost.value;
  const known = typeof estimate !== 'string';
  const canRun = machine.value.kind === 'ready' && !blocked && known && estimate.arms > 0;
  const preparing = state.kind === 'preparing' || state.kind === 'compiling';
  return (
    <section class="run-panel" aria-label={words.heading}>
      <div class="stack-4">
        <label class="field wide">
          <h2>{words.choose}</h2>
          <select
            value={experimentName.value}
            disabled={!canChange.value}
            onChange={(event) => (experimentName.value = event.currentTarget.value)}
          >
            {EXPERIMENTS.map(({ name }) => (
              <option key={name} value={name}>
                {words.choices[name]}
              </option>
            ))}
          </select>
        </label>
        <div class="field">
          <label for={`${id}-preset`}>{words.preset}</label>
          <select
            id={`${id}-preset`}
            value={preset.value}
            disabled={!canChange.value}
            onChange={(event) => choosePreset(event.currentTarget.value)}
          >
            {WORLD_PRESETS.map(({ name, config }) => (
              <option key={name} value={name}>
                {name} · {format.short(parameterCount(config.model))}
              </option>
            ))}
          </select>
        </div>
        <div>
          <div class="field">
            <label for={`${id}-seeds`}>{words.seeds}</label>
            <input
              id={`${id}-seeds`}
              type="number"
              min={1}
              max={MOST_SEEDS}
              value={seedCount.value}
              disabled={!canChange.value}
              aria-describedby={`${id}-seeds-note`}
              onInput={(event) => {
                const count = event.currentTarget.valueAsNumber;
                if (Number.isInteger(count) && count >= 1 && count <= MOST_SEEDS) seedCount.value = count;
              }}
              onBlur={(event) => (event.currentTarget.value = String(seedCount.value))}
            />
          </div>
          <p class="note" id={`${id}-seeds-note`}>
            {words.seedsNote} {seedCount.value === 1 && words.oneSeed}
          </p>
        </div>
      </div>
      <div class="stack-4">
        <div class="buttons">
          {busy ? (
            <button type="button" disabled={pending.value !== null} onClick={() => void stop()}>
              {words.stop}
            </button>
          ) : (
            <button type="button" class="primary" disabled={!canRun} onClick={() => void run()}>
              {progress.value.done > 0 && canRun ? words.runMore : words.run}
            </button>
          )}
          {!busy && hasRows.value && (
            <button type="button" title={words.forgetNote} onClick={() => void forget()}>
              {words.forget}
            </button>
          )}
          {hasOwnRows.value && (
            <button type="button" title={words.saveNote} onClick={saveResults}>
              {words.save}
            </button>
          )}
          {hasOwnRows.value && <CopyLink key={`${experimentName.value} ${preset.value}`} />}
        </div>
        {blocked && <p class="problem">{words.busy}</p>}
        {known ? (
          <p class="note">
            {words.cost(estimate.arms, estimate.basesToTrain, estimate.steps, estimate.tokens)}{' '}
            {estimate.arms > 0 &&
              (speed.value ? words.time(estimate.tokens / speed.value, speed.value) : words.noSpeed)}
          </p>
        ) : (
          <p class="problem">{estimate}</p>
        )}
        {isEdited.value && <p class="note">{words.changed}</p>}
        {linkProblems.value.length > 0 && (
          <div class="problem" role="alert">
            {words.linkProblems} {linkProblems.value.join(' ')}
          </div>
        )}
        <p class="visually-hidden" role="status">
          {state.kind === 'idle' || preparing ? '' : words.state(state)}
        </p>
        <MachineLine />
        <SharedRows />
      </div>
    </section>
  );
}
