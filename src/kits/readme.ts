/** README.md of a kit: what it holds, what was checked, and what a toy can and cannot say about a large run. */
import { type KitPlan, type ModelFamily, type Stack, withoutRamp } from './plan.ts';

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** Widths that the advice speaks of, as multiples of this model's. */
const WIDTHS = [2, 4, 16, 64];

/** What of the model carries over, and what does not, by family where that differs. */
const BRIDGES: Record<ModelFamily, string> = {
  nemotron:
    'Its bridge for `NemotronForCausalLM` is to go in 0.7. The `recipe` named is of a hybrid model: put your own in its place.',
  llama:
    '`AutoBridge.from_hf_pretrained` reads the exported folder. The `recipe` named is of Llama 3.2 1B: put your own in its place.',
  qwen2:
    '`AutoBridge.from_hf_pretrained` reads the exported folder. The `recipe` named is of Qwen2 0.5B: put your own in its place.',
};
const TITANS: Record<ModelFamily, string> = {
  nemotron: 'for torchtitan has no Nemotron.',
  llama: 'for the sizes of torchtitan’s own Llama 3 are set by its flavours: give `MODEL_SPEC` one with this model’s.',
  qwen2: 'for torchtitan has Qwen3 and no Qwen2.',
};
const CARRIED: Record<ModelFamily, string> = {
  nemotron: `- LayerNorm-1P stores γ − 1, as Megatron's \`--apply-layernorm-1p\` does.
- llama.cpp's converter knows \`NemotronForCausalLM\` but expects a SentencePiece tokenizer: a byte-level one does not convert as it is.`,
  llama: `- Weights, tokenizer and RoPE are as the folder that you gave had them, and load as \`LlamaForCausalLM\`. Megatron-LM wants them in its own form first, which Megatron-Bridge’s \`AutoBridge\` writes.
- The recipe's numbers were found for Nemotron-4. Schedule, switch and blends carry over as they are; the rate depends on the base, not on the family.
- llama.cpp's converter reads \`LlamaForCausalLM\`.`,
  qwen2: `- Weights, tokenizer and RoPE are as the folder that you gave had them, and load as \`Qwen2ForCausalLM\`; q, k and v have biases (\`--add-qkv-bias\`). Megatron-LM wants them in its own form first, which Megatron-Bridge’s \`AutoBridge\` writes.
- The recipe's numbers were found for Nemotron-4. Schedule, switch and blends carry over as they are; the rate depends on the base, not on the family.
- llama.cpp's converter reads \`Qwen2ForCausalLM\`.`,
};

const folders = (family: ModelFamily): Record<Stack, string> => ({
  'megatron-lm':
    '`megatron-lm/`: Megatron-LM core_v0.19. `prepare.sh` once, then `run.sh`: phase 1 saves and ends at the switch, phase 2 continues from there with the second blend. The base is loaded with `--finetune`: weights alone, Adam’s moments start at 0.',
  'hf-trainer':
    '`hf-trainer/`: transformers 4.57 to 5.17 with Accelerate. `run.sh` launches `train_cpt.py` twice. `interleave_datasets` counts documents, so the script measures how long a source’s documents are and converts the weights.',
  'megatron-bridge': `\`megatron-bridge/\`: Megatron-Bridge 0.6.0, two YAML files of the shape of NVIDIA’s own two-phase recipe. ${BRIDGES[family]} Phase 2 reads its blend from where phase 1’s count of samples stands.`,
  torchtitan: `\`torchtitan/\`: schedule and data only, ${TITANS[family]} For its main branch of August 2026; the last release, 0.2.2, reads TOML instead.`,
});

/** A line about batches that grow; nothing where they do not. */
function ramped(plan: KitPlan): string {
  const { stages, steps } = plan;
  if (stages.length < 2) return '';
  const grown = stages.map(({ sequences, firstStep }) => `${sequences} rows from step ${firstStep}`).join(', ');
  const whole = withoutRamp(plan);
  return `- The batch grows: ${grown}. The rate follows tokens. Megatron-LM is told by \`--step-batch-size-schedule\`, in tokens; its older \`--rampup-batch-size\` is ignored since 0.18. The other stacks have no such ramp for this kind of run: their files take the whole batch from the first step, ${whole.steps} steps instead of ${steps}, with ${whole.schedule.warmupSteps} of warm-up, for the same tokens and the same rate at the same token.
`;
}

/** `swept`: the kit has the numbers of a sweep of widths. */
export function readme(plan: KitPlan, stacks: readonly Stack[], swept = false): string {
  const { config, family, schedule, steps, switchStep, globalBatch, stages, position, sources, firstStepOfRun } = plan;
  const { model, batch } = config;
  const tokens = Math.round(position(steps) * globalBatch) * batch.length;
  const { peak } = schedule;
  const adapters = model.lora
    ? `- The run trained adapters of rank ${model.lora.rank} alone. These files train every weight: a rate for adapters is too high for that, by some ten times as a rule.\n`
    : '';
  return `# A two-phase recipe, to launch elsewhere

Made by Rekindle from a run of preset ${config.preset}, seed ${config.seed}. Names of options are those of November 2026.

- ${steps.toLocaleString('en-US')} steps of ${globalBatch} × ${batch.length} tokens${stages.length > 1 ? ', fewer at first' : ''}: ${tokens.toLocaleString('en-US')} tokens. Step 0 here is step ${firstStepOfRun} of the run.
${ramped(plan)}- Rate: ${schedule.kind}, from ${number(peak)} to ${number(schedule.kind === 'constant' ? peak : schedule.end)}, ${schedule.warmupSteps === 0 ? 'no warm-up' : `${schedule.warmupSteps} steps of warm-up`}. \`lr.csv\` has every step.
- ${switchStep === null ? 'One blend from the first step to the last.' : `The blend changes at step ${switchStep.toLocaleString('en-US')}, ${number((100 * switchStep) / steps)} % of the way.`} Weights are shares of tokens: \`blend_phase1.json\`, \`blend_phase2.json\`.
- \`recipe.json\` has all of it, and the run's whole configuration.

## Folders

${stacks.map((stack) => `- ${folders(family)[stack]}`).join('\n')}

Each source is a file of documents, a JSON object with a \`text\` a line: ${sources.map((name) => `\`data/${name}.jsonl\``).join(', ')}.

## The learning rate of a larger run

The recipe continues at the rate at which *your* base ended, not at this model's. If you do not know it, this run suggests a range and no more.
It assumes that the best rate falls with width, between not at all and as 1/width (what µP says of hidden matrices), everything else equal.
From this run's ${number(peak)} at width ${model.hidden_size}:

| width | range |
| --- | --- |
${WIDTHS.map((times) => `| ${times * model.hidden_size} | ${number(peak / times)} … ${number(peak)} |`).join('\n')}

Neither depth, batch size nor the number of tokens is in it. Try both ends and the middle for a few hundred steps first.
${swept ? '\n`mup/` has what was measured of it: losses by rate at several widths, in the standard parametrization and in µP, and the arguments of Megatron-LM for the latter.\n' : ''}
## What to know before you launch

- Steps, batch and length are those of a small run. To scale, change them together: the switch is a share of the steps, and \`lr.csv\` has one line a step.
- Rekindle's tests read these files back and compare rate and blend at 101 steps with its own. They do not run the stacks themselves.
${CARRIED[family]}
${adapters}- Small question sets are read many times over. Beyond four passes they teach little.
`;
}
