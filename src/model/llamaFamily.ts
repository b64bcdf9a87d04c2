/** The weights of models of Llama's family. */
import { adapters, type Family, matrix, ones, zeros } from './family.ts';
import { EMBEDDING, HEAD } from './nemotronFamily.ts';

/** Whether q, k and v have biases: Qwen2 always, Llama never. */
export const hasBiases = ({ model_type }: { model_type?: string }): boolean => model_type === 'qwen2';

/**
 * As Nemotron's, but norms have no bias and begin at 1, gate and up (F, D) are stored one under the other, and where the head is tied
 * the embedding is read in its place.
 */
const family = (type: string): Family => ({
  type,
  parameters(model, decayEmbeddings) {
    const { vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d } = model;
    const queryRows = model.num_attention_heads * d;
    const keyRows = model.num_key_value_heads * d;
    const std = model.initializer_range;
    const residualStd = std / Math.sqrt(2 * L);
    const together = (at: string, leaf: string) => [
      { name: `${at}.q_proj.${leaf}`, rows: queryRows },
      { name: `${at}.k_proj.${leaf}`, rows: keyRows },
      { name: `${at}.v_proj.${leaf}`, rows: keyRows },
    ];
    const layer = (i: number) => {
      const [attention, mlp] = [`model.layers.${i}.self_attn`, `model.layers.${i}.mlp`];
      const width = queryRows + 2 * keyRows;
      const bias = { ...zeros(`${attention}.qkv_proj.bias`, width), parts: together(attention, 'bias') };
      return [
        ones(`model.layers.${i}.input_layernorm.weight`, D),
        { ...matrix(`${attention}.qkv_proj.weight`, [width, D], std), parts: together(attention, 'weight') },
        ...(hasBiases({ model_type: type }) ? [bias] : []),
        matrix(`${attention}.o_proj.weight`, [D, queryRows], residualStd),
        ones(`model.layers.${i}.post_attention_layernorm.weight`, D),
        {
          ...matrix(`${mlp}.gate_up_proj.weight`, [2 * F, D], std),
          parts: ['gate', 'up'].map((name) => ({ name: `${mlp}.${name}_proj.weight`, rows: F })),
        },
        matrix(`${mlp}.down_proj.weight`, [D, F], residualStd),
      ];
    };
    const embedding = matrix(EMBEDDING, [V, D], std, decayEmbeddings);
    const list = [
      model.tie_word_embeddings ? { ...embedding, also: HEAD } : embedding,
      ...Array.from({ length: L }, (_, i) => layer(i)).flat(),
      ones('model.norm.weight', D),
      ...(model.tie_word_embeddings ? [] : [matrix(HEAD, [V, D], std, decayEmbeddings)]),
    ];
    return model.lora ? adapters(list, model.lora) : list;
  },
});

export const llamaFamilies: readonly Family[] = ['llama', 'qwen2'].map(family);
