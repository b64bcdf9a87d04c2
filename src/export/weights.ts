/** The tensors of a model's HuggingFace folder and what can be wrong with them (names and shapes: papers.md §5.3). */
import type { ModelConfig } from '../config/run.ts';
import { hasBiases } from '../model/llamaFamily.ts';
import { quoted } from '../util/quoted.ts';
import { ImportError } from './importError.ts';
import type { Weight } from './parts.ts';
import { weightWords } from '../words/model.ts';

/**
 * Name and shape of every tensor. V vocab, D hidden, F ffn, H heads, K kv heads, d head dim, L layers. A generator,
 * because a hostile config.json may claim two thousand million layers: the first one missing ends the matter.
 */
export function* modelTensors(model: ModelConfig): Generator<{ name: string; shape: number[] }> {
  const { vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d } = model;
  const Hd = model.num_attention_heads * d;
  const Kd = model.num_key_value_heads * d;
  const isLlama = model.model_type !== undefined && model.model_type !== 'nemotron';
  const norm = (name: string) =>
    (isLlama ? ['weight'] : ['weight', 'bias']).map((leaf) => ({ name: `${name}.${leaf}`, shape: [D] }));
  yield { name: 'model.embed_tokens.weight', shape: [V, D] };
  for (let layer = 0; layer < L; layer++) {
    const at = `model.layers.${layer}`;
    yield* norm(`${at}.input_layernorm`);
    yield { name: `${at}.self_attn.q_proj.weight`, shape: [Hd, D] };
    yield { name: `${at}.self_attn.k_proj.weight`, shape: [Kd, D] };
    yield { name: `${at}.self_attn.v_proj.weight`, shape: [Kd, D] };
    if (hasBiases(model)) {
      yield { name: `${at}.self_attn.q_proj.bias`, shape: [Hd] };
      yield { name: `${at}.self_attn.k_proj.bias`, shape: [Kd] };
      yield { name: `${at}.self_attn.v_proj.bias`, shape: [Kd] };
    }
    yield { name: `${at}.self_attn.o_proj.weight`, shape: [D, Hd] };
    yield* norm(`${at}.post_attention_layernorm`);
    if (isLlama) yield { name: `${at}.mlp.gate_proj.weight`, shape: [F, D] };
    yield { name: `${at}.mlp.up_proj.weight`, shape: [F, D] };
    yield { name: `${at}.mlp.down_proj.weight`, shape: [D, F] };
  }
  yield* norm('model.norm');
  if (!model.tie_word_embeddings) yield { name: 'lm_head.weight', shape: [V, D] };
}

/**
 * The weights are exactly the model's: every tensor there, of its shape, no other, and all values finite.
 * @throws ImportError missing-tensor, tensor-shape, non-finite, unexpected-tensor.
 */
export function checkWeights(model: ModelConfig, weights: ReadonlyMap<string, Weight>): void {
  checkShapes(model, weights);
  for (const [name, { data }] of weights) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) continue;
    throw new ImportError('non-finite', weightWords.nonFinite(name, data[bad]!, bad));
  }
}

/** As checkWeights, before a value is read. */
export function checkShapes(model: ModelConfig, weights: ReadonlyMap<string, Pick<Weight, 'shape'>>): void {
  let count = 0;
  for (const { name, shape } of modelTensors(model)) {
    const weight = weights.get(name);
    if (!weight) throw missing(name, shape, weights.size);
    if (weight.shape.join() !== shape.join()) throw wrongShape(name, shape, weight.shape);
    count++;
  }
  if (count === weights.size) return;
  const known = new Set(Array.from(modelTensors(model), ({ name }) => name));
  const extra = [...weights.keys()].find((name) => !known.has(name))!;
  throw new ImportError(
    'unexpected-tensor',
    weightWords.unexpected(
      quoted(extra),
      weights.get(extra)!.shape,
      model.model_type ?? 'nemotron',
      model.num_hidden_layers,
    ),
  );
}

function missing(name: string, shape: number[], found: number): ImportError {
  const layer = /^model\.layers\.(\d+)/.exec(name)?.[1];
  const cause =
    name === 'lm_head.weight'
      ? weightWords.maybeTied
      : layer
        ? weightWords.manyLayers(layer)
        : weightWords.otherArchitecture;
  return new ImportError('missing-tensor', weightWords.missing(name, shape, found, cause));
}

function wrongShape(name: string, expected: readonly number[], found: readonly number[]): ImportError {
  return new ImportError('tensor-shape', weightWords.shape(name, found, expected, likelyCause(name, expected, found)));
}

function likelyCause(name: string, expected: readonly number[], found: readonly number[]): string {
  const [rows, columns] = expected;
  if (expected.length === 2 && found[0] === columns && found[1] === rows) {
    return weightWords.transposed;
  }
  if (found[1] === columns && /embed_tokens|lm_head/.test(name)) return weightWords.otherVocabulary(found[0]!);
  if (found[1] === columns && /[kv]_proj/.test(name)) return weightWords.otherHeads;
  return weightWords.otherModel;
}
