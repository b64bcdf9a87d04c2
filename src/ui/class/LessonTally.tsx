/** What the codes of one step of a lesson come to: predictions, ends, and all curves with their mean and spread, run by run. */
import type { LESSON_NAMES } from '../../recipe/lessons/lesson.ts';
import { mean, standardDeviation } from '../../recipe/statistics.ts';
import { TOP } from '../lessons/Ask.tsx';
import { fill } from '../lessons/fill.ts';
import { decimal, integer } from '../lessons/language.ts';
import type { Look } from '../experiments/look.ts';
import { LOOKS, OWN } from '../lessons/looks.ts';
import type { Loaded } from '../lessons/state.ts';
import { lessonWords } from '../lessons/words.ts';
import { type ClassResult, LOSSES } from './code.ts';
import { bandOf, byRun, commonTokens, curvesTo, histogram } from './tally.ts';

/** Of a number or a drawing, six bins; of a choice, its four options. */
const BINS = 6;
const OPTIONS = 4;
/** Of the figure, and of the longest bar. */
const [WIDTH, HEIGHT] = [560, 250];
const BAR = 120;

export const titleOf = ({ lesson, step }: ClassResult): string =>
  `${lessonWords.lessons.titles[lesson as (typeof LESSON_NAMES)[number]]} · ${lessonWords.tally.step(step)}`;

/** Results of one run of the lesson, and how it is called and drawn. */
interface Group {
  label: string;
  look: Look;
  results: readonly ClassResult[];
}

interface Props {
  results: readonly ClassResult[];
  /** null: on its way, or not to be had. */
  from: Loaded | null;
}

export function LessonTally({ results, from }: Props) {
  const words = lessonWords.tally;
  const labels = Object.values(from?.lesson.runs ?? {}).map(({ label }) => label);
  const runs = byRun(results);
  const groups = [...runs].map(([run, own]): Group => {
    const look = runs.size > 1 ? LOOKS[run % LOOKS.length]! : OWN;
    return { label: labels[run] ?? String(run + 1), look, results: own };
  });
  const recorded = results.filter(({ device }) => device === 'recorded').length;
  return (
    <section class="lesson-tally">
      <div class="stack-2">
        <Predictions results={results} from={from} />
        <p>
          {words.sure}: {lessonWords.ask.percent(Math.round(mean(results.map(({ confidence }) => confidence))))}.
        </p>
        {recorded > 0 && <p class="note">{words.recorded(recorded)}</p>}
      </div>
      <Ends groups={groups} />
      <Curves groups={groups} />
    </section>
  );
}

function Predictions({ results, from: lessonFrom }: Props) {
  const words = lessonWords.tally;
  const { asked, step } = results[0]!;
  const ask = lessonFrom?.lesson.steps[step - 1]?.ask;
  const options = ask?.kind === 'choice' ? ask.options : null;
  const isChoice = asked === 'choice';
  // Of a drawing its beginning: whether it starts where a new model does is what tells drawings apart.
  const numbers = results.flatMap(({ prediction }) =>
    Array.isArray(prediction) ? prediction[0]! : (prediction ?? []),
  );
  if (numbers.length === 0) return null;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const [from, to] = isChoice ? [0, OPTIONS] : asked === 'curve' ? [0, TOP] : [least, Math.max(most, least + 1)];
  const bins = histogram(numbers, from, to, isChoice ? OPTIONS : BINS);
  const edge = (i: number) => integer(from + (i * (to - from)) / BINS);
  const option = (i: number) =>
    options ? fill(options[i]!.text, lessonFrom!.lesson, lessonFrom!.recorded.runs) : String(i + 1);
  const label = (i: number) => (isChoice ? option(i) : lessonWords.reveal.range(edge(i), edge(i + 1)));
  return (
    <table class="predictions">
      <caption class="note">{asked === 'curve' ? words.beginnings : words.predictions}</caption>
      <tbody>
        {bins.map((count, i) => (
          <tr key={i}>
            <th scope="row">{label(i)}</th>
            <td>
              <svg aria-hidden="true" width={BAR} height="14">
                <rect height="14" width={(BAR * count) / Math.max(...bins, 1)} />
              </svg>{' '}
              <span class="count">{count}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Mean ± standard deviation of what the runs ended with; a column a run. */
function Ends({ groups }: { groups: readonly Group[] }) {
  const { series } = lessonWords.reveal;
  const rows: [label: string, of: (one: ClassResult) => number, digits: number][] = [
    [`${series.facts}, %`, ({ facts }) => facts, 1],
    [`${series.archive}, %`, ({ archive }) => archive, 1],
    ...LOSSES.map((name, i): (typeof rows)[number] => [
      series[name] ?? lessonWords.report.loss,
      ({ losses }) => losses[i]!,
      2,
    ]),
  ];
  const cell = (values: readonly number[], digits: number): string => {
    if (values.length === 0) return '';
    const spread = values.length > 1 ? ` ± ${decimal(standardDeviation(values), digits)}` : '';
    return decimal(mean(values), digits) + spread;
  };
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={lessonWords.tally.atEnd}>
      <table class="ends">
        <caption class="note">{lessonWords.tally.atEnd}</caption>
        <thead>
          <tr>
            <th scope="col">{lessonWords.reveal.runName}</th>
            {groups.map(({ label, results }) => (
              <th key={label} scope="col">
                {label} <span class="note">{lessonWords.tally.runs(results.length)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, of, digits]) => {
            const cells = groups.map(({ results }) => cell(results.map(of).filter(Number.isFinite), digits));
            return (
              cells.some(Boolean) && (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  {cells.map((text, i) => (
                    <td key={i}>{text}</td>
                  ))}
                </tr>
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Curves({ groups }: { groups: readonly Group[] }) {
  const words = lessonWords.tally;
  const tokens = commonTokens(groups.flatMap(({ results }) => results));
  const drawn = groups.map((group) => {
    const curves = curvesTo(tokens, group.results);
    return { ...group, curves, band: bandOf(curves) };
  });
  const all = drawn.flatMap(({ curves }) => curves.flat());
  if (all.length === 0) return null;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const place = (value: number, i: number, of: number) =>
    `${((i / (of - 1)) * WIDTH).toFixed(1)},${(HEIGHT - ((value - low) / (high - low || 1)) * HEIGHT).toFixed(1)}`;
  const line = (values: readonly number[]) => values.map((value, i) => place(value, i, values.length)).join(' ');
  return (
    <figure class="stack-2">
      <p class="note">{lessonWords.reveal.chart}</p>
      <div class="class-figure">
        <span class="note">{decimal(high, 2)}</span>
        <svg class="class-curves" role="img" aria-label={words.curves} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
          {drawn.map(({ label, look: { colour, dash }, curves, band }) => (
            <g key={label} style={{ color: colour }}>
              {band && <polygon points={`${line(band.low)} ${line(band.high).split(' ').reverse().join(' ')}`} />}
              {curves.map((curve, i) => (
                <polyline key={i} class="one" points={line(curve)} />
              ))}
              {band && <polyline class="mean" points={line(band.mean)} stroke-dasharray={dash} />}
            </g>
          ))}
        </svg>
        <span class="note">{decimal(low, 2)}</span>
      </div>
      {drawn.length > 1 && (
        <ul class="legend">
          {drawn.map(({ label, look: { colour, dash } }) => (
            <li key={label}>
              <svg aria-hidden="true" width="28" height="8" style={{ color: colour }}>
                <line x2="28" y1="4" y2="4" stroke="currentColor" stroke-width="2.5" stroke-dasharray={dash} />
              </svg>{' '}
              {label}
            </li>
          ))}
        </ul>
      )}
      <figcaption class="note">
        {words.curves}. {words.equal(integer(tokens))}
      </figcaption>
    </figure>
  );
}
