/** The weights of a Nemotron model. */
import { adapters, type Family, matrix, zeros } from './family.ts';

export const EMBEDDING = 'model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';

/**
 * Names and shapes (papers.md §5.3); V vocab, D hidden, F ffn, H heads, K kv heads, d head dim, L layers:
 *
 *     embed (V, D) · per layer qkv ((H+2K)d, D), o (D, Hd), up (F, D), down (D, F) · lm_head (V, D)
 *     norms' weight and bias (D) each, two a layer and one at the end
 *
 * Matrices start at N(0, initializer_range²); o and down, the two that write into the residual stream, are scaled by
 * 1/√(2L) so that the stream's variance does not grow with depth. LayerNorm-1P stores γ − 1: weight and bias start at
 * 0 (papers.md §5.1).
 */
export const nemotronFamily: Family = {
  type: 'nemotron',
  parameters(model, decayEmbeddings) {
    const { vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d } = model;
    const queryRows = model.num_attention_heads * d;
    const keyRows = model.num_key_value_heads * d;
    const std = model.initializer_range;
    const residualStd = std / Math.sqrt(2 * L);
    const norm = (at: string) => [zeros(`${at}.weight`, D), zeros(`${at}.bias`, D)];
    const layer = (at: string) => [
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
    ];
    const list = [
      matrix(EMBEDDING, [V, D], std, decayEmbeddings),
      ...Array.from({ length: L }, (_, i) => layer(`model.layers.${i}`)).flat(),
      ...norm('model.norm'),
      matrix(HEAD, [V, D], std, decayEmbeddings),
    ];
    return model.lora ? adapters(list, model.lora) : list;
  },
};
