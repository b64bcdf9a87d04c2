/** Llama's architecture (Touvron et al. 2023) and Qwen2's, which adds biases of q, k and v; forward only. */
import type { Tensor } from '../graph/graph.ts';
import { embedding } from '../ops/embedding.ts';
import { addBias } from '../ops/llama/bias.ts';
import { rmsNorm } from '../ops/llama/rmsNorm.ts';
import { swiglu } from '../ops/llama/swiglu.ts';
import type { Architecture, Recorder } from './architecture.ts';
import { hasBiases, llamaFamilies } from './llamaFamily.ts';
import { EMBEDDING, HEAD } from './nemotronFamily.ts';
import { projected } from './projected.ts';

const norm = ({ g, model, weight }: Recorder, x: Tensor, at: string): Tensor =>
  rmsNorm(g, x, weight(`${at}.weight`), model.norm_eps);

/** h = E[tokens]; per layer h += W_o·Attn(RMS(h)), h += W_down·(silu(W_gate·RMS(h)) ⊙ W_up·RMS(h)); the head reads RMS(h). */
export const llamas: readonly Architecture[] = llamaFamilies.map((family) => ({
  family,
  embed: ({ g, weight }, tokens, index, dtype) => embedding(g, weight(EMBEDDING), tokens, index, dtype),
  layer(record, h, i, attend) {
    const { g, model, weight } = record;
    const at = `model.layers.${i}`;
    const qkv = projected(record, norm(record, h, `${at}.input_layernorm`), `${at}.self_attn.qkv_proj.weight`);
    const biased = hasBiases(model) ? addBias(g, qkv, weight(`${at}.self_attn.qkv_proj.bias`)) : qkv;
    const mid = projected(record, attend(biased), `${at}.self_attn.o_proj.weight`, h); // (N, D)
    const normed = norm(record, mid, `${at}.post_attention_layernorm`);
    const gated = swiglu(g, projected(record, normed, `${at}.mlp.gate_up_proj.weight`)); // (N, F)
    return projected(record, gated, `${at}.mlp.down_proj.weight`, mid);
  },
  last: (record, h) => norm(record, h, 'model.norm'),
  head: ({ weight }) => weight(HEAD),
}));
