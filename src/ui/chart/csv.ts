/** Logged numbers as rows: CSV for tables, JSON lines for scripts. */
import type { History } from './columns.ts';
import { headers, rowAt } from '../../recipe/measurements.ts';

/** A curve with the name of its run and its average. */
export interface Logged {
  name: string;
  curve: History;
  average: Float64Array;
}

/** RFC 4180: a field with a comma, a quote or a line break is quoted, quotes inside doubled. */
const field = (words: string) => (/[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words);

/** Entry `i` by the names of the columns: what was measured, and what follows from it. */
const entry = ({ curve, average }: Omit<Logged, 'name'>, i: number) => ({
  ...rowAt(curve, i, true),
  seconds: curve.seconds[i]!,
  smoothed: average[i]!,
});

/** One row a logged step, run after run. A cell is empty where the number is none. */
export function csvOf(runs: readonly Logged[]): string {
  const cell = (value: number | string | undefined) =>
    typeof value === 'string' ? value : Number.isFinite(value) ? String(value) : '';
  const own = [...new Set(runs.flatMap(({ curve }) => Object.keys(curve.own)))];
  const header = [...headers, ...own, 'seconds', 'smoothed'];
  const rows = runs.flatMap((run) =>
    Array.from({ length: run.curve.length }, (_, i) => {
      const values: Record<string, number | string> = entry(run, i);
      return [field(run.name), ...header.map((name) => cell(values[name]))].join(',');
    }),
  );
  return `${[['run', ...header.map(field)].join(','), ...rows].join('\r\n')}\r\n`;
}

/** One object a logged step; a number that is none is null. */
export const jsonLinesOf = (run: Omit<Logged, 'name'>): string =>
  Array.from({ length: run.curve.length }, (_, i) => `${JSON.stringify(entry(run, i))}\n`).join('');
