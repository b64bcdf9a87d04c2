/** TRL: SFTTrainer, RewardTrainer and DPOTrainer on the run's stages; attributes by transformers' Trainer, for TRL has no such loss. */
import type { KitFile } from '../plan.ts';
import { namesOf, type PlannedStage } from './plan.ts';
import attributesPy from './python/reward_attributes.py?raw';
import stagePy from './python/stage.py?raw';

/** `attributes`: names of so many outputs of a reward model. */
export function trl(stages: readonly PlannedStage[], attributes: (outputs: number) => readonly string[]): KitFile[] {
  const names = namesOf(stages);
  const outputs = stages.find(({ stage }) => stage === 'reward')?.objective.outputs ?? 5;
  const entries = stages.map(({ stage, seed, batch, epochs, rate, warmupSteps, end, objective }, i) => {
    const { beta, eta, sftWeight } = objective;
    const preference =
      stage === 'dpo' || stage === 'rpo' ? `, "beta": ${beta}, "eta": ${eta}, "sft_weight": ${sftWeight}` : '';
    return `    "${names[i]}": {"kind": "${stage}", "seed": ${seed}, "batch": ${batch}, "epochs": ${epochs}, "rate": ${rate}, "warmup": ${warmupSteps}, "end": ${end}${preference}},`;
  });
  const recipe = `"""The stages of the run, in order, and the reward model's outputs."""

STAGES = {
${entries.join('\n')}
}
ATTRIBUTES = ${JSON.stringify(attributes(outputs))}
`;
  // A reward model is an end: what comes after it starts from the stage before.
  let from = '"$BASE"';
  const lines = stages.map(({ stage }, i) => {
    const script = stage === 'reward' ? 'reward_attributes.py' : 'stage.py';
    const line = `python ${script} ${names[i]} ${from}`;
    if (stage !== 'reward') from = `out/${names[i]}`;
    return line;
  });
  return [
    { name: 'recipe.py', text: recipe },
    { name: 'stage.py', text: stagePy },
    { name: 'reward_attributes.py', text: attributesPy },
    {
      name: 'run.sh',
      text: `#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "\${BASH_SOURCE[0]}")"
BASE="\${1:?give the folder or name of the base model}"
${lines.join('\n')}
`,
    },
    { name: 'requirements.txt', text: 'torch>=2.4\ntransformers>=4.57,<6\ntrl>=0.24,<1\ndatasets>=3.0\n' },
  ];
}
