/**
 * What objectives of preferences have in common: rows 2p and 2p + 1 of a batch are the chosen and the rejected answer to one prompt, each a
 * row of its own, whose targets are the answer's tokens. The reference's log-probabilities come with the batch: they are computed once.
 */
import type { Graph, Tensor } from '../graph/graph.ts';
import { pairMeasures } from '../ops/align/pairMeasures.ts';
import { preference, type PreferenceSettings } from '../ops/align/preference.ts';
import { logProb } from '../ops/logProb.ts';
import { rowSums, stepTotal } from '../ops/sums.ts';
import type { BatchTensors, Objective, RecordedModel } from './objective.ts';
import { UserError } from '../util/errors.ts';
import { trainingWords } from '../words/training.ts';

/** Log-probabilities of whole answers, nats, their growth over the reference, and the share of pairs in the right order. */
export const pairMetrics = ['chosen', 'rejected', 'chosenGain', 'rejectedGain', 'right'] as const;

/** (B): log π of every answer. Ignored targets have log-probability 0. */
function answerLogProbs(g: Graph, { states, head, shape: [B, T] }: RecordedModel, targets: Tensor): Tensor {
  const ones = g.constant('ones', [B * T], () => new Float32Array(B * T).fill(1));
  return rowSums(g, logProb(g, states, head, targets), ones, B);
}

/** Loss and measurements as means over the step's pairs. */
function record(g: Graph, model: RecordedModel, batch: BatchTensors, settings: PreferenceSettings) {
  const { references, rewards, counts } = batch.columns as Record<string, Tensor>;
  const logProbs = answerLogProbs(g, model, batch.targets);
  const pairs = { logProbs, references: references!, rewards: rewards!, counts: counts! };
  const loss = stepTotal(g, 'loss', preference(g, pairs, settings), batch.stepWeight, model.scale);
  const measures = pairMeasures(g, pairs);
  const metrics = pairMetrics.map((name) => [name, stepTotal(g, name, measures[name], batch.stepWeight)] as const);
  return { loss, metrics: Object.fromEntries(metrics) };
}

export const pairObjective = (name: string, settings: PreferenceSettings): Objective => ({
  name,
  columns: [
    { name: 'references', dtype: 'f32', per: 'row' },
    { name: 'rewards', dtype: 'f32', per: 'row' },
    { name: 'counts', dtype: 'f32', per: 'row' },
  ],
  metrics: pairMetrics,
  counted: ({ columns }) => (columns!.counts as Float32Array).reduce((sum, one) => sum + one, 0) / 2,
  record: (g, model, batch) => record(g, model, batch, settings),
});

/** A setting of an objective: a finite number, above 0 or from 0 on. */
export function setting(
  settings: Record<string, unknown>,
  name: string,
  otherwise: number,
  { zero = false } = {},
): number {
  const value = settings[name] ?? otherwise;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || (value === 0 && !zero))
    throw new UserError(trainingWords.objectiveNumber(name, String(value), zero));
  return value;
}
