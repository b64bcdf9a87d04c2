/**
 * The model's weights as a list: what is stored, in which order, under which HuggingFace names, how each starts and
 * whether it decays. The graph, the optimizer, the initialization and the safetensors codec all read this one list.
 *
 * A *storage tensor* is one block of the parameter pool. It may hold several HuggingFace tensors one under the other
 * (`parts`, by rows): q, k and v of a layer are stored as one matrix so that one product computes all three. Rows are
 * kept in HuggingFace's order, so export slices and never permutes.
 *
 * Order: every decayed tensor first, then every undecayed one, each group in the order of the forward pass. So one
 * boundary (`PoolLayout.decayed`) tells the optimizer where weight decay ends.
 */
import type { ModelConfig } from '../config/run.ts';

/** Initial values: drawn from N(0, std²), or all 0. */
export type Init = { kind: 'normal'; std: number } | { kind: 'zeros' };

/** A HuggingFace tensor inside a storage tensor: `rows` rows of it (elements, for a vector). */
export interface ParameterPart {
  name: string;
  rows: number;
}

export interface Parameter {
  /** HuggingFace's name; for q, k and v together `….self_attn.qkv_proj.weight`, which no HF file contains. */
  name: string;
  /** [out, in] for a matrix, [n] for a vector; row-major. */
  shape: number[];
  /** HF tensors in row order; their rows add up to shape[0]. */
  parts: ParameterPart[];
  /** Whether AdamW's decoupled decay applies. */
  decay: boolean;
  init: Init;
}

/**
 * Storage tensors of a Nemotron model (names and shapes: papers.md §5.3), decayed ones first. V vocab, D hidden, F
 * ffn, H heads, K kv heads, d head dim, L layers:
 *
 *     embed (V, D) · per layer qkv ((H+2K)d, D), o (D, Hd), up (F, D), down (D, F) · lm_head (V, D)
 *     norms' weight and bias (D) each, two a layer and one at the end
 *
 * Matrices start at N(0, initializer_range²); o and down, the two that write into the residual stream, are scaled by
 * 1/√(2L) so that the stream's variance does not grow with depth. LayerNorm-1P stores γ − 1: weight and bias start at
 * 0 (papers.md §5.1).
 */
export function parameterList(model: ModelConfig, decayEmbeddings = true): Parameter[] {
  const { vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d } = model;
  const queryRows = model.num_attention_heads * d;
  const keyRows = model.num_key_value_heads * d;
  const std = model.initializer_range;
  const residualStd = std / Math.sqrt(2 * L);

  const matrix = (name: string, shape: number[], deviation: number, decay = true): Parameter => ({
    name,
    shape,
    parts: [{ name, rows: shape[0] }],
    decay,
    init: { kind: 'normal', std: deviation },
  });
  const norm = (name: string): Parameter[] =>
    [`${name}.weight`, `${name}.bias`].map((leaf) => ({
      name: leaf,
      shape: [D],
      parts: [{ name: leaf, rows: D }],
      decay: false,
      init: { kind: 'zeros' },
    }));

  const list: Parameter[] = [matrix('model.embed_tokens.weight', [V, D], std, decayEmbeddings)];
  for (let layer = 0; layer < L; layer++) {
    const at = `model.layers.${layer}`;
    list.push(
      ...norm(`${at}.input_layernorm`),
      {
        ...matrix(`${at}.self_attn.qkv_proj.weight`, [queryRows + 2 * keyRows, D], std),
        parts: [
          { name: `${at}.self_attn.q_proj.weight`, rows: queryRows },
          { name: `${at}.self_attn.k_proj.weight`, rows: keyRows },
          { name: `${at}.self_attn.v_proj.weight`, rows: keyRows },
        ],
      },
      matrix(`${at}.self_attn.o_proj.weight`, [D, queryRows], residualStd),
      ...norm(`${at}.post_attention_layernorm`),
      matrix(`${at}.mlp.up_proj.weight`, [F, D], std),
      matrix(`${at}.mlp.down_proj.weight`, [D, F], residualStd),
    );
  }
  list.push(...norm('model.norm'), matrix('lm_head.weight', [V, D], std, decayEmbeddings));
  return [...list.filter((p) => p.decay), ...list.filter((p) => !p.decay)];
}

/** Number of parameters: 2VD + L(2HdD + 2KdD + 2FD + 4D) + 2D (papers.md §5.3). */
export function parameterCount(model: ModelConfig): number {
  const { vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d } = model;
  const { num_attention_heads: H, num_key_value_heads: K } = model;
  return 2 * V * D + L * (2 * H * d * D + 2 * K * d * D + 2 * F * D + 4 * D) + 2 * D;
}
