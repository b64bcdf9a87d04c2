/** The stages in the paper's order, each with its button, and what is under way. */
import { useId } from 'preact/hooks';
import { type AlignStage, alignStages } from '../../recipe/alignApi.ts';
import { saveFile, zipped } from '../results/save.ts';
import { ask, canRun, nextStage, problem, run, runAll, settings, stages, stop, work } from './state.ts';
import { words } from './words.ts';

export function Stages() {
  const now = work.value;
  return (
    <section class="stack-2">
      <h3>{words.stages}</h3>
      <div class="buttons">
        <button
          type="button"
          class={now ? '' : 'primary'}
          disabled={now !== null || nextStage.value === null || !canRun(nextStage.value)}
          onClick={() => void runAll()}
        >
          {words.runAll}
        </button>
        <button type="button" disabled={now === null} onClick={() => void stop()}>
          {words.stop}
        </button>
      </div>
      <ol class="align-stages">
        {alignStages.map((stage) => (
          <Stage key={stage} stage={stage} />
        ))}
      </ol>
      <Settings />
    </section>
  );
}

function Stage({ stage }: { stage: AlignStage }) {
  const record = stages.value[stage];
  const now = work.value?.stage === stage ? work.value.work : null;
  const name = words.stageName(stage);
  const what = record?.state === 'stopped' ? words.resume : record?.state === 'done' ? words.again : words.run;
  const save = async () => {
    try {
      const files = await ask((remote) => remote.folder(stage));
      saveFile(`${stage.replace(' ', '-')}.zip`, await zipped(files));
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <li class={record?.state}>
      <div class="align-stage">
        <strong>{name}</strong>
        <span class="buttons">
          {record?.state === 'done' && (
            <button type="button" class="quiet" aria-label={words.save(name)} onClick={() => void save()}>
              {words.saveShort}
            </button>
          )}
          <button
            type="button"
            class="quiet"
            disabled={!canRun(stage)}
            aria-label={words.runOne(what, name)}
            onClick={() => void run(stage)}
          >
            {what}
          </button>
        </span>
      </div>
      <p class="note">{words.stageAbout[stage]}</p>
      {now !== null && (
        <>
          <progress aria-label={name} max={record?.steps || 1} value={record?.rows.length ?? 0} />
          <p class="note" role="status">
            {words.progress(
              words.working[now],
              record?.rows.length ?? 0,
              now === 'training' ? (record?.steps ?? 0) : 0,
            )}
          </p>
        </>
      )}
      {record?.state === 'stopped' && <p class="note">{words.stopped(record.rows.length, record.steps)}</p>}
    </li>
  );
}

/** β and η that have shown something at this size, around the usual ones (alignment-world.md §5). */
const BETAS = [0.1, 0.3, 1];
const ETAS = [0.5, 1, 2];

function Settings() {
  const id = useId();
  const { judge, beta, eta } = settings.value;
  const choice = (name: 'beta' | 'eta', values: readonly number[], value: number) => (
    <label class="field" for={`${id}-${name}`}>
      {words[name]}
      <select
        id={`${id}-${name}`}
        value={value}
        onChange={(event) => (settings.value = { ...settings.value, [name]: Number(event.currentTarget.value) })}
      >
        {values.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </label>
  );
  return (
    <details>
      <summary>{words.settings}</summary>
      <label class="field">
        {words.judge}
        <select
          value={judge}
          onChange={(event) =>
            (settings.value = { ...settings.value, judge: event.currentTarget.value as typeof judge })
          }
        >
          <option value="truth">{words.truth}</option>
          <option value="reward">{words.rewardModel}</option>
        </select>
      </label>
      {choice('beta', BETAS, beta)}
      {choice('eta', ETAS, eta)}
    </details>
  );
}
