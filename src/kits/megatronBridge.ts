/**
 * Megatron-Bridge 0.6: two YAML files of the shape of NVIDIA's own two-phase pretraining (NVIDIA-NeMo/Nemotron, super3): train_iters
 * and scheduler the same in both, the blend's file another, phase 2 loads what phase 1 has saved.
 */
import { stackDecay } from './decay.ts';
import { json, type KitFile, type KitPlan } from './plan.ts';

/** Of each family the smallest recipe that there is: whoever launches puts their own model in its place. */
const RECIPES = {
  nemotron: {
    name: 'nemotronh.nemotron_3_nano_4b.nemotron_3_nano_4b_pretrain_config',
    said: "The recipe's model is NVIDIA's hybrid of 4 B parameters: put your own in its place.",
  },
  llama: {
    name: 'llama.llama3.llama32_1b_pretrain_config',
    said: "The recipe's model is Llama 3.2 of 1 B parameters, its name not tried: put your own in its place.",
  },
  qwen2: {
    name: 'qwen.qwen2.qwen2_500m_pretrain_config',
    said: "The recipe's model is Qwen2 of 0.5 B parameters, its name not tried: put your own in its place.",
  },
} as const;

/** A number as YAML 1.1 reads one: 1e-7 without a dot would be a text. */
export function yamlNumber(value: number): string {
  const text = String(value);
  return /e/.test(text) && !text.includes('.') ? text.replace('e', '.0e') : text;
}

const section = (name: string, entries: readonly (readonly [string, string | number | boolean])[]): string =>
  `${name}:\n${entries
    .map(([key, value]) => `  ${key}: ${typeof value === 'number' ? yamlNumber(value) : value}\n`)
    .join('')}`;

function phaseYaml(plan: KitPlan, which: 0 | 1): string {
  const { config, schedule, steps, switchStep, globalBatch } = plan;
  const { optimizer, batch } = config;
  const decay = stackDecay(plan);
  const ends = which === 0 && switchStep !== null;
  return [
    `# Megatron-Bridge 0.6.0, phase ${which + 1}. ${RECIPES[plan.family].said}
`,
    section('recipe', [['_target_', `megatron.bridge.recipes.${RECIPES[plan.family].name}`]]),
    section('data', [
      ['per_split_data_args_path', `blend_phase${which + 1}.json`],
      ['seq_length', batch.length],
    ]),
    section('train', [
      ['train_iters', steps],
      ['global_batch_size', globalBatch],
      ['micro_batch_size', 1],
      ...(ends ? ([['exit_interval', switchStep]] as const) : []),
    ]),
    section('scheduler', [
      ['lr_decay_style', decay.kind === 'wsd' ? 'WSD' : decay.kind],
      ['lr_decay_iters', decay.end],
      ['lr_warmup_iters', schedule.warmupSteps],
      ...(schedule.warmupSteps > 0 ? ([['lr_warmup_init', schedule.warmupStart]] as const) : []),
      ...(decay.kind === 'wsd'
        ? ([
            ['lr_wsd_decay_style', decay.shape],
            ['lr_wsd_decay_iters', decay.length],
          ] as const)
        : []),
      ['start_weight_decay', optimizer.weight_decay],
      ['end_weight_decay', optimizer.weight_decay],
      ['override_opt_param_scheduler', true],
    ]),
    section('optimizer', [
      ['lr', schedule.peak],
      ['min_lr', decay.kind === 'constant' ? schedule.peak : schedule.end],
      ['adam_beta1', optimizer.beta1],
      ['adam_beta2', optimizer.beta2],
      ['adam_eps', optimizer.epsilon],
      ['weight_decay', optimizer.weight_decay],
      ['clip_grad', optimizer.max_grad_norm],
    ]),
    section('checkpoint', [
      ['save', `checkpoints/phase${which + 1}`],
      ...(which === 0
        ? ([
            ['pretrained_checkpoint', 'checkpoints/pretrained'],
            ['save_interval', switchStep ?? steps],
          ] as const)
        : ([
            ['load', 'checkpoints/phase1'],
            ['save_interval', steps],
          ] as const)),
    ]),
  ].join('\n');
}

/** Weight and path by turns, as Megatron's --per-split-data-args-path takes them. */
function blendJson({ blends }: KitPlan, which: 0 | 1): string {
  const list = (split: string): string[] =>
    Object.entries(blends[which]).flatMap(([source, share]) => [String(share), `data/${source}_${split}`]);
  return json({ train: list('text_document'), valid: list('valid_text_document'), test: [] });
}

export function megatronBridge(plan: KitPlan): KitFile[] {
  const phases = plan.switchStep === null ? ([0] as const) : ([0, 1] as const);
  return phases.flatMap((which) => [
    { name: `phase${which + 1}.yaml`, text: phaseYaml(plan, which) },
    { name: `blend_phase${which + 1}.json`, text: blendJson(plan, which) },
  ]);
}
