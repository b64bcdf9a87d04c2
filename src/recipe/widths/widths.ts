/**
 * A sweep of widths: does a peak rate found for this model hold for a wider one? Every width is trained at every rate on equal tokens,
 * from untrained weights, in the standard parametrization and in µP (src/model/mup.ts); and beside it activations are measured at the
 * first steps, which must not grow with width where rates are to hold (the coordinate check of Tensor Programs V, arXiv 2203.03466).
 */
import type { ModelConfig, RunConfig } from '../../config/run.ts';
import type { Reading } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { type BestRate, widthWords } from '../../words/widths.ts';
import { cellConfig, type GridCell, gridCells } from '../grid.ts';
import { mean } from '../statistics.ts';

export const PARAMETRIZATIONS = ['standard', 'mup'] as const;
export type Parametrization = (typeof PARAMETRIZATIONS)[number];

export interface WidthPlan {
  /** D of each model, ascending; the first is the one at which µP is the standard parametrization. */
  widths: readonly number[];
  /** η_max, ascending. */
  rates: readonly number[];
  /** Tokens of a run. */
  tokens: number;
  seeds: readonly number[];
}

/** A model of the sweep. */
export interface WidthModel {
  width: number;
  parametrization: Parametrization;
}

export interface WidthCell extends WidthModel {
  rate: number;
  seed: number;
}

export interface WidthRow extends WidthCell {
  /** Held-out loss at the end, of the blend's sources by their shares; null: the run diverged. */
  loss: number | null;
}

/** Steps after which activations are measured. */
export const COORDINATE_STEPS = [0, 1, 10] as const;

/** A reading of one model, from one seed. */
export interface Coordinate extends WidthModel, Reading {
  seed: number;
}

const mostWidths = 6;
const mostRates = 12;

/**
 * The model at another width: heads as wide as they are and more of them, F in proportion, µP at `base`. UserError where that gives no
 * whole heads, or the model has no head of its own.
 */
export function widened(model: ModelConfig, { width, parametrization }: WidthModel, base: number): ModelConfig {
  if (model.tie_word_embeddings || model.lora) throw new UserError(widthWords.noSuchModel);
  const scaled = (value: number): number => (value * width) / model.hidden_size;
  const [heads, groups, ffn] = [model.num_attention_heads, model.num_key_value_heads, model.intermediate_size].map(
    scaled,
  ) as [number, number, number];
  if (![heads, groups, ffn / 4].every((count) => Number.isInteger(count) && count > 0)) {
    const least = smallestStep(model);
    throw new UserError(widthWords.noWholeHeads(width, least));
  }
  const wide: ModelConfig = {
    ...model,
    hidden_size: width,
    intermediate_size: ffn,
    num_attention_heads: heads,
    num_key_value_heads: groups,
  };
  return parametrization === 'mup' && width !== base ? { ...wide, mup_base_hidden_size: base } : wide;
}

/** Of which width every possible one is a multiple. */
function smallestStep({ hidden_size: D, num_key_value_heads: K, intermediate_size: F }: ModelConfig): number {
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));
  // K divides H; a width is D·n/K for a whole n with F·n/(4K) whole.
  const parts = common(K, F / 4);
  return D / parts;
}

/** The run of a cell. UserError where there is none. */
export const widthConfig = (config: RunConfig, { rate, seed, ...model }: WidthCell, plan: WidthPlan): RunConfig =>
  cellConfig(
    { ...config, model: widened(config.model, model, plan.widths[0]!) },
    { rate, seed, sequences: config.batch.sequences },
    plan.tokens,
  );

/** Models of the plan; at its first width both parametrizations are one and the same. */
export const widthModels = ({ widths }: WidthPlan): WidthModel[] =>
  PARAMETRIZATIONS.flatMap((parametrization) =>
    widths
      .filter((width) => parametrization === 'standard' || width !== widths[0])
      .map((width) => ({ width, parametrization })),
  );

/** Every cell, seed by seed: after the first there is a whole picture. */
export const widthCells = (plan: WidthPlan): WidthCell[] =>
  plan.seeds.flatMap((seed) =>
    widthModels(plan).flatMap((model) => plan.rates.map((rate) => ({ ...model, rate, seed }))),
  );

type Seeded = WidthModel & { seed: number };
const isSame = (a: Seeded, b: Seeded): boolean =>
  a.width === b.width && a.parametrization === b.parametrization && a.seed === b.seed;

/** Models whose activations are still to be measured, seed by seed. */
export const missingModels = (plan: WidthPlan, coordinates: readonly Coordinate[]): Seeded[] =>
  plan.seeds
    .flatMap((seed) => widthModels(plan).map((model) => ({ ...model, seed })))
    .filter((model) => !coordinates.some((one) => isSame(one, model)));

/** Runs that are still to be made. */
export const missingRuns = (plan: WidthPlan, rows: readonly WidthRow[]): WidthCell[] =>
  widthCells(plan).filter((cell) => !rows.some((row) => row.rate === cell.rate && isSame(row, cell)));

/** Every cell's run is possible, and the sweep is one that ends. UserError. */
export function checkWidths(config: RunConfig, plan: WidthPlan): void {
  const { widths, rates, seeds } = plan;
  if (
    widths.length < 2 ||
    widths.length > mostWidths ||
    rates.length === 0 ||
    rates.length > mostRates ||
    !seeds.length
  )
    throw new UserError(widthWords.size(widths.length, mostWidths, rates.length, mostRates, seeds.length));
  for (const cell of widthCells({ ...plan, seeds: [seeds[0]!] })) widthConfig(config, cell, plan);
}

/** What a sweep is where nothing else is said: this width, twice and four times it; five rates, a factor of two apart; a tenth of the base run. */
export function proposedWidths({ model, base, batch }: RunConfig): Omit<WidthPlan, 'seeds'> {
  const steps = Math.max(100, Math.round(base.steps / 10));
  return {
    widths: [1, 2, 4].map((factor) => factor * model.hidden_size),
    rates: [-2, -1, 0, 1, 2]
      .map((power) => Number((base.schedule.peak * 2 ** power).toPrecision(3)))
      .filter((rate) => rate <= 1),
    tokens: steps * batch.sequences * batch.length * batch.accumulation,
  };
}

/** What a width's rows say. */
export interface WidthResult extends WidthModel {
  cells: GridCell[];
  /** The rate with the lowest mean loss; null: every rate diverged. */
  best: GridCell | null;
  /** Lowest and highest rate of those about the best that all tie with it. */
  range: [number, number] | null;
  /** The cell of the first width's best rate; null where it was not run. */
  carried: GridCell | null;
}

/** A rate beyond one that is worse is a tie by noise alone, and is not counted. */
function tiesAbout(best: GridCell, cells: readonly GridCell[]): [number, number] {
  const ordered = cells.toSorted((a, b) => a.rate - b.rate);
  const isGood = (at: number): boolean => ['best', 'tie'].includes(ordered[at]?.standing ?? 'worse');
  let [low, high] = [ordered.indexOf(best), ordered.indexOf(best)];
  while (isGood(low - 1)) low--;
  while (isGood(high + 1)) high++;
  return [ordered[low]!.rate, ordered[high]!.rate];
}

/** The first width's rows stand for both parametrizations. */
export function widthResults(rows: readonly WidthRow[]): WidthResult[] {
  const base = Math.min(...rows.map(({ width }) => width));
  const resultOf = ({ width, parametrization }: WidthModel, baseRate: number | null): WidthResult => {
    const own = rows.filter(
      (row) => row.width === width && (row.parametrization === parametrization || width === base),
    );
    const cells = gridCells(own.map((row) => ({ ...row, sequences: width })));
    const best = cells.find(({ standing }) => standing === 'best') ?? null;
    return {
      ...{ width, parametrization, cells, best },
      range: best && tiesAbout(best, cells),
      carried: cells.find(({ rate }) => rate === (baseRate ?? best?.rate)) ?? null,
    };
  };
  const widths = [...new Set(rows.map(({ width }) => width))].sort((a, b) => a - b);
  return PARAMETRIZATIONS.flatMap((parametrization) => {
    const first = resultOf({ width: base, parametrization }, null);
    const others = widths
      .slice(1)
      .filter((width) => rows.some((row) => row.width === width && row.parametrization === parametrization));
    return rows.length === 0 || (others.length === 0 && parametrization === 'mup')
      ? []
      : [first, ...others.map((width) => resultOf({ width, parametrization }, first.best?.rate ?? null))];
  });
}

/** Whether the best rate has none beside it on one side: a better one may lie beyond. */
function edgeOf({ best, cells }: WidthResult): 'lowest' | 'highest' | null {
  const rates = cells.map(({ rate }) => rate);
  if (best?.rate === Math.min(...rates)) return 'lowest';
  return best?.rate === Math.max(...rates) ? 'highest' : null;
}

const bestRate = ({ width, best, range }: WidthResult): BestRate => ({ width, rate: best!.rate, range: range! });

/** How the best rate moves from the first width to the widest, a sentence a parametrization; of what the rows show and no more. */
export function widthVerdict(results: readonly WidthResult[]): string[] {
  return PARAMETRIZATIONS.flatMap((parametrization) => {
    const own = results.filter((one) => one.parametrization === parametrization);
    const [first, last] = [own[0], own.at(-1)];
    if (!first?.best || !last || own.length < 2) return [];
    const name = widthWords.name[parametrization];
    if (!last.best) return [widthWords.allDiverged(name, last.width)];
    const { carried } = last;
    const overlap = first.range![0] <= last.range![1] && last.range![0] <= first.range![1];
    const cost = carried && carried.standing !== 'diverged' ? carried.difference : undefined;
    return [
      widthWords.moves(name, bestRate(first), bestRate(last), edgeOf(last), overlap),
      carried?.standing === 'diverged'
        ? widthWords.carriedDiverges(first.best.rate, last.width)
        : cost
          ? widthWords.carriedCosts(first.best.rate, last.width, cost.mean, cost.interval)
          : '',
    ]
      .filter(Boolean)
      .join(' ');
  });
}

/** Mean over seeds of a reading of one model; null: it was not taken. The first width's stand for both parametrizations. */
export function coordinateAt(
  coordinates: readonly Coordinate[],
  { width, parametrization }: WidthModel,
  { site, step }: Pick<Reading, 'site' | 'step'>,
  of: 'rms' | 'change',
): number | null {
  const base = Math.min(...coordinates.map((one) => one.width));
  const own = coordinates.filter(
    (one) =>
      one.width === width &&
      (one.parametrization === parametrization || width === base) &&
      one.site === site &&
      one.step === step,
  );
  return own.length === 0 ? null : mean(own.map((one) => one[of]));
}

/** By which factor a site's activations grow from the first width to the widest after a step; null: it was not measured at both. */
export function growth(
  coordinates: readonly Coordinate[],
  parametrization: Parametrization,
  where: Pick<Reading, 'site' | 'step'>,
  of: 'rms' | 'change',
): number | null {
  const widths = coordinates.map(({ width }) => width);
  const [first, last] = [Math.min(...widths), Math.max(...widths)].map((width) =>
    coordinateAt(coordinates, { width, parametrization }, where, of),
  );
  return first && last ? last / first : null;
}
