/** The sheet of experiments: what is asked, the race or the record, and what came of it. */
import { useEffect } from 'preact/hooks';
import { effect } from '@preact/signals';
import { presetConfig } from '../../config/presets.ts';
import { NoGpu } from '../machine/NoGpu.tsx';
import { experimentNotice, experimentState, isExperimenting } from './experimentState.ts';
import { viewOf } from '../page/route.ts';
import { machine } from '../trainer.ts';
import { Arms, Chooser } from './Chooser.tsx';
import { DataCard } from './DataCard.tsx';
import { Findings } from './Findings.tsx';
import { looksOf } from './look.ts';
import { recallGathered } from './gathered.ts';
import { fetchChosen, fetchIndex, isRecorded, recorded, recordedIndex } from './recorded.ts';
import { type Results, resultsOf, seedsOf } from './results.ts';
import { lookAtLinks } from './shared/offer.ts';
import { OfferedRows } from './shared/OfferedRows.tsx';
import {
  askForBases,
  config,
  devicesHere,
  experiment,
  experimentName,
  keepLink,
  preset,
  progress,
  readLink,
  resultsHere,
  shareOfArm,
  sheet,
} from './state.ts';
import { words } from './words.ts';
import '../style/experiments.css';

let begun = false;

/** What this sheet needs once, when it is first shown. */
function begin(): void {
  if (begun) return;
  begun = true;
  const arrive = () => viewOf(location.hash) === 'experiments' && readLink(location.hash);
  arrive();
  addEventListener('hashchange', arrive);
  lookAtLinks();
  keepLink();
  askForBases();
  void recallGathered();
  void fetchIndex(!/&p=/.test(location.hash));
  effect(() => void fetchChosen());
}

export function Experiments() {
  begin();
  useEffect(() => {
    const before = document.title;
    const end = effect(() => {
      const { done, total } = progress.value;
      document.title = `${isExperimenting.value ? `${done}/${total} · ` : ''}${experiment.value.title} · Rekindle`;
    });
    return () => {
      end();
      document.title = before;
    };
  }, []);
  const chosen = experiment.value;
  const looks = looksOf(chosen);
  const here = resultsOf(chosen, resultsHere.value);
  const something = here.traces.length > 0 || here.rows.length > 0;
  const which = sheet.value ?? (isExperimenting.value || something || !isRecorded.value ? 'here' : 'recorded');
  const none = machine.value.kind === 'none' ? machine.value : null;
  const state = experimentState.value;
  return (
    <main>
      <OfferedRows />
      <div class="columns">
        <div class="run">
          <Chooser />
        </div>
        <div class="picture" id="chart" tabIndex={-1}>
          {none && <NoGpu cause={none.cause} message={none.message} rest={words.noGpu} />}
          {state.kind === 'failed' && (
            <section class="message" role="alert">
              <h2>{words.failed}</h2>
              <p>{state.message}</p>
            </section>
          )}
          {experimentNotice.value && (
            <section class="message" role="status">
              <p>{experimentNotice.value}</p>
            </section>
          )}
          <div class="question">
            <h2>{chosen.title}</h2>
            <p>{chosen.question}</p>
          </div>
          <div class="sheets" role="group" aria-label={words.sheets}>
            {(['here', 'recorded'] as const).map((one) => (
              <button key={one} type="button" aria-pressed={which === one} onClick={() => (sheet.value = one)}>
                {words[one]}
              </button>
            ))}
          </div>
          {which === 'here' ? (
            <>
              {(something || isExperimenting.value) && <Progress />}
              {devicesHere.value.length > 1 && <p class="note">{words.devices(devicesHere.value)}</p>}
              {something ? (
                <Findings
                  key={`here ${experimentName.value} ${preset.value}`}
                  experiment={chosen}
                  results={here}
                  looks={looks}
                  config={config.value}
                  running={state.kind === 'running' ? state : null}
                  findingsFirst={false}
                />
              ) : (
                !isExperimenting.value && <p class="note">{words.nothingYet}</p>
              )}
            </>
          ) : (
            <Recorded looks={looks} />
          )}
          <DataCard config={config.value} />
        </div>
        <div class="setup">
          <Arms looks={looks} />
        </div>
      </div>
    </main>
  );
}

function Progress() {
  const state = experimentState.value;
  const { done, total } = progress.value;
  const share =
    total === 0
      ? 0
      : Math.min(1, (done + (state.kind === 'running' && state.arm !== 'base' ? shareOfArm.value : 0)) / total);
  return (
    <div class="experiment-progress">
      <div class="progress">
        <p class="stage">{words.state(state)}</p>
        <p class="numbers">{words.armsDone(done, total)}</p>
      </div>
      <div
        class="meter"
        role="progressbar"
        aria-label={words.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
        aria-valuetext={words.armsDone(done, total)}
      >
        <div class="meter-fill" style={{ width: `${100 * share}%` }} />
      </div>
    </div>
  );
}

function Recorded({ looks }: { looks: ReturnType<typeof looksOf> }) {
  const found = recorded.value;
  if (found === 'asking' || found === 'fetching') return <p class="note">{words.asking}</p>;
  if (found === 'damaged') return <p class="note">{words.damaged}</p>;
  if (found === 'none') {
    const presets = (recordedIndex.value ?? []).filter(({ experiments }) => experiments.includes(experimentName.value));
    return <p class="note">{words.noneRecorded(presets.map((one) => one.preset))}</p>;
  }
  const results: Results = resultsOf(experiment.value, found);
  return (
    <>
      <p class="note recorded-on">{words.recordedOn(results.adapter, seedsOf(results).length)}</p>
      <Findings
        key={`recorded ${experimentName.value} ${preset.value}`}
        experiment={experiment.value}
        results={results}
        looks={looks}
        config={presetConfig(results.preset)}
        running={null}
        findingsFirst
      />
    </>
  );
}
