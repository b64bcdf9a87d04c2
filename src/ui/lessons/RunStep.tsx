/** The run of a step: one of its runs is trained here, or taken as recorded; a prediction comes first. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type LessonStep, lessonConfig } from '../../recipe/lessons/lesson.ts';
import { history, runState } from '../run/run.ts';
import { picture } from '../run/shown.ts';
import { machine, stop, stopCalibrating } from '../trainer.ts';
import { machinesOf } from './fill.ts';
import { decimal, integer } from './language.ts';
import { again, answer, answerOf, type Loaded, secondsOf } from './state.ts';
import { ownSeed, stepsHere, train, trouble, underWay } from './train.ts';
import { lessonWords } from './words.ts';

interface Props {
  number: number;
  step: LessonStep;
  from: Loaded;
}

export function RunStep({ number, step, from: { lesson, recorded } }: Props) {
  const words = lessonWords.run;
  const names = step.runs ?? [];
  const chosen = useSignal(names[0]!);
  // What went wrong in another step is no trouble of this one.
  useEffect(() => void (trouble.value = null), []);
  const { prediction, runs } = answerOf(number);
  const mayRun = !step.ask || prediction !== null;
  const isUnderWay = underWay.value !== null;
  const seconds = secondsOf(step);
  const isTiming = isUnderWay && seconds !== undefined && stepsHere.value === null;
  const canTrain = machine.value.kind === 'ready';
  const config = lessonConfig(lesson, chosen.value);
  const keep = (run: Awaited<ReturnType<typeof train>> | 'recorded') => {
    if (run) answer(number, { runs: { ...answerOf(number).runs, [chosen.value]: run } });
  };
  return (
    <section class="run-step stack-4">
      <h3>{words.heading}</h3>
      {names.length > 1 && (
        <label>
          {words.which}{' '}
          <select
            value={chosen.value}
            disabled={isUnderWay}
            onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}
          >
            {names.map((name) => (
              <option key={name} value={name}>
                {lesson.runs[name]!.label}
              </option>
            ))}
          </select>
        </label>
      )}
      {machine.value.kind === 'none' && <p class="note">{words.noDevice}</p>}
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={!mayRun || !canTrain || isUnderWay}
          onClick={() => void train(lesson, chosen.value, step.ownSeed ? ownSeed() : config.seed, seconds).then(keep)}
        >
          {words.here}
        </button>
        <button type="button" disabled={!mayRun || isUnderWay} onClick={() => keep('recorded')}>
          {words.recorded}
        </button>
        {isUnderWay && (
          <button type="button" onClick={() => void (isTiming ? stopCalibrating() : stop())}>
            {words.stop}
          </button>
        )}
        {Object.keys(runs).length > 0 && !isUnderWay && (
          <button type="button" class="quiet" onClick={() => again(number)}>
            {words.again}
          </button>
        )}
      </div>
      {!mayRun && <p class="note">{words.first}</p>}
      {seconds !== undefined && <p class="note">{words.timed(integer(seconds))}</p>}
      {isUnderWay && seconds !== undefined && (
        <p role="status">{isTiming ? words.timing : words.takes(integer(stepsHere.value!))}</p>
      )}
      {isUnderWay && !isTiming && <Going />}
      {trouble.value && (
        <p class="problem" role="alert">
          {words.failed(trouble.value)}
        </p>
      )}
      <p class="note">{lessonWords.paper.madeOn(machinesOf(recorded).recorded)}</p>
    </section>
  );
}

/** Follows the run; frozen with the picture. */
function Going() {
  void picture.value;
  const last = history.length - 1;
  if (last < 0 || runState.value.kind === 'preparing') return <p role="status">{lessonWords.run.preparing}</p>;
  return (
    <p class="numbers">{lessonWords.run.going(integer(history.step[last]! + 1), decimal(history.loss[last]!, 3))}</p>
  );
}
