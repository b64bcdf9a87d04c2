/**
 * Trials: steps taken to learn something about rates, batches or the set-up, and not to train. A range test and an overfit borrow an
 * engine and hand its weights and moments back bit for bit (Run.lend); the runs of a grid are cells.ts's.
 */
import type { RunConfig } from '../../config/run.ts';
import { placeAfter, placeOfStep } from '../../recipe/place.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { OverfitResult } from '../../protocol.ts';
import { planRun } from '../../recipe/phases.ts';
import { hasDiverged, type RangePoint, sweepRates } from '../../recipe/rangeTest.ts';
import type { Backend } from '../backends/backend.ts';
import type { Base } from '../bases/base.ts';
import type { TrainingData } from '../run/data.ts';
import { Engine, type StepBatch, type StepMetrics } from '../engine/engine.ts';
import type { Loan } from '../run/loan.ts';

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
  loan: Loan,
  tell: (points: readonly RangePoint[]) => void,
  isEnded: () => boolean,
): Promise<RangePoint[]> {
  const rates = sweepRates();
  const points: RangePoint[] = [];
  const into = loan.batches.allocate();
  const { batch: shape } = loan.config;
  const batch = (step: number) => (micro: number) =>
    loan.batches.draw(placeAfter(loan.place, step * shape.accumulation + micro, shape), loan.blend, into);
  await take(
    loan,
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
  loan: Loan,
  tell: (losses: readonly number[]) => void,
  isEnded: () => boolean,
): Promise<OverfitResult> {
  const { config, batches, blend } = loan;
  const { length: T, sequences: B } = config.batch;
  const drawn = batches.draw(loan.place, blend);
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
    loan,
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

/** A loan on the weights that a start would begin with, its engine made for it. */
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
