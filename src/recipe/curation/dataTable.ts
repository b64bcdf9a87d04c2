/** Results of an experiment on data as Markdown: what stood in the data, what the models answer, and each step against the one before. */
import type { DataExperiment } from './dataArms.ts';
import { difference, type ExperimentResults, type ResultRow } from '../results/results.ts';
import { mean, signed, standardError } from '../statistics.ts';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');

function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return '–';
  const centre = mean(values).toFixed(digits).replace('-', '−');
  return values.length === 1 ? centre : `${centre} ± ${standardError(values).toFixed(digits)}`;
}

/** "+24.8 (+3.1 to +46.5), 5 of 5": the mean, its 95 % interval, seeds in which it is above. */
export function differenceCell(
  results: ExperimentResults,
  arm: string,
  against: string | null,
  of: (row: ResultRow) => number | null | undefined = ({ average }) => average,
): string {
  const found = against === null ? null : difference(results, arm, against, of);
  if (!found) return '';
  const points = (value: number) => signed(100 * value);
  const interval = found.interval && ` (${points(found.interval[0])} to ${points(found.interval[1])})`;
  return `${points(found.mean)}${interval ?? ''}, ${found.wins} of ${found.n}`;
}

export function dataTable({ title, question, arms }: DataExperiment, results: ExperimentResults): string {
  const rowsOf = (name: string) => results.rows.filter(({ arm }) => arm === name);
  const there = arms.filter(({ name }) => rowsOf(name).length > 0);
  const suites = [...new Set(results.rows.flatMap((row) => Object.keys(row.suites)))];
  const percent = (values: readonly (number | undefined)[]) =>
    spread(
      values.flatMap((value) => (value === undefined ? [] : [100 * value])),
      1,
    );
  return [
    `# ${title}`,
    '',
    `${question} Mean ± standard error over seeds; a seed is a world of its own.`,
    '',
    table(
      [
        'arm',
        '',
        'seeds',
        'web, tokens',
        'values right',
        'true facts in 100 tokens',
        'facts, %',
        'against',
        'difference, points (95 %), seeds above',
        'paper',
      ],
      there.map(({ name, label, against, paper }) => {
        const rows = rowsOf(name);
        const data = (of: (row: NonNullable<ResultRow['data']>) => number, digits: number) =>
          spread(
            rows.flatMap((row) => (row.data ? [of(row.data)] : [])),
            digits,
          );
        return [
          `\`${name}\``,
          label,
          String(rows.length),
          data(({ tokens }) => tokens, 0),
          data(({ right }) => right, 2),
          `**${data(({ factsPer100 }) => factsPer100, 2)}**`,
          percent(rows.map(({ average }) => average)),
          against === null ? '' : `\`${against}\``,
          differenceCell(results, name, against),
          paper ? `${paper.gain} [${paper.mark}] ${paper.where}` : '',
        ];
      }),
    ),
    '',
    'Facts: the mean of the six domains. The faults of this web are planted far more thickly than the web has them, so the effects are far',
    'above the paper’s. Marks: S a secondary text, M memory, M? doubtful memory: no figure here was read in the paper itself.',
    '',
    '## By suite, percent',
    '',
    table(
      ['arm', ...suites],
      there.map(({ name }) => [
        `\`${name}\``,
        ...suites.map((suite) => percent(rowsOf(name).map((row) => row.suites[suite]))),
      ]),
    ),
    '',
    '## Shares of the tokens, percent, and passes over each source',
    '',
    table(
      ['arm', ...sourcesOf(results.rows)],
      there.map(({ name }) => [
        `\`${name}\``,
        ...sourcesOf(results.rows).map((source) => {
          const data = rowsOf(name).flatMap((row) => (row.data?.shares[source] === undefined ? [] : [row.data]));
          if (data.length === 0) return '';
          const [share, epochs] = [
            mean(data.map(({ shares }) => shares[source]!)),
            mean(data.map((one) => one.epochs[source]!)),
          ];
          return `${(100 * share).toFixed(1)} (${epochs.toFixed(1)}×)`;
        }),
      ]),
    ),
    '',
  ].join('\n');
}

const sourcesOf = (rows: readonly ResultRow[]): string[] => [
  ...new Set(rows.flatMap(({ data }) => Object.keys(data?.shares ?? {}))),
];
