/** HuggingFace's Trainer with Accelerate: the script as it stands, and recipe.py with the run's numbers before the schedule. */
import { decayOf } from '../optim/schedule.ts';
import { type KitFile, type KitPlan, python } from './plan.ts';
import schedulePy from './python/schedule.py?raw';
import trainPy from './python/train_cpt.py?raw';

export function hfTrainer(plan: KitPlan): KitFile[] {
  const { config, schedule, steps, switchStep, blends, globalBatch } = plan;
  const { optimizer, batch } = config;
  const decay = decayOf(schedule, steps);
  const numbers = `"""The recipe's numbers, and what follows from them for every step. Rates and shares are Rekindle's own."""

import math

SEED = ${config.seed}
STEPS = ${steps}
SWITCH = ${switchStep ?? 'None'}
PEAK = ${schedule.peak}
END = ${schedule.end}
WARMUP = ${schedule.warmupSteps}
WARMUP_START = ${schedule.warmupStart}
# Last step at the peak, steps from there to the end, shape.
DECAY = ${decay ? `(${decay.from}, ${Math.max(1, decay.length)}, "${decay.shape}")` : 'None'}
BETA1 = ${optimizer.beta1}
BETA2 = ${optimizer.beta2}
EPSILON = ${optimizer.epsilon}
WEIGHT_DECAY = ${optimizer.weight_decay}
MAX_GRAD_NORM = ${optimizer.max_grad_norm}
SEQUENCE_LENGTH = ${batch.length}
GLOBAL_BATCH = ${globalBatch}
# Shares of tokens by source, phase by phase.
BLENDS = (
    ${python(blends[0])},
    ${python(blends[1])},
)
`;
  const launch = (phase: 1 | 2): string =>
    `accelerate launch --num_processes "\${GPUS:-8}" --mixed_precision bf16 train_cpt.py --phase ${phase} "$@"\n`;
  return [
    { name: 'recipe.py', text: numbers + schedulePy },
    { name: 'train_cpt.py', text: trainPy },
    {
      name: 'run.sh',
      text: `#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "\${BASH_SOURCE[0]}")"
${launch(1)}${switchStep === null ? '' : launch(2)}`,
    },
    { name: 'requirements.txt', text: 'torch>=2.4\ntransformers>=4.57,<6\naccelerate>=1.0\ndatasets>=3.0\n' },
  ];
}
