/** All there is to see of an experiment's results, run here or recorded. */
import type { RunConfig } from '../../config/run.ts';
import type { Experiment } from '../../recipe/experiments.ts';
import { verdicts } from '../../recipe/results.ts';
import { Differences } from './Differences.tsx';
import { Forgetting } from './Forgetting.tsx';
import { Gauges } from './Gauges.tsx';
import type { Look } from './look.ts';
import { Race } from './Race.tsx';
import type { Results } from './results.ts';
import { DifferenceTable, Scores } from './Tables.tsx';
import { words } from './words.ts';

interface Props {
  experiment: Experiment;
  results: Results;
  looks: ReadonlyMap<string, Look>;
  config: RunConfig;
  running: { arm: string; seed: number } | null;
  /** A race is watched, a finding is read: what has been found comes first where nothing moves. */
  findingsFirst: boolean;
}

export function Findings(props: Props) {
  const { experiment, results, looks, findingsFirst } = props;
  const race = <Race key="race" {...props} />;
  const found = (
    <>
      <Verdicts key="verdicts" experiment={experiment} results={results} />
      <Differences key="differences" experiment={experiment} results={results} looks={looks} />
    </>
  );
  return (
    <div class="findings">
      {findingsFirst ? [found, race] : [race, found]}
      {results.rows.length > 0 && <Scores experiment={experiment} results={results} />}
      <DifferenceTable experiment={experiment} results={results} />
      <Forgetting experiment={experiment} results={results} />
      <Gauges experiment={experiment} results={results} looks={looks} />
    </div>
  );
}

/** One sentence an arm, as the intervals have it and nothing more. */
function Verdicts({ experiment, results }: { experiment: Experiment; results: Results }) {
  const sentences = verdicts(experiment, results).filter((sentence) => !sentence.includes('no seed in common'));
  if (sentences.length === 0) return null;
  return (
    <section class="verdicts">
      <h2>{words.verdict.heading}</h2>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p class="note">{words.verdict.note}</p>
    </section>
  );
}
