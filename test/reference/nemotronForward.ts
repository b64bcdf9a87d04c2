/**
 * NemotronForCausalLM's forward pass in float64, written from papers.md §5.1 alone: loops over numbers, nothing shared
 * with the project's model, ops or graph. It judges exported folders; it is not fast.
 *
 *     h = E[ids];  per layer: h += Attn(LN1P(h)), h += MLP(LN1P(h));  logits = W_lm · LN1P(h)
 *
 * Matrices are (out, in), row-major. Letters: T tokens, V vocab, D hidden, F ffn, H query heads, K kv heads, d head
 * dim.
 */
import { readCheckpoint, type Checkpoint, type Tensor } from './hf/folder.ts';

export interface ForwardResult {
  /** (T, V). */
  logits: Float64Array;
  /** nll[i] = −ln p(ids[i + 1] | ids[0 … i]), nats: T − 1 of them. */
  nll: Float64Array;
}

interface Shape {
  V: number;
  D: number;
  L: number;
  H: number;
  K: number;
  d: number;
  eps: number;
  theta: number;
  /** Dimensions of a head that RoPE turns: the first ones. */
  rot: number;
}

/** The forward pass of an exported folder's files over one sequence, positions from 0. */
export function nemotronForward(
  files: Iterable<{ name: string; bytes: Uint8Array }>,
  ids: ArrayLike<number>,
): ForwardResult {
  return forward(readCheckpoint(files), ids);
}

/** As nemotronForward, for a checkpoint already read: read once, run many. */
export function forward(checkpoint: Checkpoint, ids: ArrayLike<number>): ForwardResult {
  const shape = readShape(checkpoint.config);
  const { V, D, L } = shape;
  const T = ids.length;
  const tensor = (name: string, ...expected: number[]): Float64Array => {
    const found: Tensor | undefined = checkpoint.tensors.get(name);
    if (found?.shape.join() !== expected.join()) throw new Error(`${name}: [${found?.shape}], not [${expected}]`);
    return found.data;
  };
  const norm = (x: Float64Array, name: string) =>
    layerNorm1p(x, tensor(`${name}.weight`, D), tensor(`${name}.bias`, D), shape.eps);

  const embedding = tensor('model.embed_tokens.weight', V, D);
  const h = new Float64Array(T * D);
  for (let t = 0; t < T; t++) h.set(embedding.subarray(ids[t]! * D, ids[t]! * D + D), t * D);

  for (let layer = 0; layer < L; layer++) {
    const at = `model.layers.${layer}`;
    addTo(h, attention(norm(h, `${at}.input_layernorm`), `${at}.self_attn`, shape, tensor));
    const F = checkpoint.config['intermediate_size'] as number;
    const up = linear(norm(h, `${at}.post_attention_layernorm`), tensor(`${at}.mlp.up_proj.weight`, F, D), D);
    for (let i = 0; i < up.length; i++) up[i] = up[i]! > 0 ? up[i]! * up[i]! : 0;
    addTo(h, linear(up, tensor(`${at}.mlp.down_proj.weight`, D, F), F));
  }
  const logits = linear(norm(h, 'model.norm'), tensor('lm_head.weight', V, D), D);
  return { logits, nll: nextTokenNll(logits, ids, V) };
}

function readShape(config: Record<string, unknown>): Shape {
  const number = (key: string): number => {
    const value = config[key];
    if (typeof value !== 'number') throw new Error(`config.json has no number ${key}`);
    return value;
  };
  if (config['hidden_act'] !== 'relu2' || config['tie_word_embeddings'] !== false) {
    throw new Error('not a Nemotron: hidden_act must be relu2 and the embeddings untied');
  }
  const d = number('head_dim');
  return {
    V: number('vocab_size'),
    D: number('hidden_size'),
    L: number('num_hidden_layers'),
    H: number('num_attention_heads'),
    K: number('num_key_value_heads'),
    d,
    eps: number('norm_eps'),
    theta: number('rope_theta'),
    rot: Math.trunc(d * number('partial_rotary_factor')),
  };
}

/** (x − mean)/√(var + eps) · (weight + 1) + bias over each row, var biased. x (N, D). */
export function layerNorm1p(x: Float64Array, weight: Float64Array, bias: Float64Array, eps: number): Float64Array {
  const D = weight.length;
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += D) {
    let mean = 0;
    for (let i = 0; i < D; i++) mean += x[row + i]! / D;
    let variance = 0;
    for (let i = 0; i < D; i++) variance += (x[row + i]! - mean) ** 2 / D;
    const scale = 1 / Math.sqrt(variance + eps);
    for (let i = 0; i < D; i++) y[row + i] = (x[row + i]! - mean) * scale * (weight[i]! + 1) + bias[i]!;
  }
  return y;
}

/** y = x · Wᵀ: x (N, n), W (m, n) → (N, m). */
function linear(x: Float64Array, W: Float64Array, n: number): Float64Array {
  const N = x.length / n;
  const m = W.length / n;
  const y = new Float64Array(N * m);
  for (let row = 0; row < N; row++) {
    for (let o = 0; o < m; o++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += x[row * n + i]! * W[o * n + i]!;
      y[row * m + o] = sum;
    }
  }
  return y;
}

/**
 * Turns one head's first `rot` dimensions by its position, half-split: (x₁, x₂) = (xᵢ, xᵢ₊rot/2) becomes
 * (x₁ cos a − x₂ sin a, x₂ cos a + x₁ sin a) with a = position · θ^(−2i/rot). The other dimensions pass.
 */
export function rotate(head: Float64Array, position: number, rot: number, theta: number): void {
  for (let i = 0; i < rot / 2; i++) {
    const angle = position * theta ** ((-2 * i) / rot);
    const x1 = head[i]!;
    const x2 = head[i + rot / 2]!;
    head[i] = x1 * Math.cos(angle) - x2 * Math.sin(angle);
    head[i + rot / 2] = x2 * Math.cos(angle) + x1 * Math.sin(angle);
  }
}

/** Causal grouped-query attention: query head j uses kv head ⌊j/(H/K)⌋, scores are scaled by 1/√d. x, result (T, D). */
function attention(
  x: Float64Array,
  name: string,
  { D, H, K, d, rot, theta }: Shape,
  tensor: (name: string, ...expected: number[]) => Float64Array,
): Float64Array {
  const T = x.length / D;
  const q = linear(x, tensor(`${name}.q_proj.weight`, H * d, D), D);
  const k = linear(x, tensor(`${name}.k_proj.weight`, K * d, D), D);
  const v = linear(x, tensor(`${name}.v_proj.weight`, K * d, D), D);
  for (let t = 0; t < T; t++) {
    for (let j = 0; j < H; j++) rotate(q.subarray((t * H + j) * d, (t * H + j + 1) * d), t, rot, theta);
    for (let j = 0; j < K; j++) rotate(k.subarray((t * K + j) * d, (t * K + j + 1) * d), t, rot, theta);
  }
  const mixed = new Float64Array(T * H * d);
  for (let j = 0; j < H; j++) {
    const group = Math.floor(j / (H / K));
    for (let t = 0; t < T; t++) {
      const scores = new Float64Array(t + 1);
      for (let s = 0; s <= t; s++) {
        for (let i = 0; i < d; i++) scores[s]! += q[(t * H + j) * d + i]! * k[(s * K + group) * d + i]!;
        scores[s]! /= Math.sqrt(d);
      }
      const total = logSumExp(scores);
      for (let s = 0; s <= t; s++) {
        const share = Math.exp(scores[s]! - total);
        for (let i = 0; i < d; i++) mixed[(t * H + j) * d + i]! += share * v[(s * K + group) * d + i]!;
      }
    }
  }
  return linear(mixed, tensor(`${name}.o_proj.weight`, D, H * d), H * d);
}

/** −log softmax of each row's logits at the token that follows. */
export function nextTokenNll(logits: Float64Array, ids: ArrayLike<number>, V: number): Float64Array {
  const nll = new Float64Array(Math.max(0, ids.length - 1));
  for (let t = 0; t < nll.length; t++) {
    nll[t] = logSumExp(logits.subarray(t * V, (t + 1) * V)) - logits[t * V + ids[t + 1]!]!;
  }
  return nll;
}

function logSumExp(x: Float64Array): number {
  let max = -Infinity;
  for (const value of x) max = Math.max(max, value);
  let sum = 0;
  for (const value of x) sum += Math.exp(value - max);
  return max + Math.log(sum);
}

function addTo(h: Float64Array, x: Float64Array): void {
  for (let i = 0; i < h.length; i++) h[i]! += x[i]!;
}
