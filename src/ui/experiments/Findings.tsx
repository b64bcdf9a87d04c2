/** All there is to see of an experiment's results, run here or recorded. */
import { useMemo } from 'preact/hooks';
import { verdicts } from '../../recipe/results/results.ts';
import { Differences } from './Differences.tsx';
import { Forgetting } from './Forgetting.tsx';
import { Gauges } from './Gauges.tsx';
import { Race, type RaceProps } from './Race.tsx';
import { DifferenceTable, Scores } from './Tables.tsx';
import { words } from './words.ts';

interface Props extends RaceProps {
  /** A race is watched, a finding is read: what has been found comes first where nothing moves. */
  findingsFirst: boolean;
}

export function Findings(props: Props) {
  const { experiment, results, looks, findingsFirst } = props;
  const { rows, chance } = results;
  // Of the whole sheet only the race changes ten times a second; the rest follows from rows, which only ever come to more.
  const [takeaway, found, numbers] = useMemo(() => {
    const [first, ...more] = verdicts(experiment, results).filter(
      (sentence) => !sentence.includes('no seed in common'),
    );
    return [
      first && <p class="finding">{first}</p>,
      <>
        <Verdicts sentences={more} />
        <Differences experiment={experiment} results={results} looks={looks} />
      </>,
      <>
        {rows.length > 0 && <Scores experiment={experiment} results={results} />}
        <DifferenceTable experiment={experiment} results={results} />
        <Forgetting experiment={experiment} results={results} />
        <Gauges experiment={experiment} results={results} looks={looks} />
      </>,
    ];
  }, [experiment, rows.length, chance === undefined]);
  return (
    <div class="findings">
      {takeaway}
      {findingsFirst && found}
      <Race {...props} />
      {!findingsFirst && found}
      {numbers}
    </div>
  );
}

/** What else the intervals say, and nothing more. */
function Verdicts({ sentences }: { sentences: readonly string[] }) {
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
