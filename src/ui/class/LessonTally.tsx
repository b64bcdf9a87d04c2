/** What the codes of one step of a lesson come to: predictions, ends, and all curves with their mean and spread. */
import type { LESSON_NAMES } from '../../recipe/lessons/lesson.ts';
import { mean, standardDeviation } from '../../recipe/statistics.ts';
import { decimal, integer } from '../lessons/language.ts';
import { lessonWords } from '../lessons/words.ts';
import { type ClassResult, LOSSES } from './code.ts';
import { bandOf, histogram, onEqualTokens } from './tally.ts';

/** Of a number, eight bins; of a choice, its four options. */
const BINS = 8;
const OPTIONS = 4;
/** Of the figure, and of the longest bar. */
const [WIDTH, HEIGHT] = [560, 300];
const BAR = 160;

export const titleOf = ({ lesson, step }: ClassResult): string =>
  `${lessonWords.lessons.titles[lesson as (typeof LESSON_NAMES)[number]]} · ${lessonWords.tally.step(step)}`;

interface Props {
  results: readonly ClassResult[];
  /** Texts of the four options, where the lesson is at hand. */
  options: readonly string[] | null;
}

export function LessonTally({ results, options }: Props) {
  const words = lessonWords.tally;
  const { series } = lessonWords.reveal;
  const ends: [string, number[], (value: number) => string][] = [
    [series.facts!, results.map((one) => one.facts), (value) => `${decimal(value, 1)} %`],
    [series.archive!, results.map((one) => one.archive), (value) => `${decimal(value, 1)} %`],
    ...LOSSES.map((name, i): (typeof ends)[number] => [
      series[name] ?? lessonWords.report.loss,
      results.map(({ losses }) => losses[i]!),
      (value) => decimal(value, 3),
    ]),
  ];
  return (
    <section class="lesson-tally">
      <div class="stack-2">
        <Predictions results={results} options={options} />
        <p>
          {words.sure}: {Math.round(mean(results.map(({ confidence }) => confidence)))} %.
        </p>
        <p class="note">{words.atEnd}</p>
        <ul>
          {ends
            .map(([label, values, write]) => [label, values.filter(Number.isFinite), write] as const)
            .filter(([, values]) => values.length > 1)
            .map(([label, values, write]) => (
              <li key={label}>
                {label}: {words.meanOf(write(mean(values)), write(standardDeviation(values)), values.length)}
              </li>
            ))}
        </ul>
      </div>
      <Curves results={results} />
    </section>
  );
}

function Predictions({ results, options }: Props) {
  const words = lessonWords.tally;
  const numbers = results.flatMap(({ prediction }) => (typeof prediction === 'number' ? [prediction] : []));
  if (numbers.length === 0) return null;
  const isChoice = results[0]!.asked === 'choice';
  const [from, to] = isChoice ? [0, OPTIONS] : [Math.min(...numbers), Math.max(...numbers, Math.min(...numbers) + 1)];
  const bins = histogram(numbers, from, to, isChoice ? OPTIONS : BINS);
  const edge = (i: number) => integer(from + (i * (to - from)) / BINS);
  const label = (i: number) =>
    isChoice ? (options?.[i] ?? String(i + 1)) : lessonWords.reveal.range(edge(i), edge(i + 1));
  return (
    <table class="bars">
      <caption class="note">{words.predictions}</caption>
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

function Curves({ results }: { results: readonly ClassResult[] }) {
  const words = lessonWords.tally;
  const { tokens, curves } = onEqualTokens(results);
  if (curves.length === 0) return null;
  const band = bandOf(curves);
  const all = curves.flat();
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
          {band && <polygon points={`${line(band.low)} ${line(band.high).split(' ').reverse().join(' ')}`} />}
          {curves.map((curve, i) => (
            <polyline key={i} class="one" points={line(curve)} />
          ))}
          {band && <polyline class="mean" points={line(band.mean)} />}
        </svg>
        <span class="note">{decimal(low, 2)}</span>
      </div>
      <figcaption class="note">
        {words.curves}. {words.equal(integer(tokens))}
      </figcaption>
    </figure>
  );
}
