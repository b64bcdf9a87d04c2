/** What will be trained, on what, and the buttons that the run's state allows. */
import { PRESETS } from '../../config/presets.ts';
import { parameterCount } from '../../model/parameters.ts';
import {
  choosePreset,
  config,
  conflicts,
  differsFromRun,
  isEdited,
  linkProblems,
  nextPlan,
  preset,
} from '../recipe/config.ts';
import { hasRested, isActive } from './controls.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { history, isRecorded, isWatched, runState } from './run.ts';
import { isHidden, isLocked, lesson } from '../page/lesson.ts';
import { fetched } from '../components/fetched.tsx';
import { check } from '../machine/state.ts';
import { hasGpu, machine } from '../trainer.ts';
import { recipeWords } from '../words/recipe.ts';
import { startWords } from '../words/start.ts';
import { ShippedBase } from '../recipe/BaseStart.tsx';
import { BeforeRun } from './BeforeRun.tsx';
import { Commands } from './Commands.tsx';
import { ExportModel } from '../results/ExportModel.tsx';
import { MachineLine } from '../machine/MachineLine.tsx';
import { Queue } from '../runs/Queue.tsx';
import { Watched } from './Watched.tsx';

const Fitted = fetched(
  () => import('./Fitted.tsx').then((module) => module.Fitted),
  () => <></>,
);

export function RunPanel() {
  const state = runState.value;
  const { model } = config.value;
  const plan = nextPlan.value;
  const times = new Map(check.value.kind === 'done' ? check.value.times.map((one) => [one.preset, one.seconds]) : []);
  const chosen = PRESETS.find(({ name }) => name === preset.value);
  return (
    <section class="run-panel" aria-label={startWords.run.heading}>
      <div class="stack-2">
        {!isHidden('preset') && (
          <label class="field wide">
            <h2>{startWords.run.preset}</h2>
            <select
              value={preset.value}
              disabled={isLocked('preset')}
              onChange={(event) => choosePreset(event.currentTarget.value)}
            >
              {PRESETS.map(({ name, config: choice }) => (
                <option key={name} value={name}>
                  {startWords.run.presetOption(name, parameterCount(choice.model), times.get(name) ?? null)}
                </option>
              ))}
            </select>
          </label>
        )}
        {/* Above what the worker has yet to tell: a button does not move under the pointer. */}
        <Commands />
        <p class="note">
          {isEdited.value ? startWords.run.changed(parameterCount(model)) : `${chosen?.title}.`}{' '}
          {startWords.run.size(model.num_hidden_layers, model.hidden_size)};{' '}
          {startWords.run.work(
            plan.endStep - plan.firstStep,
            plan.tokensBefore(plan.endStep) - plan.tokensBefore(plan.firstStep),
          )}
          .
        </p>
        {lesson.locked.size > 0 && <p class="note">{startWords.lesson.locked}</p>}
        {isEdited.value && !isActive(state) && lesson.locked.size === 0 && (
          <button type="button" class="quiet" onClick={() => choosePreset(preset.value)}>
            {startWords.run.reset}
          </button>
        )}
      </div>
      {machine.value.kind === 'ready' && !hasGpu.value && <Fitted />}
      <ShippedBase />
      {!isHidden('estimate') && <BeforeRun />}
      {isWatched.value && isActive(state) && <Watched />}
      {isExperimenting.value && <p class="problem">{recipeWords.setup.experimentUnderWay}</p>}
      <Problems title={null} sentences={conflicts.value} />
      <Problems title={startWords.run.linkProblems} sentences={[...lesson.problems, ...linkProblems.value]} />
      {differsFromRun.value && !isWatched.value && <p class="note">{startWords.run.nextRun}</p>}
      {hasRested(state, history.length) && !isRecorded.value && <ExportModel />}
    </section>
  );
}

/** What no first run needs: on a phone it comes after the figure. */
export function Besides() {
  const queues = machine.value.kind === 'ready' && !isHidden('queue');
  if (!queues && isHidden('machine')) return null;
  return (
    <div class="run-panel">
      {queues && <Queue canQueue={conflicts.value.length === 0 && !isExperimenting.value} />}
      {!isHidden('machine') && <MachineLine />}
    </div>
  );
}

function Problems({ title, sentences }: { title: string | null; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div class="problem" role="alert">
      {title}
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}
