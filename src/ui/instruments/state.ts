/** The trials of this sheet: what they work on, which one is under way, and what came of each. */
import { batch, computed, signal } from '@preact/signals';
import type { OverfitResult, TrialProgress, TrialRequest } from '../../protocol.ts';
import { checkGrid, type GridPlan, type GridRow, missingCells, proposedGrid } from '../../recipe/grid.ts';
import { hasDiverged, type RangePoint, readRange, sweepRates } from '../../recipe/rangeTest.ts';
import { config, conflicts } from '../recipe/config.ts';
import { baseSource } from '../recipe/base.ts';
import { hasWeights, isActive } from '../run/controls.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { files } from '../files/files.ts';
import { history, logged, runState } from '../run/run.ts';
import { endTrial, machine, overfit, rangeTest, runCells } from '../trainer.ts';
import { words } from './words.ts';

export type TrialName = 'range' | 'overfit' | 'grid' | 'widths';

/** The trial under way, and what it is doing where it is not its own work yet. */
export const underWay = signal<{ trial: TrialName; doing: string | null } | null>(null);
export const problem = signal<{ trial: TrialName; message: string } | null>(null);

/** Where a trial would begin: with the weights of the run as it rests, or with those a start would take. */
export const weights = computed((): TrialRequest['weights'] => {
  void logged.value;
  return hasWeights(runState.value, history.length) ? 'run' : 'start';
});
/** What a trial works on, as a sentence says it. */
export const subject = computed(() => {
  if (weights.value === 'start')
    return words.fromStart(config.value.preset, config.value.seed, baseSource.value !== null);
  return words.fromRun(history.step[history.length - 1] + 1, runState.value.kind === 'paused');
});
/** Why no trial can be begun; null: one can. */
export const hindrance = computed((): string | null => {
  if (machine.value.kind !== 'ready') return words.noMachine;
  if (isExperimenting.value) return words.experimenting;
  if (isActive(runState.value) && weights.value === 'start') return words.running;
  return weights.value === 'start' && conflicts.value.length > 0 ? conflicts.value[0] : null;
});

interface Sweep {
  points: readonly RangePoint[];
  subject: string;
  /** Under way still. */
  isRunning: boolean;
}
export const sweep = signal<Sweep | null>(null);
/** What the points so far say; a sweep under way has no verdict yet. */
export const verdict = computed(() => (sweep.value && !sweep.value.isRunning ? readRange(sweep.value.points) : null));
/** Whether it went as far as it should. */
export const isWhole = computed(() => {
  const points = sweep.value?.points ?? [];
  return hasDiverged(points) || points.length === sweepRates().length;
});

interface Overfitted {
  losses: readonly number[];
  result: OverfitResult | null;
  subject: string;
}
export const overfitted = signal<Overfitted | null>(null);

const request = (): TrialRequest => ({
  weights: weights.value,
  config: config.value,
  files: [...files.value],
  base: baseSource.value,
});

function follow(trial: TrialName, take: (progress: TrialProgress) => void) {
  return (progress: TrialProgress) => {
    if (underWay.value?.trial !== trial) return;
    batch(() => {
      const doing =
        progress.kind === 'preparing'
          ? progress.what
          : progress.kind === 'compiling'
            ? words.compiling(progress.done, progress.total)
            : null;
      if (underWay.value?.doing !== doing) underWay.value = { trial, doing };
      take(progress);
    });
  };
}

/** Runs a trial; what fails is said beside it. */
export async function attempt(trial: TrialName, work: () => Promise<void>): Promise<void> {
  if (underWay.value) return;
  problem.value = null;
  underWay.value = { trial, doing: words.preparing };
  try {
    await work();
  } catch (error) {
    problem.value = { trial, message: error instanceof Error ? error.message : String(error) };
  } finally {
    underWay.value = null;
  }
}

export const testRange = () =>
  attempt('range', async () => {
    const about = subject.value;
    sweep.value = { points: [], subject: about, isRunning: true };
    try {
      const points = await rangeTest(
        request(),
        follow('range', (progress) => {
          if (progress.kind === 'sweeping') sweep.value = { points: progress.points, subject: about, isRunning: true };
        }),
      );
      sweep.value = { points, subject: about, isRunning: false };
    } catch (error) {
      sweep.value = null;
      throw error;
    }
  });

export const learnByHeart = () =>
  attempt('overfit', async () => {
    const about = subject.value;
    overfitted.value = { losses: [], result: null, subject: about };
    try {
      const result = await overfit(
        request(),
        follow('overfit', (progress) => {
          if (progress.kind === 'overfitting')
            overfitted.value = { losses: progress.losses, result: null, subject: about };
        }),
      );
      overfitted.value = { losses: result.losses, result, subject: about };
    } catch (error) {
      overfitted.value = null;
      throw error;
    }
  });

/** What the fields of the grid say; empty: what follows from the recipe. */
export const fields = { rates: signal(''), batches: signal(''), tokens: signal(''), seeds: signal('3') };

/** Peak rates about the recipe's own, a factor of two apart; its batch and half of it; a tenth of its tokens. */
export const proposed = computed(() => proposedGrid(config.value));

/** Seeds of a grid on the page: more take longer than anybody looks on. */
const MOST_SEEDS = 10;

/** Numbers of a field, ascending and each once; `own` where it is empty; null: they are no numbers above 0. */
export function numbersIn(written: string, own: readonly number[]): number[] | null {
  if (written.trim() === '') return [...own];
  const values = written
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  return values.every((value) => value > 0 && Number.isFinite(value))
    ? [...new Set(values)].sort((a, b) => a - b)
    : null;
}

/** So many seeds from the first on, or what is wrong with the field. */
export function seedsIn(written: string, first: number): number[] | string {
  const seeds = numbersIn(written, [3]);
  if (seeds?.length !== 1) return words.grid.badField;
  const [count] = seeds as [number];
  if (!Number.isInteger(count) || count > MOST_SEEDS) return words.grid.badSeeds(MOST_SEEDS);
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The grid as the fields have it, or what is wrong with them. */
export const gridPlan = computed((): GridPlan | string => {
  const rates = numbersIn(fields.rates.value, proposed.value.rates);
  const batches = numbersIn(fields.batches.value, proposed.value.batches);
  const tokens = numbersIn(fields.tokens.value, [proposed.value.tokens]);
  const seeds = seedsIn(fields.seeds.value, config.value.seed);
  if (!rates || !batches || tokens?.length !== 1) return words.grid.badField;
  return typeof seeds === 'string' ? seeds : { rates, batches, tokens: tokens[0]!, seeds };
});

/** The grid that is shown: rows of one configuration and number of tokens. */
interface Grid {
  plan: GridPlan;
  preset: string;
  rows: readonly GridRow[];
  /** The cell that trains. */
  at: { rate: number; sequences: number; seed: number; share: number } | null;
}
export const grid = signal<Grid | null>(null);
let gridKey = '';

export const fillGrid = () =>
  attempt('grid', async () => {
    const plan = gridPlan.value;
    if (typeof plan === 'string') return;
    const key = JSON.stringify([{ ...config.value, seed: 0 }, plan.tokens, files.value.map(({ name }) => name)]);
    // Of the same runs, what is there need not be trained again.
    const done = key === gridKey ? [...(grid.value?.rows ?? [])] : [];
    gridKey = key;
    const shown: Grid = { plan, preset: config.value.preset, rows: done, at: null };
    grid.value = shown;
    try {
      checkGrid(config.value, plan);
      const missing = missingCells(config.value, plan, done);
      await runCells({ cells: missing.map((one) => one.config), files: [...files.value] }, (event) => {
        // Events come by a way of their own, and may come after the answer: a row counts then, and nothing is under way.
        if (underWay.value?.doing) underWay.value = { trial: 'grid', doing: null };
        const { rows } = grid.value!;
        const { cell } = missing[event.cell]!;
        if (event.kind === 'end') grid.value = { ...shown, rows: [...rows, { ...cell, loss: event.loss }] };
        else if (underWay.value)
          grid.value = { ...shown, rows, at: { ...cell, share: (event.step + 1) / event.endStep } };
      });
    } finally {
      grid.value = { ...grid.value!, at: null };
    }
  });

export const end = () => void endTrial();
