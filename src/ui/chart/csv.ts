/** Logged numbers as rows: CSV for tables, JSON lines for scripts. */
import type { History } from './columns.ts';
import { PHASE_NAMES } from './summary.ts';

/** A curve with the name of its run and its average. */
export interface Logged {
  name: string;
  curve: History;
  average: Float64Array;
}

const COLUMNS = ['step', 'tokens', 'seconds', 'loss', 'lr', 'gradNorm', 'tokensPerSecond'] as const;
const HEADER = [
  'run',
  'step',
  'tokens',
  'seconds',
  'loss',
  'lr',
  'grad_norm',
  'tokens_per_second',
  'phase',
  'smoothed',
];

/** RFC 4180: a field with a comma, a quote or a line break is quoted, quotes inside doubled. */
const field = (words: string) => (/[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words);

/** One row a logged step, run after run. A cell is empty where the number is none. */
export function csvOf(runs: readonly Logged[]): string {
  const number = (value: number) => (Number.isFinite(value) ? String(value) : '');
  const rows = runs.flatMap(({ name, curve, average }) =>
    Array.from({ length: curve.length }, (_, i) =>
      [
        field(name),
        ...COLUMNS.map((column) => number(curve[column][i])),
        PHASE_NAMES[curve.phase[i]],
        number(average[i]),
      ].join(','),
    ),
  );
  return `${[HEADER.join(','), ...rows].join('\r\n')}\r\n`;
}

/** One object a logged step; a number that is none is null. */
export function jsonLinesOf({ curve, average }: Omit<Logged, 'name'>): string {
  return Array.from({ length: curve.length }, (_, i) => {
    const values = COLUMNS.map((column, at) => [HEADER[at + 1], curve[column][i]]);
    const row = { ...Object.fromEntries(values), phase: PHASE_NAMES[curve.phase[i]], smoothed: average[i] };
    return `${JSON.stringify(row)}\n`;
  }).join('');
}
