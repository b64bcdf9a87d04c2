/** The Nemotron architecture, forward only (papers.md §5.1). */
import type { Tensor } from '../graph/graph.ts';
import { embedding } from '../ops/embedding.ts';
import { layerNorm } from '../ops/layerNorm.ts';
import { squaredReluMlp } from '../ops/mlp.ts';
import { squaredRelu } from '../ops/adapters/squaredRelu.ts';
import type { Architecture, Recorder } from './architecture.ts';
import { isAdapted } from './family.ts';
import { EMBEDDING, HEAD, nemotronFamily } from './nemotronFamily.ts';
import { projected } from './projected.ts';

const norm = ({ g, model, weight }: Recorder, x: Tensor, at: string): Tensor =>
  layerNorm(g, x, weight(`${at}.weight`), weight(`${at}.bias`), model.norm_eps);

/** h = E[tokens]; per layer h += W_o·Attn(LN1P(h)), h += MLP(LN1P(h)); the head reads LN1P(h). */
export const nemotron: Architecture = {
  family: nemotronFamily,
  embed: ({ g, weight }, tokens, index, dtype) => embedding(g, weight(EMBEDDING), tokens, index, dtype),
  layer(record, h, i, attend) {
    const { g, model, weight } = record;
    const at = `model.layers.${i}`;
    const qkv = projected(record, norm(record, h, `${at}.input_layernorm`), `${at}.self_attn.qkv_proj.weight`);
    const mid = projected(record, attend(qkv), `${at}.self_attn.o_proj.weight`, h); // (N, D)
    const normed = norm(record, mid, `${at}.post_attention_layernorm`);
    const [up, down] = [`${at}.mlp.up_proj.weight`, `${at}.mlp.down_proj.weight`];
    const isApart = model.lora && [up, down].some((name) => isAdapted(model.lora!, name));
    if (!isApart) return squaredReluMlp(g, normed, weight(up), weight(down), mid);
    return projected(record, squaredRelu(g, projected(record, normed, up)), down, mid);
  },
  last: (record, h) => norm(record, h, 'model.norm'),
  head: ({ weight }) => weight(HEAD),
};
