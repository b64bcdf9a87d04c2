/** Whole models, recorded from their architecture: over rows of tokens, and token by token with a cache. */
import type { ModelConfig } from '../config/run.ts';
import { Graph, type Tensor } from '../graph/graph.ts';
import { attention } from '../ops/attention/attention.ts';
import { cachedAttention } from '../ops/attention/cachedAttention.ts';
import type { TokenIndexTensors } from '../ops/embedding.ts';
import { linear } from '../ops/linear.ts';
import { type Architecture, type Recorder, recorderOf } from './architecture.ts';
import { llamas } from './llama.ts';
import { nemotron } from './nemotron.ts';
import { familyOf, registerFamily } from './parameters.ts';

const architectures = new Map<string, Architecture>(
  [nemotron, ...llamas].map((architecture) => [architecture.family.type, architecture]),
);

/** From now on models with its `model_type` are recorded by it. */
export function registerArchitecture(architecture: Architecture): void {
  registerFamily(architecture.family);
  architectures.set(architecture.family.type, architecture);
}

export const architectureOf = (model: ModelConfig): Architecture => architectures.get(familyOf(model).type)!;

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

export interface ForwardInputs {
  /** (N) u32. */
  tokens: Tensor;
  /** Positions by token id: needed to differentiate, not to score. */
  index?: TokenIndexTensors;
  /** (N) u32, where packed documents are to be kept apart. */
  documentStart?: Tensor;
}

export interface ForwardOptions {
  /** Keep only each layer's input and compute its inside again in the backward pass. */
  checkpoint?: boolean;
  /** Called once a layer is recorded, with its number: its nodes are the graph's last. */
  afterLayer?: (layer: number) => void;
  /** How activations are stored; f16 needs matrices stored so too. */
  dtype?: 'f32' | 'f16';
}

/** B rows of T tokens → (N, D), what the head reads. */
export function forward(
  record: Recorder,
  { tokens, index, documentStart }: ForwardInputs,
  [B, T]: [number, number],
  { checkpoint, dtype, afterLayer }: ForwardOptions = {},
): Tensor {
  const { g, model } = record;
  const architecture = architectureOf(model);
  const attend = (qkv: Tensor): Tensor => attention(g, qkv, attentionShape(model, B, T), documentStart);
  let h = architecture.embed(record, tokens, index, dtype);
  for (let i = 0; i < model.num_hidden_layers; i++) {
    const layer = (): Tensor => architecture.layer(record, h, i, attend);
    h = checkpoint ? g.checkpoint(layer) : layer();
    afterLayer?.(i);
  }
  return architecture.last(record, h);
}

/** The decoder of R rows over a model's weights, (R) tokens in and (R, V) logits out; its context is max_position_embeddings tokens. */
export function decoderGraph(model: ModelConfig, label: string, rows = 1) {
  const g = new Graph();
  const token = g.input('token', [rows], 'u32');
  const position = g.input('position', [rows], 'u32');
  const record = recorderOf(g, model);
  const architecture = architectureOf(model);
  const { B: R, T: Tmax, ...heads } = attentionShape(model, rows, model.max_position_embeddings);
  const width = model.num_key_value_heads * model.head_dim;
  let h = architecture.embed(record, token); // (R, D)
  for (let i = 0; i < model.num_hidden_layers; i++) {
    const keys = g.state(`${label} keys ${i}`, [R, Tmax, width]);
    const values = g.state(`${label} values ${i}`, [R, Tmax, width]);
    const attend = (qkv: Tensor): Tensor => cachedAttention(g, qkv, keys, values, position, { R, Tmax, ...heads });
    h = architecture.layer(record, h, i, attend);
  }
  const logits = linear(g, architecture.last(record, h), architecture.head(record)); // (R, V)
  return { g, token, position, logits, length: Tmax };
}
