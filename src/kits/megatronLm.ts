/**
 * Megatron-LM (core_v0.19): one command, launched once a phase. The job saves and ends at --phase-transition-iterations, which needs
 * --train-samples; samples are then counted from the phase's start, and the rate goes on. Its scheduler's progress is in samples:
 * S − 1 steps of them, so that step S − 1 is at --min-lr exactly.
 */
import { stackDecay } from './decay.ts';
import type { KitFile, KitPlan } from './plan.ts';

/** Arguments as lines of a bash array. */
const array = (name: string, lines: readonly string[]): string =>
  `${name}=(\n${lines.map((line) => `  ${line}\n`).join('')})\n`;

function modelArguments({ family, config: { model, batch } }: KitPlan): string[] {
  const nemotron = family === 'nemotron';
  const form = nemotron ? '--normalization LayerNorm --apply-layernorm-1p' : '--normalization RMSNorm';
  const tied = model.tie_word_embeddings ? '' : ' --untie-embeddings-and-output-weights';
  return [
    `--use-mcore-models --disable-bias-linear${tied}${family === 'qwen2' ? ' --add-qkv-bias' : ''}`,
    `--position-embedding-type rope --rotary-percent ${model.partial_rotary_factor} --rotary-base ${Math.round(model.rope_theta)}`,
    `${form} --norm-epsilon ${model.norm_eps} ${nemotron ? '--squared-relu' : '--swiglu'}`,
    `--num-layers ${model.num_hidden_layers} --hidden-size ${model.hidden_size} --ffn-hidden-size ${model.intermediate_size}`,
    `--num-attention-heads ${model.num_attention_heads} --kv-channels ${model.head_dim}`,
    `--group-query-attention --num-query-groups ${model.num_key_value_heads}`,
    `--seq-length ${batch.length} --max-position-embeddings ${model.max_position_embeddings}`,
    '--tokenizer-type HuggingFaceTokenizer --tokenizer-model "$TOKENIZER"',
    `--make-vocab-size-divisible-by ${model.vocab_size} # pads the vocabulary to the embedding's rows`,
  ];
}

function recipeArguments(plan: KitPlan): string[] {
  const { config, schedule, steps, switchStep, globalBatch, stages, position } = plan;
  const { optimizer, batch } = config;
  const decay = stackDecay(plan);
  const samples = (count: number): number => Math.round(count * globalBatch);
  // Thresholds are tokens: its calculator divides them by --seq-length.
  const grown = stages.map(({ sequences, rowsBefore }) => `${rowsBefore * batch.length}:${sequences}`).join(' ');
  const size = stages.length > 1 ? `--step-batch-size-schedule "${grown}"` : `--global-batch-size ${globalBatch}`;
  const style = decay.kind === 'wsd' ? 'WSD' : decay.kind;
  const warm = schedule.warmupSteps > 0 ? ` --lr-warmup-init ${schedule.warmupStart}` : '';
  return [
    `--train-samples ${samples(position(steps))} ${size} --micro-batch-size "$MICRO_BATCH"`,
    `--lr ${schedule.peak} --min-lr ${decay.kind === 'constant' ? schedule.peak : schedule.end} --lr-decay-style ${style}`,
    `--lr-decay-samples ${samples(decay.end)} --lr-warmup-samples ${samples(position(schedule.warmupSteps))}${warm}`,
    ...(decay.kind === 'wsd'
      ? [`--lr-wsd-decay-style ${decay.shape} --lr-wsd-decay-samples ${samples(decay.length)}`]
      : []),
    ...(switchStep === null ? [] : [`--phase-transition-iterations ${switchStep}`]),
    `--adam-beta1 ${optimizer.beta1} --adam-beta2 ${optimizer.beta2} --adam-eps ${optimizer.epsilon}`,
    `--weight-decay ${optimizer.weight_decay} --clip-grad ${optimizer.max_grad_norm}`,
    '--override-opt_param-scheduler --bf16',
    `--seed ${config.seed + 1} --split 99,1,0 # Megatron wants a seed above 0`,
    `--log-interval 1 --save-interval ${Math.max(1, Math.ceil(steps / 10))} --eval-interval ${Math.max(1, Math.ceil(steps / 10))} --eval-iters 10`,
  ];
}

/** `which`: 0 or 1. */
function phaseScript({ blends }: KitPlan, which: 0 | 1): string {
  const start =
    which === 0
      ? `if [[ -f "$CHECKPOINTS/latest_checkpointed_iteration.txt" ]]; then
  START=(--load "$CHECKPOINTS") # continues this phase
else
  START=(--load "$PRETRAINED" --finetune) # weights alone; steps, moments and data from the beginning
fi
`
      : 'START=(--load "$CHECKPOINTS") # where phase 1 has saved and ended\n';
  const paths = Object.entries(blends[which]).map(([source, share]) => `${share} "$DATA/${source}_text_document"`);
  return `#!/usr/bin/env bash
# Phase ${which + 1}. Weights are shares of samples of equal length, and so of tokens.
source "$(dirname "\${BASH_SOURCE[0]}")/arguments.sh"
${start}${array('BLEND', paths)}torchrun --nproc_per_node "$GPUS" "$MEGATRON/pretrain_gpt.py" "\${MODEL[@]}" "\${RECIPE[@]}" "\${START[@]}" \\
  --save "$CHECKPOINTS" --data-path "\${BLEND[@]}"
`;
}

export function megatronLm(plan: KitPlan): KitFile[] {
  return [
    {
      name: 'arguments.sh',
      text: `# Megatron-LM core_v0.19. What both phases share; sourced by phase1.sh and phase2.sh.
set -euo pipefail
: "\${MEGATRON:?the folder of Megatron-LM}" "\${PRETRAINED:?the base checkpoint as Megatron saves one}"
TOKENIZER=\${TOKENIZER:-model}         # the HuggingFace folder
DATA=\${DATA:-data}                   # prepare.sh fills it
CHECKPOINTS=\${CHECKPOINTS:-checkpoints}
GPUS=\${GPUS:-8}
MICRO_BATCH=\${MICRO_BATCH:-1}
${array('MODEL', modelArguments(plan))}${array('RECIPE', recipeArguments(plan))}`,
    },
    {
      name: 'prepare.sh',
      text: `#!/usr/bin/env bash
# Each source's .jsonl, a document a line under "text", becomes SOURCE_text_document.{bin,idx}.
source "$(dirname "\${BASH_SOURCE[0]}")/arguments.sh"
for source in ${plan.sources.join(' ')}; do
  python "$MEGATRON/tools/preprocess_data.py" --input "$DATA/$source.jsonl" --output-prefix "$DATA/$source" \\
    --tokenizer-type HuggingFaceTokenizer --tokenizer-model "$TOKENIZER" --append-eod --workers "$(nproc)"
done
`,
    },
    { name: 'phase1.sh', text: phaseScript(plan, 0) },
    ...(plan.switchStep === null ? [] : [{ name: 'phase2.sh', text: phaseScript(plan, 1) }]),
    {
      name: 'run.sh',
      text: `#!/usr/bin/env bash
set -euo pipefail
here="$(dirname "\${BASH_SOURCE[0]}")"
bash "$here/phase1.sh"
${plan.switchStep === null ? '' : 'bash "$here/phase2.sh"\n'}`,
    },
  ];
}
