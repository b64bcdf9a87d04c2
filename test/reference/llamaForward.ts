/**
 * The forward pass of LlamaForCausalLM and Qwen2ForCausalLM in float64, written from their papers alone: numbers and loops, nothing
 * shared with the project's model, ops or graph. Matrices are (out, in), row-major.
 */
type Tensors = ReadonlyMap<string, { data: ArrayLike<number> }>;

/** −ln p(ids[i + 1] | ids[0 … i]), nats. `config`: as in config.json. */
export function llamaNll(config: Record<string, any>, tensors: Tensors, ids: ArrayLike<number>): number[] {
  const { hidden_size: D, num_attention_heads: H, num_key_value_heads: K, rms_norm_eps: eps } = config;
  const d: number = config.head_dim ?? D / H;
  const theta: number = config.rope_theta ?? config.rope_parameters.rope_theta;
  const of = (name: string): ArrayLike<number> => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`no tensor ${name}`);
    return tensor.data;
  };
  const norm = (x: number[], name: string): number[] => {
    const scale = 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / D + eps);
    return x.map((v, i) => v * scale * of(name)[i]!);
  };
  const linear = (x: number[], name: string): number[] => {
    const W = of(`${name}.weight`);
    const bias = tensors.get(`${name}.bias`)?.data;
    return Array.from({ length: W.length / x.length }, (_, o) =>
      x.reduce((sum, v, i) => sum + v * W[o * x.length + i]!, bias?.[o] ?? 0),
    );
  };
  const turned = (heads: number[], position: number): number[] =>
    heads.map((v, i) => {
      const [head, j] = [i - (i % d), i % d];
      const angle = position * theta ** ((-2 * (j % (d / 2))) / d);
      const other = j < d / 2 ? -heads[head + j + d / 2]! : heads[head + j - d / 2]!;
      return v * Math.cos(angle) + other * Math.sin(angle);
    });
  const plus = (a: number[], b: number[]): number[] => a.map((v, i) => v + b[i]!);

  const E = of('model.embed_tokens.weight');
  let h = Array.from(ids, (id) => Array.from({ length: D }, (_, i) => E[id * D + i]!));
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = `model.layers.${layer}`;
    const x = h.map((row) => norm(row, `${at}.input_layernorm.weight`));
    const q = x.map((row, t) => turned(linear(row, `${at}.self_attn.q_proj`), t));
    const k = x.map((row, t) => turned(linear(row, `${at}.self_attn.k_proj`), t));
    const v = x.map((row) => linear(row, `${at}.self_attn.v_proj`));
    h = h.map((row, t) => {
      const read = Array.from({ length: H * d }, () => 0);
      for (let head = 0; head < H; head++) {
        const shared = Math.floor((head * K) / H) * d;
        const scores = k.slice(0, t + 1).map((key) => {
          let sum = 0;
          for (let j = 0; j < d; j++) sum += q[t]![head * d + j]! * key[shared + j]!;
          return Math.exp(sum / Math.sqrt(d));
        });
        const total = scores.reduce((sum, score) => sum + score, 0);
        for (let j = 0; j < d; j++)
          read[head * d + j] = scores.reduce((sum, score, s) => sum + (score / total) * v[s]![shared + j]!, 0);
      }
      return plus(row, linear(read, `${at}.self_attn.o_proj`));
    });
    h = h.map((row) => {
      const y = norm(row, `${at}.post_attention_layernorm.weight`);
      const up = linear(y, `${at}.mlp.up_proj`);
      const gated = linear(y, `${at}.mlp.gate_proj`).map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      return plus(row, linear(gated, `${at}.mlp.down_proj`));
    });
  }
  const head = config.tie_word_embeddings ? 'model.embed_tokens' : 'lm_head';
  return h.slice(0, -1).map((row, t) => {
    const logits = linear(norm(row, 'model.norm.weight'), head);
    return Math.log(logits.reduce((sum, v) => sum + Math.exp(v), 0)) - logits[ids[t + 1]!]!;
  });
}
