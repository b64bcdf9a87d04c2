/** The Nemotron architecture, forward only (papers.md §5.1). Letters: B rows, T tokens, N = B·T, D hidden, L layers, V vocabulary. */
import type { ModelConfig } from '../config/run.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { attention } from '../ops/attention.ts';
import { embedding, type TokenIndex } from '../ops/embedding.ts';
import { layerNorm } from '../ops/layerNorm.ts';
import { linear } from '../ops/linear.ts';
import { squaredReluMlp } from '../ops/mlp.ts';
import { parameterList } from './parameters.ts';

export interface NemotronInputs {
  /** (N) u32. */
  tokens: Tensor;
  /** Positions by token id: needed to differentiate, not to score. */
  index?: TokenIndex;
  /** (N) u32, where packed documents are to be kept apart. */
  documentStart?: Tensor;
}

export interface NemotronOptions {
  /** Keep only each layer's input and compute its inside again in the backward pass. */
  checkpoint?: boolean;
  /** Called once a layer is recorded, with its number: its nodes are the graph's last. */
  afterLayer?: (layer: number) => void;
  /** How activations are stored; f16 needs matrices stored so too. */
  dtype?: 'f32' | 'f16';
}

/** The attention's shape for B rows of T tokens. */
export function attentionShape(model: ModelConfig, B: number, T: number) {
  return {
    B,
    T,
    H: model.num_attention_heads,
    K: model.num_key_value_heads,
    d: model.head_dim,
    ropeTheta: model.rope_theta,
    ropeFactor: model.partial_rotary_factor,
  };
}

/** Declares every weight of the model in storage order; `weight('model.norm.weight')` finds one. */
export function declareWeights(g: Graph, model: ModelConfig): (name: string) => Tensor {
  const weights = new Map(parameterList(model).map(({ name, shape }) => [name, g.parameter(name, shape)]));
  return (name) => {
    const tensor = weights.get(name);
    if (!tensor) throw new Error(`the model has no weight named ${name}`);
    return tensor;
  };
}

/**
 * What products read instead of the f32 weights where activations are f16: the weights' copies (ops/halfWeights.ts). The embedding,
 * norms and biases stay f32: they are read, not multiplied in bulk.
 */
export function withHalfMatrices(
  weight: (name: string) => Tensor,
  half: (parameter: Tensor) => Tensor,
): (name: string) => Tensor {
  const copies = new Map<string, Tensor>();
  return (name) => {
    const parameter = weight(name);
    if (parameter.shape.length < 2 || name === embeddingName) return parameter;
    let copy = copies.get(name);
    if (!copy) copies.set(name, (copy = half(parameter)));
    return copy;
  };
}

const embeddingName = 'model.embed_tokens.weight';

/**
 * h = E[tokens]; per layer h += W_o·Attn(LN1P(h)), h += MLP(LN1P(h)); returns LN1P(h), (N, D), what the head reads.
 */
export function nemotron(
  g: Graph,
  model: ModelConfig,
  weight: (name: string) => Tensor,
  { tokens, index, documentStart }: NemotronInputs,
  [B, T]: [number, number],
  { checkpoint, dtype, afterLayer }: NemotronOptions = {},
): Tensor {
  const eps = model.norm_eps;
  const norm = (x: Tensor, at: string): Tensor => layerNorm(g, x, weight(`${at}.weight`), weight(`${at}.bias`), eps);
  const shape = attentionShape(model, B, T);

  const layer = (h: Tensor, at: string): Tensor => {
    const qkv = linear(g, norm(h, `${at}.input_layernorm`), weight(`${at}.self_attn.qkv_proj.weight`)); // (N, (H+2K)d)
    const attended = attention(g, qkv, shape, documentStart); // (N, H·d)
    const mid = linear(g, attended, weight(`${at}.self_attn.o_proj.weight`), h); // (N, D)
    const normed = norm(mid, `${at}.post_attention_layernorm`);
    return squaredReluMlp(g, normed, weight(`${at}.mlp.up_proj.weight`), weight(`${at}.mlp.down_proj.weight`), mid);
  };

  let h = embedding(g, weight(embeddingName), tokens, index, dtype); // (N, D)
  for (let i = 0; i < model.num_hidden_layers; i++) {
    const at = `model.layers.${i}`;
    h = checkpoint ? g.checkpoint(() => layer(h, at)) : layer(h, at);
    afterLayer?.(i);
  }
  return norm(h, 'model.norm');
}
