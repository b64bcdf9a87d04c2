/**
 * Reward-aware preference optimization (papers.md §4.4): D[βΔ ‖ η·Δr] − λ ln π(chosen). Where DPO widens every gap, this one stops at the
 * reward's. `distance`: backward, the published one, forward, squared or ipo.
 */
import type { ObjectiveConfig } from '../config/run.ts';
import { distances } from '../align/losses.ts';
import type { Objective } from './objective.ts';
import { pairObjective, setting } from './pairs.ts';
import { UserError } from '../util/errors.ts';
import { trainingWords } from '../words/training.ts';

export function rpo(settings: ObjectiveConfig): Objective {
  const kind = distances.find((one) => one === (settings.distance ?? 'backward'));
  if (!kind) throw new UserError(trainingWords.objectiveDistance(String(settings.distance), distances));
  return pairObjective('rpo', {
    kind,
    beta: setting(settings, 'beta', 0.3),
    eta: setting(settings, 'eta', 1, { zero: true }),
    sftWeight: setting(settings, 'sftWeight', 0.05, { zero: true }),
  });
}
