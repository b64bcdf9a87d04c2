/** Next-token prediction: the loss of pretraining and of continued pretraining, the mean −log p of all targets that count. */
import { headLoss } from '../ops/headLoss.ts';
import type { Objective } from './objective.ts';

export const nextToken: Objective = {
  name: 'next-token',
  columns: [],
  metrics: [],
  counted: ({ targets }, { vocab_size }) => targets.reduce((count, target) => count + (target < vocab_size ? 1 : 0), 0),
  record: (g, { states, head, training, scale }, { targets, stepWeight }) => ({
    loss: headLoss(g, states, head, targets, stepWeight, { training, scale }).loss,
  }),
};
