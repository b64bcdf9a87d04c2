/**
 * A batch ramp: the base run begins with small batches, stage by stage, each for a share of its tokens. A micro-batch keeps its shape;
 * a stage takes fewer of them a step. All of it is counted in rows of one length, which are tokens but for a factor.
 */
import type { BaseConfig, BatchConfig, RampStage } from './run.ts';

/** Stages a ramp may have before the whole batch: the papers' has two; bounds what a link of thousands would make. */
export const MOST_STAGES = 8;

/** Steps that all take the same number of rows. */
export interface BatchStage {
  /** Rows a step. */
  sequences: number;
  firstStep: number;
  /** Rows of all steps before. */
  rowsBefore: number;
}

/** The whole batch: rows of a step after any ramp. */
export const wholeBatch = ({ sequences, accumulation }: BatchConfig): number => sequences * accumulation;

/**
 * The stages of a run, the last one of the whole batch and without end; that alone without a ramp. Base runs of S steps on N rows:
 * Σ shareᵢ·N / sequencesᵢ = S gives N, and a step is of the stage that its first row lies in: stage i ends with the first step at
 * whose end at least (share₁ + … + shareᵢ)·N rows are taken.
 */
export function batchStages(batch: BatchConfig, base?: BaseConfig): BatchStage[] {
  const ramp = base?.batchRamp ?? [];
  const whole = wholeBatch(batch);
  const left = 1 - ramp.reduce((sum, { share }) => sum + share, 0);
  const N = base ? base.steps / ramp.reduce((sum, { share, sequences }) => sum + share / sequences, left / whole) : 0;
  const stages: BatchStage[] = [];
  let [firstStep, rows, shares] = [0, 0, 0];
  for (const { sequences, share } of ramp) {
    stages.push({ sequences, firstStep, rowsBefore: rows });
    shares += share;
    // A sum of shares in doubles may exceed a whole number of steps by its rounding.
    const needed = Math.ceil((shares * N - rows) / sequences - 1e-9);
    const steps = Math.min(Math.max(0, needed), base!.steps - firstStep);
    firstStep += steps;
    rows += steps * sequences;
  }
  stages.push({ sequences: whole, firstStep, rowsBefore: rows });
  return stages.filter((stage, i) => stage.firstStep !== stages[i + 1]?.firstStep);
}

const stageOf = (stages: readonly BatchStage[], isBefore: (stage: BatchStage) => boolean): BatchStage =>
  stages.findLast(isBefore) ?? stages[0]!;

/** Rows of one step. */
export const sequencesAt = (stages: readonly BatchStage[], step: number): number =>
  stageOf(stages, ({ firstStep }) => firstStep <= step).sequences;

/** Rows of all steps before `step`, which need not be whole. */
export function rowsBefore(stages: readonly BatchStage[], step: number): number {
  const stage = stageOf(stages, ({ firstStep }) => firstStep <= step);
  return stage.rowsBefore + (step - stage.firstStep) * stage.sequences;
}

/** The step before which so many rows are taken, not rounded. */
export function stepAfter(stages: readonly BatchStage[], rows: number): number {
  const stage = stageOf(stages, (one) => one.rowsBefore <= rows);
  return stage.firstStep + (rows - stage.rowsBefore) / stage.sequences;
}

/** A ramp as one word: `8:0.025,16:0.025` is 8, then 16 sequences a step, for 2.5 % of the tokens each. */
export const formatRamp = (ramp: readonly RampStage[]): string =>
  ramp.map(({ sequences, share }) => `${sequences}:${share}`).join(',');

/** The ramp that a word or a list names; null: it names none. Ranges are checked with the other options. */
export function parseRamp(value: unknown): RampStage[] | null {
  const list = typeof value === 'string' ? value.split(',', MOST_STAGES + 1).map(stageOfText) : value;
  if (!Array.isArray(list) || list.length > MOST_STAGES) return null;
  const stages = list.map((one: Partial<RampStage> | null) => ({ sequences: one?.sequences, share: one?.share }));
  return stages.every(
    (stage): stage is RampStage => typeof stage.sequences === 'number' && typeof stage.share === 'number',
  )
    ? stages
    : null;
}

function stageOfText(text: string): RampStage | null {
  const match = /^(\d{1,7}):(0?\.\d+|\d+(?:\.\d+)?(?:e-\d+)?)$/i.exec(text.trim());
  return match && { sequences: Number(match[1]), share: Number(match[2]) };
}

/** Batches grow from stage to stage, and the shares leave some tokens for the whole batch. */
export function isRamp(ramp: readonly RampStage[]): boolean {
  const grows = ramp.every(
    ({ sequences }, i) => Number.isInteger(sequences) && sequences > (ramp[i - 1]?.sequences ?? 0),
  );
  return (
    ramp.length > 0 &&
    grows &&
    ramp.every(({ share }) => share > 0) &&
    ramp.reduce((sum, { share }) => sum + share, 0) < 1
  );
}
