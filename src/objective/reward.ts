/**
 * A reward model (papers.md §4.2): a linear map from the state of a row's last token, the judge's mark, to five attributes or nine. Masked
 * squared error, the mean over the step's labels.
 */
import type { ObjectiveConfig } from '../config/run.ts';
import type { Parameter } from '../model/parameters.ts';
import { linear } from '../ops/linear.ts';
import { rewardLoss } from '../ops/align/rewardLoss.ts';
import { stepTotal } from '../ops/sums.ts';
import type { Objective } from './objective.ts';

/** HuggingFace's name of a sequence classifier's head. */
export const scoreHead = 'score.weight';

/**
 * The head with so many outputs, in rows of whole vec4: what is over reads and learns nothing. It starts at 0, so that the first step says
 * the same of every answer.
 */
export function scoreParameter(outputs: number, width: number): Parameter {
  const rows = 4 * Math.ceil(outputs / 4);
  const parts = [{ name: scoreHead, rows: outputs }];
  if (rows > outputs) parts.push({ name: 'score.unused', rows: rows - outputs });
  return { name: scoreHead, shape: [rows, width], parts, decay: false, init: { kind: 'zeros' } };
}

export function reward({ outputs = 5 }: ObjectiveConfig): Objective {
  if (outputs !== 5 && outputs !== 9) throw new Error(`objective.outputs is ${String(outputs)}: give 5 or 9`);
  return {
    name: 'reward',
    columns: [
      { name: 'last', dtype: 'u32', per: 'row' },
      { name: 'labels', dtype: 'f32', per: 'row', width: outputs },
      { name: 'mask', dtype: 'f32', per: 'row', width: outputs },
    ],
    metrics: [],
    parameters: ({ hidden_size: D }) => [scoreParameter(outputs, D)],
    counted: ({ columns }) => (columns!.mask as Float32Array).reduce((sum, one) => sum + one, 0),
    record(g, { states, weight, scale }, { stepWeight, columns }) {
      const predictions = linear(g, states, weight(scoreHead));
      const { last, labels, mask } = columns;
      const errors = rewardLoss(g, predictions, { last: last!, labels: labels!, mask: mask! }, outputs);
      return { loss: stepTotal(g, 'loss', errors, stepWeight, scale) };
    },
  };
}
