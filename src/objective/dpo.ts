/** Direct preference optimization (papers.md §4.4): −ln σ(βΔ) − λ ln π(chosen). */
import type { ObjectiveConfig } from '../config/run.ts';
import type { Objective } from './objective.ts';
import { pairObjective, setting } from './pairs.ts';

export const dpo = (settings: ObjectiveConfig): Objective =>
  pairObjective('dpo', {
    kind: 'dpo',
    beta: setting(settings, 'beta', 0.3),
    eta: 0,
    sftWeight: setting(settings, 'sftWeight', 0.05, { zero: true }),
  });
