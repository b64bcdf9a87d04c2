/** config.json of NemotronForCausalLM (keys, defaults and traps: papers.md §5.2), LlamaForCausalLM and Qwen2ForCausalLM, out and in. */
import type { ModelConfig } from '../config/run.ts';
import { isObject } from '../util/object.ts';
import { brief, shown } from '../util/quoted.ts';
import { ImportError } from './importError.ts';
import { modelConfigWords } from '../words/model.ts';

/**
 * The file's content. Three keys are written although transformers has a default, because a reader needs them:
 * num_key_value_heads (its default None breaks the code), head_dim, and RoPE's numbers both at the top (transformers 4)
 * and in rope_parameters (transformers 5). Documents are separated by one token, which therefore begins and ends a
 * text.
 */
export function huggingFaceConfig(model: ModelConfig, endOfText: number): Record<string, unknown> {
  const type = typeOf(model);
  const { fixed, epsilon } = KINDS[type];
  const { rope_theta, partial_rotary_factor } = model;
  const rope = type === 'nemotron' ? { rope_theta, partial_rotary_factor } : { rope_theta };
  return {
    architectures: [architectureName(model)],
    model_type: type,
    vocab_size: model.vocab_size,
    hidden_size: model.hidden_size,
    intermediate_size: model.intermediate_size,
    num_hidden_layers: model.num_hidden_layers,
    num_attention_heads: model.num_attention_heads,
    num_key_value_heads: model.num_key_value_heads,
    head_dim: model.head_dim,
    ...fixed,
    max_position_embeddings: model.max_position_embeddings,
    initializer_range: model.initializer_range,
    [epsilon]: model.norm_eps,
    ...rope,
    rope_parameters: { rope_type: 'default', ...rope },
    attention_dropout: 0,
    tie_word_embeddings: model.tie_word_embeddings ?? false,
    use_cache: true,
    torch_dtype: 'float32',
    bos_token_id: endOfText,
    eos_token_id: endOfText,
  };
}

/** Sizes beyond this are no model that could be here, and their products would leave the exact integers. */
const MAX_SIZE = 2 ** 31 - 1;

interface Kind {
  architecture: string;
  /** What this project computes and cannot be told to compute otherwise; transformers' default is the same. */
  fixed: Record<string, unknown>;
  /** What says nothing while `fixed` holds. */
  aside?: readonly string[];
  /** The key of norm_eps. */
  epsilon: string;
  /** transformers' defaults. */
  defaults: { norm_eps: number; initializer_range: number; partial_rotary_factor: number };
}

const llama = {
  epsilon: 'rms_norm_eps',
  defaults: { norm_eps: 1e-6, initializer_range: 0.02, partial_rotary_factor: 1 },
};

/** By model_type. */
const KINDS = {
  nemotron: {
    architecture: 'NemotronForCausalLM',
    fixed: { hidden_act: 'relu2', attention_bias: false, mlp_bias: false },
    epsilon: 'norm_eps',
    defaults: { norm_eps: 1e-5, initializer_range: 0.0134, partial_rotary_factor: 0.5 },
  },
  llama: {
    ...llama,
    architecture: 'LlamaForCausalLM',
    fixed: { hidden_act: 'silu', attention_bias: false, mlp_bias: false },
  },
  qwen2: {
    ...llama,
    architecture: 'Qwen2ForCausalLM',
    fixed: { hidden_act: 'silu', use_sliding_window: false },
    aside: ['sliding_window', 'max_window_layers'],
  },
} satisfies Record<string, Kind>;
type Type = keyof typeof KINDS;

const typeOf = ({ model_type = 'nemotron' }: ModelConfig): Type => {
  if (Object.hasOwn(KINDS, model_type)) return model_type as Type;
  throw new Error(`model_type ${model_type} has no config.json: there are ${Object.keys(KINDS).join(', ')}.`);
};

/** transformers' class. */
export const architectureName = (model: ModelConfig): string => KINDS[typeOf(model)].architecture;

/** Older names of partial_rotary_factor, which transformers still takes. */
const ROTARY_NAMES = ['partial_rotary_factor', 'rope_percent', 'rope_percentage'] as const;

/** Keys that say nothing of what a forward pass computes: about files, training, generation. */
const OF_NO_EFFECT = [
  ...[
    'architectures',
    'model_type',
    'transformers_version',
    '_name_or_path',
    'torch_dtype',
    'dtype',
    'use_cache',
    'auto_map',
  ],
  ...['bos_token_id', 'eos_token_id', 'pad_token_id', 'attention_dropout', 'hidden_dropout'],
  ...[
    'output_attentions',
    'output_hidden_states',
    'return_dict',
    'pretraining_tp',
    'max_length',
    'do_sample',
    'task_specific_params',
  ],
];
const READ = [
  ...[
    'vocab_size',
    'hidden_size',
    'intermediate_size',
    'num_hidden_layers',
    'num_attention_heads',
    'num_key_value_heads',
  ],
  ...['head_dim', 'max_position_embeddings', 'initializer_range', 'rope_theta', 'rope_parameters', 'rope_scaling'],
  ...ROTARY_NAMES,
  ...['tie_word_embeddings', 'layer_types'],
];

/** Keys of a config.json that are neither read nor known to be of no effect; of a long list the first few. */
export function unknownKeys(config: Record<string, unknown>): string[] {
  const kind: Kind | undefined = KINDS[own(config, 'model_type') as Type];
  const ofKind = kind ? [...Object.keys(kind.fixed), kind.epsilon, ...(kind.aside ?? [])] : [];
  const known = new Set([...OF_NO_EFFECT, ...READ, ...ofKind]);
  return Object.keys(config)
    .filter((key) => !known.has(key) && config[key] !== null)
    .slice(0, 8)
    .map((key) => brief(key));
}

/**
 * The architecture a config.json describes. Keys this project does not use are ignored (`unknownKeys` lists them); absent ones take
 * transformers' defaults where they are not sizes, and num_key_value_heads and head_dim the values its documentation gives.
 * @throws ImportError config.
 */
export function readHuggingFaceConfig(config: Record<string, unknown>): ModelConfig {
  const type = own(config, 'model_type');
  if (typeof type !== 'string' || !Object.hasOwn(KINDS, type))
    throw problem(modelConfigWords.modelType(Object.keys(KINDS), shown(type)));
  const { fixed, epsilon, defaults }: Kind = KINDS[type as Type];
  for (const [key, value] of Object.entries(fixed)) {
    const found = own(config, key) ?? value;
    if (found !== value) throw problem(modelConfigWords.fixed(key, shown(value), shown(found)));
  }
  const tied = own(config, 'tie_word_embeddings') ?? false;
  if (typeof tied !== 'boolean') throw problem(modelConfigWords.tied(shown(tied)));
  const kinds = own(config, 'layer_types') ?? [];
  const odd = Array.isArray(kinds) ? kinds.find((kind) => kind !== 'full_attention') : kinds;
  if (odd !== undefined) throw problem(modelConfigWords.layerTypes(shown(odd)));
  const hidden = size(config, 'hidden_size');
  const heads = size(config, 'num_attention_heads');
  const model: ModelConfig = {
    ...(type === 'nemotron' ? {} : { model_type: type, tie_word_embeddings: tied }),
    vocab_size: size(config, 'vocab_size'),
    hidden_size: hidden,
    intermediate_size: size(config, 'intermediate_size'),
    num_hidden_layers: size(config, 'num_hidden_layers'),
    num_attention_heads: heads,
    num_key_value_heads: size(config, 'num_key_value_heads', heads),
    head_dim: size(config, 'head_dim', hidden / heads),
    max_position_embeddings: size(config, 'max_position_embeddings'),
    initializer_range: number(config, 'initializer_range', defaults.initializer_range),
    norm_eps: number(config, epsilon, defaults.norm_eps),
    ...readRope(config, defaults.partial_rotary_factor),
  };
  if (heads % model.num_key_value_heads !== 0) {
    throw problem(modelConfigWords.sharedHeads(model.num_key_value_heads, heads));
  }
  // Truncated, as transformers does; RoPE turns pairs.
  const turned = Math.trunc(model.head_dim * model.partial_rotary_factor);
  if (turned % 2 !== 0) {
    throw problem(modelConfigWords.turned(model.partial_rotary_factor, model.head_dim, turned));
  }
  return model;
}

/** RoPE's numbers from the top level or from rope_parameters, by any of their names; where given twice they must agree. */
function readRope(
  config: Record<string, unknown>,
  turned: number,
): Pick<ModelConfig, 'rope_theta' | 'partial_rotary_factor'> {
  const nested = own(config, 'rope_parameters') ?? own(config, 'rope_scaling') ?? {};
  if (!isObject(nested)) throw problem(modelConfigWords.ropeParameters(shown(nested)));
  const kind = own(nested, 'rope_type') ?? own(nested, 'type') ?? 'default';
  if (kind !== 'default') throw problem(modelConfigWords.ropeType(shown(kind)));
  const value = (names: readonly string[], fallback: number): number => {
    const stated = names.flatMap((key) => [
      ...((own(config, key) ?? null) === null ? [] : [{ as: key, value: number(config, key, fallback) }]),
      ...((own(nested, key) ?? null) === null
        ? []
        : [{ as: modelConfigWords.within(key, 'rope_parameters'), value: number(nested, key, fallback) }]),
    ]);
    const [first, ...others] = stated;
    const other = others.find((one) => one.value !== first!.value);
    if (other) throw problem(modelConfigWords.differ(first!.as, first!.value, other.as, other.value));
    return first?.value ?? fallback;
  };
  const partial_rotary_factor = value(ROTARY_NAMES, turned);
  if (partial_rotary_factor > 1) throw problem(modelConfigWords.rotaryShare(partial_rotary_factor));
  return { rope_theta: value(['rope_theta'], 10000), partial_rotary_factor };
}

function size(config: Record<string, unknown>, key: string, fallback?: number): number {
  const value = own(config, key) ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIZE) return value;
  throw problem(modelConfigWords.size(key, MAX_SIZE, shown(value)));
}

function number(config: Record<string, unknown>, key: string, fallback: number): number {
  const value = own(config, key) ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw problem(modelConfigWords.number(key, shown(value)));
}

/** A key of the file itself, never of Object.prototype. */
function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function problem(reason: string): ImportError {
  return new ImportError('config', modelConfigWords.problem(reason));
}
