/**
 * The usual reward model, which the paper's is compared with (papers.md §4.2): one number an answer, learnt from which of two people preferred:
 * −ln σ(s(chosen) − s(rejected)) (Bradley–Terry). Rows are pairs (pairs.ts).
 */
import { linear } from '../ops/linear.ts';
import { pairMeasures } from '../ops/align/pairMeasures.ts';
import { preference } from '../ops/align/preference.ts';
import { rowSums, stepTotal } from '../ops/sums.ts';
import type { Objective } from './objective.ts';
import { scoreHead, scoreParameter } from './reward.ts';

/** Columns of the head's output: one is read, the others fill the vec4. */
const columnsOfHead = 4;

export const pairwise: Objective = {
  name: 'pairwise',
  columns: [
    // 1 at the first column of a row's last token, 0 elsewhere.
    { name: 'reads', dtype: 'f32', per: 'token', width: columnsOfHead },
    { name: 'counts', dtype: 'f32', per: 'row' },
  ],
  metrics: ['right'],
  parameters: ({ hidden_size: D }) => [scoreParameter(1, D)],
  counted: ({ columns }) => (columns!.counts as Float32Array).reduce((sum, one) => sum + one, 0) / 2,
  record(g, { states, weight, shape: [B], scale }, { stepWeight, columns }) {
    const { reads, counts } = columns;
    const predictions = linear(g, states, weight(scoreHead));
    const scores = rowSums(g, predictions, reads!, B);
    const none = g.constant('none', [B], () => new Float32Array(B));
    const pairs = { logProbs: scores, references: none, rewards: none, counts: counts! };
    const losses = preference(g, pairs, { kind: 'dpo', beta: 1, eta: 0, sftWeight: 0 });
    const loss = stepTotal(g, 'loss', losses, stepWeight, scale);
    return { loss, metrics: { right: stepTotal(g, 'right', pairMeasures(g, pairs).right, stepWeight) } };
  },
};
