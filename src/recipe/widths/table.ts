/** A sweep of widths as Markdown and CSV, for the terminal's folder and the launch kit. */
import { widthWords } from '../../words/widths.ts';
import type { GridCell } from '../grid.ts';
import {
  type Coordinate,
  coordinateAt,
  type Parametrization,
  PARAMETRIZATIONS,
  type WidthResult,
  type WidthRow,
  widthResults,
  widthVerdict,
} from './widths.ts';

const rate = (value: number): string => Number(value.toPrecision(3)).toExponential();
const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** What the rows say: sentences, and a table a parametrization, a row a rate and a column a width. */
export function widthTable(rows: readonly WidthRow[], tokens: number): string {
  const results = widthResults(rows);
  const tables = PARAMETRIZATIONS.flatMap((parametrization) => {
    const own = results.filter((one) => one.parametrization === parametrization);
    return own.length === 0 ? [] : [`### ${widthWords.title[parametrization]}`, '', lossTable(own), ''];
  });
  return [...widthVerdict(results).flatMap((said) => [said, '']), ...tables, widthWords.table(tokens), ''].join('\n');
}

function lossTable(results: readonly WidthResult[]): string {
  const rates = ascending(results.flatMap(({ cells }) => cells.map((cell) => cell.rate)));
  return [
    line([widthWords.peak, ...results.map(({ width }) => widthWords.width(width))]),
    line(['---', ...results.map(() => '---')]),
    ...rates.map((one) =>
      line([rate(one), ...results.map(({ cells }) => cellText(cells.find((cell) => cell.rate === one)))]),
    ),
  ].join('\n');
}

function cellText(cell: GridCell | undefined): string {
  if (!cell) return '';
  const { standing, losses, mean, standardError } = cell;
  if (standing === 'diverged') return widthWords.diverged;
  const value = losses.length > 1 ? `${mean.toFixed(3)} ± ${standardError.toFixed(3)}` : mean.toFixed(3);
  if (standing === 'best') return `**${value}**`;
  return standing === 'tie' ? `${value} ${widthWords.tie}` : value;
}

/** Root mean squares by width, means over seeds, a row a site and step. */
export function coordinateTable(coordinates: readonly Coordinate[]): string {
  const widths = ascending(coordinates.map(({ width }) => width));
  const places = [...new Map(coordinates.map(({ site, step }) => [`${site} ${step}`, { site, step }])).values()];
  const rowsOf = (parametrization: Parametrization): string[] =>
    places.map((where) => {
      const values = (of: 'rms' | 'change') =>
        widths.map((width) => coordinateAt(coordinates, { width, parametrization }, where, of)?.toPrecision(3) ?? '');
      return line([
        widthWords.title[parametrization],
        where.site,
        `${where.step}`,
        ...values('rms'),
        ...values('change'),
      ]);
    });
  return [
    line([...widthWords.coordinateColumns, ...widths.map(widthWords.rms), ...widths.map(widthWords.change)]),
    line(Array.from({ length: 3 + 2 * widths.length }, () => '---')),
    ...PARAMETRIZATIONS.flatMap(rowsOf),
    '',
  ].join('\n');
}

const csv = (head: string, rows: readonly (readonly (string | number | null)[])[]): string =>
  `${[head, ...rows.map((row) => row.map((value) => value ?? '').join(','))].join('\n')}\n`;

/** A row a run; no loss: it diverged. */
export const lossCsv = (rows: readonly WidthRow[]): string =>
  csv(
    'parametrization,width,rate,seed,loss',
    rows.map((row) => [row.parametrization, row.width, row.rate, row.seed, row.loss]),
  );

export const coordinateCsv = (coordinates: readonly Coordinate[]): string =>
  csv(
    'parametrization,width,seed,step,site,rms,change',
    coordinates.map((one) => [one.parametrization, one.width, one.seed, one.step, one.site, one.rms, one.change]),
  );
