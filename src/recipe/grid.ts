/**
 * A grid of peak rates by batch sizes on equal tokens: what each cell trains, and what a handful of seeds lets one say of it. Cells
 * are compared seed by seed with the best one; a difference whose interval spans zero is called a tie.
 */
import type { RunConfig } from '../config/run.ts';
import { checkConfig } from '../config/validate.ts';
import { UserError } from '../util/errors.ts';
import { mean, pairedDifference, type PairedDifference, standardError } from './statistics.ts';
import { recipeWords } from '../words/recipe.ts';
import { gridWords } from '../words/results.ts';

export interface GridPlan {
  /** η_max of a cell's run. */
  rates: readonly number[];
  /** Rows a micro-batch. */
  batches: readonly number[];
  /** Tokens of a cell's run, whatever its batch. */
  tokens: number;
  seeds: readonly number[];
}

/** A cell with one seed. */
export interface GridRow {
  rate: number;
  sequences: number;
  seed: number;
  /** Held-out loss at the end, of the blend's sources by their shares; null: the run diverged. */
  loss: number | null;
}

/** Most cells a grid may have, seeds apart: beyond it is a search, not a check (product.md §3.1 has 5 × 4). */
const mostCells = 40;

/**
 * The run of a cell: a base run from the seed's weights alone, on so many tokens. Its schedule is the configuration's, scaled: the
 * same shape, end/peak and share of warm-up. UserError where no such run exists.
 */
export function cellConfig(
  config: RunConfig,
  { rate, sequences, seed }: Omit<GridRow, 'loss'>,
  tokens: number,
): RunConfig {
  // A cell has one batch throughout.
  const { batch } = config;
  const { batchRamp: _ramp, ...base } = config.base;
  const steps = Math.round(tokens / (sequences * batch.length * batch.accumulation));
  const { schedule } = base;
  const warmupSteps =
    schedule.warmupSteps === 0 ? 0 : Math.max(1, Math.round((schedule.warmupSteps / base.steps) * steps));
  const scale = rate / schedule.peak;
  const cell: RunConfig = {
    ...config,
    seed,
    batch: { ...batch, sequences },
    base: {
      ...base,
      steps,
      schedule: {
        ...schedule,
        peak: rate,
        end: schedule.end * scale,
        warmupStart: schedule.warmupStart * scale,
        warmupSteps,
      },
    },
    continued: null,
    evaluation: { ...config.evaluation, everySteps: 0 },
  };
  const [problem] = checkConfig(cell);
  if (problem !== undefined)
    throw new UserError(recipeWords.gridCell(tokens, rate, sequences, problem), { code: 'config' });
  return cell;
}

/** Every cell's run is possible, and the grid is one that ends. */
export function checkGrid(config: RunConfig, { rates, batches, tokens, seeds }: GridPlan): void {
  if (rates.length * batches.length > mostCells || rates.length * batches.length === 0 || seeds.length === 0) {
    throw new UserError(recipeWords.gridSize(rates.length, batches.length, seeds.length, mostCells));
  }
  for (const rate of rates)
    for (const sequences of batches) cellConfig(config, { rate, sequences, seed: seeds[0]! }, tokens);
}

/** What is still to be trained of a grid, one batch size after the other, and with which configuration. */
export const missingCells = (
  config: RunConfig,
  { rates, batches, seeds, tokens }: GridPlan,
  done: readonly GridRow[],
): { cell: Omit<GridRow, 'loss'>; config: RunConfig }[] =>
  batches
    .flatMap((sequences) => seeds.flatMap((seed) => rates.map((rate) => ({ rate, sequences, seed }))))
    .filter(
      (cell) =>
        !done.some((row) => row.rate === cell.rate && row.sequences === cell.sequences && row.seed === cell.seed),
    )
    .map((cell) => ({ cell, config: cellConfig(config, cell, tokens) }));

/** What a grid is where nothing else is said: rates about the recipe's own, half its batch beside it, a tenth of its base run. */
export function proposedGrid({ base, batch }: RunConfig): Omit<GridPlan, 'seeds'> {
  const steps = Math.max(100, Math.round(base.steps / 10));
  return {
    rates: [-2, -1, 0, 1, 2]
      .map((power) => Number((base.schedule.peak * 2 ** power).toPrecision(3)))
      .filter((rate) => rate <= 1),
    batches: [...new Set([Math.max(1, batch.sequences >> 1), batch.sequences])],
    tokens: steps * batch.sequences * batch.length * batch.accumulation,
  };
}

/** What a grid takes where the tokens that were asked for are no whole number of some batch's steps, a sentence; null: it is exact. */
export function roundedTokens({ batch }: RunConfig, { batches, tokens }: GridPlan): string | null {
  const taken = batches.map((sequences) => {
    const perStep = sequences * batch.length * batch.accumulation;
    return { sequences, tokens: Math.round(tokens / perStep) * perStep };
  });
  const others = taken.filter((one) => one.tokens !== tokens);
  if (others.length === 0) return null;
  return gridWords.rounded(tokens, others);
}

export interface GridCell {
  rate: number;
  sequences: number;
  losses: number[];
  /** Seeds whose run diverged. */
  diverged: number;
  mean: number;
  /** NaN for one seed. */
  standardError: number;
  /** This cell − the best, over the seeds both have; null for the best itself. */
  difference: PairedDifference | null;
  /** tie: no difference to the best shown. one seed: nothing can be shown. */
  standing: 'best' | 'tie' | 'worse' | 'one seed' | 'diverged';
}

/** Cells in the order of their rows; the best has the lowest mean among those that never diverged. */
export function gridCells(rows: readonly GridRow[]): GridCell[] {
  const byCell = new Map<string, GridRow[]>();
  for (const row of rows) {
    const key = `${row.rate} ${row.sequences}`;
    byCell.set(key, [...(byCell.get(key) ?? []), row]);
  }
  const groups = [...byCell.values()];
  const lossesOf = (group: readonly GridRow[]) => group.flatMap(({ loss }) => (loss === null ? [] : [loss]));
  const whole = groups.filter((group) => group.every(({ loss }) => loss !== null));
  const most = Math.max(0, ...whole.map((group) => group.length));
  // A cell of which fewer seeds are done yet is not the best by luck.
  const best = whole
    .filter((group) => group.length === most)
    .reduce<GridRow[] | null>(
      (least, group) => (!least || mean(lossesOf(group)) < mean(lossesOf(least)) ? group : least),
      null,
    );
  return groups.map((group) => {
    const { rate, sequences } = group[0]!;
    const losses = lossesOf(group);
    const cell = {
      rate,
      sequences,
      losses,
      diverged: group.length - losses.length,
      mean: mean(losses),
      standardError: standardError(losses),
    };
    if (cell.diverged > 0) return { ...cell, difference: null, standing: 'diverged' };
    if (group === best) return { ...cell, difference: null, standing: 'best' };
    const pairs = group.flatMap(({ seed, loss }) => {
      const other = best!.find((row) => row.seed === seed);
      return other ? [[loss!, other.loss!] as const] : [];
    });
    const difference = pairedDifference(
      pairs.map(([own]) => own),
      pairs.map(([, other]) => other),
    );
    if (!difference?.interval) return { ...cell, difference, standing: 'one seed' };
    return { ...cell, difference, standing: difference.interval[0] <= 0 ? 'tie' : 'worse' };
  });
}

/** The grid as Markdown: a row a rate, a column a batch size. */
export function gridTable(plan: Pick<GridPlan, 'tokens'>, rows: readonly GridRow[]): string {
  const cells = gridCells(rows);
  const ascending = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  const batches = ascending(cells.map(({ sequences }) => sequences));
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  const body = ascending(cells.map(({ rate }) => rate)).map((rate) =>
    line([
      rate.toPrecision(3),
      ...batches.map((batch) => {
        const cell = cells.find((one) => one.rate === rate && one.sequences === batch);
        return cell ? cellText(cell) : '';
      }),
    ]),
  );
  return [
    line(['peak rate', ...batches.map((batch) => `${batch} rows`)]),
    line(['---', ...batches.map(() => '---')]),
    ...body,
    '',
    gridWords.table(plan.tokens),
    '',
  ].join('\n');
}

function cellText({ losses, mean: centre, standardError: error, difference, standing, diverged }: GridCell): string {
  if (standing === 'diverged') return `diverged (${diverged} of ${diverged + losses.length})`;
  const value = losses.length > 1 ? `${centre.toFixed(4)} ± ${error.toFixed(4)}` : centre.toFixed(4);
  if (standing === 'best') return `**${value}** best`;
  if (!difference?.interval) return `${value} (one seed)`;
  const [low, high] = difference.interval;
  const range = `+${difference.mean.toFixed(4)}, ${low.toFixed(4)} to ${high.toFixed(4)}`;
  return `${value} (${range})${standing === 'tie' ? ' tie' : ''}`;
}
