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
} from '../state/config.ts';
import { hasRested, isActive } from '../state/controls.ts';
import { isExperimenting } from '../state/experimentState.ts';
import { history, isRecorded, isWatched, runState } from '../state/run.ts';
import { isHidden, isLocked, lesson } from '../state/lesson.ts';
import { presetTimes } from '../machine/report.ts';
import { check } from '../machine/state.ts';
import { machine } from '../trainer.ts';
import { text } from '../strings.ts';
import { ShippedBase } from './BaseStart.tsx';
import { BeforeRun } from './BeforeRun.tsx';
import { Fitted } from './Fitted.tsx';
import { Commands } from './Commands.tsx';
import { ExportModel } from './ExportModel.tsx';
import { MachineLine } from './MachineLine.tsx';
import { Queue } from './Queue.tsx';
import { Watched } from './Watched.tsx';

export function RunPanel() {
  const state = runState.value;
  const { model } = config.value;
  const plan = nextPlan.value;
  const times = new Map(
    check.value.kind === 'done' ? presetTimes(check.value.report).map((one) => [one.preset, one.seconds]) : [],
  );
  const chosen = PRESETS.find(({ name }) => name === preset.value);
  return (
    <section class="run-panel" aria-label={text.run.heading}>
      <div class="stack-2">
        {!isHidden('preset') && (
          <label class="field wide">
            <h2>{text.run.preset}</h2>
            <select
              value={preset.value}
              disabled={isLocked('preset')}
              onChange={(event) => choosePreset(event.currentTarget.value)}
            >
              {PRESETS.map(({ name, config: choice }) => (
                <option key={name} value={name}>
                  {text.run.presetOption(name, parameterCount(choice.model), times.get(name) ?? null)}
                </option>
              ))}
            </select>
          </label>
        )}
        <p class="note">
          {isEdited.value ? text.run.changed(parameterCount(model)) : `${chosen?.title}.`}{' '}
          {text.run.size(model.num_hidden_layers, model.hidden_size)};{' '}
          {text.run.work(plan.endStep - plan.firstStep, (plan.endStep - plan.firstStep) * plan.tokensPerStep)}.
        </p>
        {lesson.locked.size > 0 && <p class="note">{text.lesson.locked}</p>}
        {isEdited.value && !isActive(state) && lesson.locked.size === 0 && (
          <button type="button" class="quiet" onClick={() => choosePreset(preset.value)}>
            {text.run.reset}
          </button>
        )}
      </div>
      <Fitted />
      <ShippedBase />
      {!isHidden('estimate') && <BeforeRun />}
      <Commands />
      {isWatched.value && isActive(state) && <Watched />}
      {machine.value.kind === 'ready' && !isHidden('queue') && (
        <Queue canQueue={conflicts.value.length === 0 && !isExperimenting.value} />
      )}
      {isExperimenting.value && <p class="problem">{text.setup.experimentUnderWay}</p>}
      <Problems title={null} sentences={conflicts.value} />
      <Problems title={text.run.linkProblems} sentences={[...lesson.problems, ...linkProblems.value]} />
      {differsFromRun.value && !isWatched.value && <p class="note">{text.run.nextRun}</p>}
      {hasRested(state, history.length) && !isRecorded.value && <ExportModel />}
      {!isHidden('machine') && <MachineLine />}
    </section>
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
