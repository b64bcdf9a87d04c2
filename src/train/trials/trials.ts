/**
 * Trials: steps taken to learn something about rates, batches or the set-up, and not to train. A range test and an overfit borrow an
 * engine and hand its weights and moments back bit for bit (Run.lend); a grid has engines of its own.
 */
import type { Blend, RunConfig } from '../../config/run.ts';
import type { FetchBytes } from '../../data/catalogue.ts';
import type { GivenFile } from '../../data/prepare.ts';
import { placeAfter, placeOfStep } from '../../recipe/place.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { HeldOutPoint, OverfitResult } from '../../protocol.ts';
import type { MetricRow } from '../../recipe/measurements.ts';
import { type Listener, listening } from '../../util/events.ts';
import { cellConfig, checkGrid, type GridPlan, type GridRow } from '../../recipe/grid.ts';
import { planRun, type RunPlan } from '../../recipe/phases.ts';
import { hasDiverged, type RangePoint, sweepRates } from '../../recipe/rangeTest.ts';
import type { Backend } from '../backends/backend.ts';
import type { Base } from '../bases/base.ts';
import { prepareData, type TrainingData } from '../run/data.ts';
import { Engine, type StepBatch, type StepMetrics } from '../engine/engine.ts';
import type { RunNews } from '../run/listener.ts';
import type { Loan } from '../run/loan.ts';
import { Run } from '../run/run.ts';

/** Steps submitted before their measurements are awaited: keeps a GPU fed, and a sweep ends soon after it has diverged. */
const together = 4;

/** Takes steps by twos and fours until `enough`, or until the reader has had enough; tells what was measured. */
async function take(
  { engine, adamSteps }: Loan,
  steps: number,
  of: (step: number) => { batch: (micro: number) => StepBatch; rate: number },
  enough: (rows: readonly StepMetrics[]) => boolean,
): Promise<void> {
  for (let from = 0; from < steps; from += together) {
    const to = Math.min(from + together, steps);
    for (let step = from; step < to; step++) {
      const { batch, rate } = of(step);
      engine.submitStep(step, batch, rate, adamSteps + step + 1);
    }
    if (enough(await engine.metrics(from, to - 1))) return;
  }
}

/** The learning-rate range test: one step a rate, upwards, on the run's next batches, until the loss diverges. */
export async function sweep(
  bench: Loan,
  tell: (points: readonly RangePoint[]) => void,
  isEnded: () => boolean,
): Promise<RangePoint[]> {
  const rates = sweepRates();
  const points: RangePoint[] = [];
  const into = bench.batches.allocate();
  const { batch: shape } = bench.config;
  const batch = (step: number) => (micro: number) =>
    bench.batches.draw(placeAfter(bench.place, step * shape.accumulation + micro, shape), bench.blend, into);
  await take(
    bench,
    rates.length,
    (step) => ({ batch: batch(step), rate: rates[step]! }),
    (rows) => {
      // A step left out for its f16 gradients overflowed was none.
      const taken = rows.filter(({ update }) => update !== 'overflow');
      points.push(...taken.map(({ loss, gradNorm, step }) => ({ rate: rates[step]!, loss, gradNorm })));
      tell(points);
      return isEnded() || hasDiverged(points);
    },
  );
  return points;
}

/** Steps an overfit may take; the smallest preset needs some 60. */
const overfitSteps = 300;
/** Share of the first loss that counts as learnt by heart: one token in ten may still be a surprise. */
const byHeart = 0.1;

/** Learns one row by heart, over and over at the base's peak rate: a model, loss and optimizer that fit together can do that. */
export async function overfit(
  bench: Loan,
  tell: (losses: readonly number[]) => void,
  isEnded: () => boolean,
): Promise<OverfitResult> {
  const { config, batches, blend } = bench;
  const { length: T, sequences: B } = config.batch;
  const drawn = batches.draw(bench.place, blend);
  const repeated = (of: Uint32Array): Uint32Array => Uint32Array.from({ length: B * T }, (_, i) => of[i % T]!);
  const row = {
    tokens: repeated(drawn.tokens),
    targets: repeated(drawn.targets),
    documentStart: repeated(drawn.documentStart),
  };
  const losses: number[] = [];
  const rate = config.base.schedule.peak;
  const learnt = (): boolean => losses.at(-1)! <= byHeart * losses[0]!;
  await take(
    bench,
    overfitSteps,
    () => ({ batch: () => row, rate }),
    (rows) => {
      losses.push(...rows.map(({ loss }) => loss));
      tell(losses);
      return isEnded() || learnt() || rows.some(({ update }) => update === 'suppressed' || update === 'partial');
    },
  );
  return { losses, rate, learnt: learnt() };
}

/** A bench on the weights that a start would begin with, its engine made for it. */
export async function startingLoan(
  backend: Backend,
  config: RunConfig,
  data: TrainingData,
  base: Base | null,
  compiling: (done: number, total: number) => void,
): Promise<Loan> {
  const { phases } = planRun(config, base ? 'continued' : 'all');
  const { blend } = phases[0]!;
  data.batches.check(blend);
  const engine = await Engine.create(backend, config, tokenIndex, compiling);
  if (base) engine.load(base.weights);
  else engine.initialize(config.seed);
  return {
    config,
    engine,
    batches: data.batches,
    place: base?.metadata.drawn ?? placeOfStep(0, config.batch),
    blend,
    adamSteps: 0,
  };
}

export interface GridWork {
  config: RunConfig;
  files: readonly GivenFile[];
  plan: GridPlan;
  /** Rows there already: their runs are not taken again. */
  done: readonly GridRow[];
}

/** What a grid tells. */
export interface GridNews {
  /** A cell's run begins; it can be stopped. */
  begin: { cell: Omit<GridRow, 'loss'>; run: Run };
  metric: { row: MetricRow; plan: RunPlan };
  row: GridRow;
}

/** Runs every cell of a grid with every seed, an engine a batch size; false if it was ended. */
export async function runGrid(
  backend: Backend,
  { config, files, plan, done }: GridWork,
  fetchBytes: FetchBytes,
  listener: Listener<GridNews>,
  isEnded: () => boolean,
): Promise<boolean> {
  checkGrid(config, plan);
  const isDone = (cell: Omit<GridRow, 'loss'>): boolean =>
    done.some(({ rate, sequences, seed }) => rate === cell.rate && sequences === cell.sequences && seed === cell.seed);
  for (const sequences of plan.batches) {
    const cellsOf = (seed: number) =>
      plan.rates.map((rate) => ({ rate, sequences, seed })).filter((cell) => !isDone(cell));
    const [first] = plan.seeds.flatMap(cellsOf);
    if (!first) continue;
    const engine = await Engine.create(backend, cellConfig(config, first, plan.tokens), tokenIndex);
    try {
      for (const seed of plan.seeds) {
        const cells = cellsOf(seed);
        if (cells.length === 0) continue;
        const data = await prepareData(cellConfig(config, cells[0]!, plan.tokens), files, fetchBytes, () => {});
        for (const cell of cells) {
          if (isEnded()) return false;
          engine.initialize(seed);
          const row = await runCell(cellConfig(config, cell, plan.tokens), cell, data, engine, listener);
          if (!row) return false;
          listener.tell({ kind: 'row', said: row });
        }
      }
    } finally {
      engine.destroy();
    }
  }
  return true;
}

/** One run; null if it was stopped. */
async function runCell(
  config: RunConfig,
  cell: Omit<GridRow, 'loss'>,
  data: TrainingData,
  engine: Engine,
  listener: Listener<GridNews>,
): Promise<GridRow | null> {
  let last: HeldOutPoint | null = null;
  const run: Run = new Run(
    config,
    data,
    engine,
    listening<RunNews>({
      metric: (row) => listener.tell({ kind: 'metric', said: { row, plan: run.plan } }),
      heldOut: (point) => void (last = point),
    }),
    { part: 'base', evaluated: true },
  );
  listener.tell({ kind: 'begin', said: { cell, run } });
  const end = await run.train();
  if (end.kind === 'diverged') return { ...cell, loss: null };
  if (end.kind !== 'done') return null;
  const loss = blendLoss(last!, config.base.blend);
  return { ...cell, loss: Number.isFinite(loss) ? loss : null };
}

/** Held-out losses by the blend's shares; of all sources alike where the blend names none of those measured. */
function blendLoss({ loss }: HeldOutPoint, blend: Blend): number {
  const known = Object.keys(loss).filter((name) => (blend[name] ?? 0) > 0);
  const names = known.length > 0 ? known : Object.keys(loss);
  const weight = (name: string): number => (known.length > 0 ? blend[name]! : 1);
  const total = names.reduce((sum, name) => sum + weight(name), 0);
  return names.reduce((sum, name) => sum + (weight(name) / total) * loss[name]!, 0);
}
