/** NeMo-RL: overrides of its own examples' configurations, one file a stage that it has. */
import type { KitFile } from '../plan.ts';
import { namesOf, type PlannedStage } from './plan.ts';

/** What NeMo-RL calls a stage, and its example of it. Of rewards it has pairs alone (Bradley–Terry). */
const examples = { sft: 'sft', reward: 'rm', dpo: 'dpo', rpo: 'dpo' } as const;

function configuration(
  { stage, seed, batch, epochs, rate, warmupSteps, objective }: PlannedStage,
  name: string,
): string {
  const preference =
    stage === 'dpo' || stage === 'rpo'
      ? `  reference_policy_kl_penalty: ${objective.beta} # β
  preference_average_log_probs: false
  sft_average_log_probs: false
  preference_loss_weight: 1
  sft_loss_weight: ${objective.sftWeight} # λ, of the sum over the answer's tokens, as here
`
      : '';
  const note =
    stage === 'rpo'
      ? '# This is DPO and not RPO: NeMo-RL names rpo_bwd_kl as still to come, so η and the rewards are not used.\n'
      : stage === 'reward'
        ? '# Pairs (Bradley–Terry) and not five attributes: NeMo-RL has no such loss. Its data are prompt, chosen, rejected.\n'
        : '';
  const dataset = stage === 'sft' ? 'ResponseDataset' : 'BinaryPreferenceDataset';
  return `${note}defaults: ${examples[stage]}.yaml
${examples[stage]}:
  max_num_epochs: ${epochs}
  seed: ${seed}
${preference}checkpointing:
  checkpoint_dir: results/${name}
policy:
  model_name: \${oc.env:MODEL}
  tokenizer:
    name: \${oc.env:MODEL}
  train_global_batch_size: ${batch}
  max_grad_norm: 1.0
  optimizer:
    kwargs:
      lr: ${rate}
      weight_decay: 0.0
      betas: [0.9, 0.95]
  scheduler:
    - name: torch.optim.lr_scheduler.LinearLR
      kwargs:
        start_factor: ${1 / Math.max(1, warmupSteps)}
        end_factor: 1.0
        total_iters: ${Math.max(1, warmupSteps)}
    - name: torch.optim.lr_scheduler.ConstantLR
      kwargs:
        factor: 1.0
        total_iters: 10000000000
    - milestones: [${Math.max(1, warmupSteps)}]
data:
  train:
    data_path: data/${name}.jsonl
  default:
    dataset_name: ${dataset}
`;
}

export function nemoRl(stages: readonly PlannedStage[]): KitFile[] {
  const names = namesOf(stages);
  const lines = stages.map(
    ({ stage }, i) => `MODEL="\${MODEL:?}" uv run examples/run_${examples[stage]}.py --config "$KIT/${names[i]}.yaml"`,
  );
  return [
    ...stages.map((stage, i) => ({ name: `${names[i]}.yaml`, text: configuration(stage, names[i]!) })),
    {
      name: 'run.sh',
      text: `#!/usr/bin/env bash
# From a checkout of NeMo-RL, after the files were copied into its examples/configs. Between two stages, convert the checkpoint
# to a HuggingFace folder (examples/converters) and set MODEL to it.
set -euo pipefail
KIT="\${KIT:-examples/configs}"
${lines.join('\n')}
`,
    },
  ];
}
