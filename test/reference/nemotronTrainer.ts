/**
 * NemotronForCausalLM trained by AdamW in float64, written from the formulas alone: a tape of matrices over plain loops, nothing shared
 * with the project's graph, ops, optimizer or schedule. It judges a run's losses; it is not fast.
 *
 * Matrices are row-major. Letters: N tokens of a row, V vocab, D hidden, F ffn, H query heads, K kv heads, d head dim.
 */

/** A value and the gradient that gathers in it. */
interface Matrix {
  rows: number;
  columns: number;
  value: Float64Array;
  gradient: Float64Array;
}

export interface Shape {
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  norm_eps: number;
  rope_theta: number;
  partial_rotary_factor: number;
}

export interface Optimizer {
  beta1: number;
  beta2: number;
  epsilon: number;
  weight_decay: number;
  decay_embeddings: boolean;
  max_grad_norm: number;
  /**
   * m: trained by µP at m times the base's width, in the form that Megatron-LM gives it: logits divided by m in the forward pass; rate
   * and ε of the layers' matrices divided by m; everything else as usual.
   */
  width_multiple?: number;
}

/** One row of text: what is read, what follows, and where the document of each position begins; all positions see it whole if null. */
export interface Row {
  tokens: ArrayLike<number>;
  targets: ArrayLike<number>;
  documentStart: ArrayLike<number> | null;
}

const matrix = (rows: number, columns: number, value = new Float64Array(rows * columns)): Matrix => ({
  ...{ rows, columns, value, gradient: new Float64Array(rows * columns) },
});

/** Operations in the order they were done, each with its way back. */
class Tape {
  readonly #back: (() => void)[] = [];

  backward(): void {
    for (const step of this.#back.toReversed()) step();
  }

  #made(result: Matrix, back: () => void): Matrix {
    this.#back.push(back);
    return result;
  }

  rowsOf(table: Matrix, ids: ArrayLike<number>): Matrix {
    const y = matrix(ids.length, table.columns);
    const each = (visit: (at: number, from: number) => void): void => {
      for (let t = 0; t < ids.length; t++)
        for (let i = 0; i < y.columns; i++) visit(t * y.columns + i, ids[t]! * y.columns + i);
    };
    each((at, from) => (y.value[at] = table.value[from]!));
    return this.#made(y, () => each((at, from) => (table.gradient[from]! += y.gradient[at]!)));
  }

  /** x (N, n) · Wᵀ, W (m, n). */
  linear(x: Matrix, w: Matrix): Matrix {
    const y = matrix(x.rows, w.rows);
    const each = (visit: (y: number, x: number, w: number) => void): void => {
      for (let t = 0; t < x.rows; t++)
        for (let o = 0; o < w.rows; o++)
          for (let i = 0; i < w.columns; i++) visit(t * w.rows + o, t * x.columns + i, o * w.columns + i);
    };
    each((at, a, b) => (y.value[at]! += x.value[a]! * w.value[b]!));
    return this.#made(y, () =>
      each((at, a, b) => {
        x.gradient[a]! += y.gradient[at]! * w.value[b]!;
        w.gradient[b]! += y.gradient[at]! * x.value[a]!;
      }),
    );
  }

  scale(x: Matrix, by: number): Matrix {
    const y = matrix(
      x.rows,
      x.columns,
      x.value.map((value) => value * by),
    );
    return this.#made(y, () => y.gradient.forEach((gradient, i) => (x.gradient[i]! += gradient * by)));
  }

  add(a: Matrix, b: Matrix): Matrix {
    const y = matrix(
      a.rows,
      a.columns,
      a.value.map((value, i) => value + b.value[i]!),
    );
    return this.#made(y, () =>
      y.gradient.forEach((g, i) => {
        a.gradient[i]! += g;
        b.gradient[i]! += g;
      }),
    );
  }

  squaredRelu(x: Matrix): Matrix {
    const y = matrix(
      x.rows,
      x.columns,
      x.value.map((value) => (value > 0 ? value * value : 0)),
    );
    return this.#made(y, () =>
      y.gradient.forEach((g, i) => (x.gradient[i]! += x.value[i]! > 0 ? 2 * x.value[i]! * g : 0)),
    );
  }

  /** (x − mean)/√(var + ε) · (1 + γ) + β over each row. */
  norm(x: Matrix, gamma: Matrix, beta: Matrix, epsilon: number): Matrix {
    const D = x.columns;
    const y = matrix(x.rows, D);
    const unit = new Float64Array(x.value.length);
    const scales: number[] = [];
    for (let t = 0; t < x.rows; t++) {
      const row = x.value.subarray(t * D, t * D + D);
      const mean = row.reduce((sum, value) => sum + value, 0) / D;
      const scale = 1 / Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / D + epsilon);
      scales.push(scale);
      for (let i = 0; i < D; i++) {
        unit[t * D + i] = (row[i]! - mean) * scale;
        y.value[t * D + i] = unit[t * D + i]! * (1 + gamma.value[i]!) + beta.value[i]!;
      }
    }
    return this.#made(y, () => {
      for (let t = 0; t < x.rows; t++) {
        let [mean, along] = [0, 0];
        for (let i = 0; i < D; i++) {
          const at = t * D + i;
          const g = y.gradient[at]!;
          gamma.gradient[i]! += g * unit[at]!;
          beta.gradient[i]! += g;
          mean += (g * (1 + gamma.value[i]!)) / D;
          along += (g * (1 + gamma.value[i]!) * unit[at]!) / D;
        }
        for (let i = 0; i < D; i++) {
          const at = t * D + i;
          x.gradient[at]! += scales[t]! * (y.gradient[at]! * (1 + gamma.value[i]!) - mean - unit[at]! * along);
        }
      }
    });
  }

  /** The first `turned` columns of each head by its position, half against half. */
  rotate(x: Matrix, d: number, turned: number, theta: number): Matrix {
    const y = matrix(x.rows, x.columns, x.value.slice());
    const each = (visit: (a: number, b: number, cos: number, sin: number) => void): void => {
      for (let t = 0; t < x.rows; t++)
        for (let head = 0; head < x.columns; head += d)
          for (let i = 0; i < turned / 2; i++) {
            const angle = t * theta ** ((-2 * i) / turned);
            const a = t * x.columns + head + i;
            visit(a, a + turned / 2, Math.cos(angle), Math.sin(angle));
          }
    };
    each((a, b, cos, sin) => {
      y.value[a] = x.value[a]! * cos - x.value[b]! * sin;
      y.value[b] = x.value[b]! * cos + x.value[a]! * sin;
    });
    return this.#made(y, () => {
      const g = y.gradient.slice();
      // Turned back by the same angle; columns that were not turned pass.
      each((a, b, cos, sin) => {
        g[a] = y.gradient[a]! * cos + y.gradient[b]! * sin;
        g[b] = y.gradient[b]! * cos - y.gradient[a]! * sin;
      });
      g.forEach((value, i) => (x.gradient[i]! += value));
    });
  }

  /** Causal attention of H heads over K shared ones, each position from its document's start on. */
  attention(q: Matrix, k: Matrix, v: Matrix, d: number, starts: ArrayLike<number> | null): Matrix {
    const [N, H, K] = [q.rows, q.columns / d, k.columns / d];
    const y = matrix(N, q.columns);
    const shares: Float64Array[] = [];
    const dot = (a: Float64Array, from: number, b: Float64Array, other: number): number => {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += a[from + i]! * b[other + i]!;
      return sum;
    };
    const places = (t: number, s: number, h: number) => ({
      at: (t * H + h) * d,
      other: (s * K + Math.floor(h / (H / K))) * d,
    });
    for (let h = 0; h < H; h++)
      for (let t = 0; t < N; t++) {
        const first = starts ? starts[t]! : 0;
        const scores = Float64Array.from({ length: t + 1 - first }, (_, i) => {
          const { at, other } = places(t, first + i, h);
          return dot(q.value, at, k.value, other) / Math.sqrt(d);
        });
        const top = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - top));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const share = weights.map((weight) => weight / total);
        shares.push(share);
        share.forEach((part, i) => {
          const { at, other } = places(t, first + i, h);
          for (let c = 0; c < d; c++) y.value[at + c]! += part * v.value[other + c]!;
        });
      }
    return this.#made(y, () => {
      for (let h = 0; h < H; h++)
        for (let t = 0; t < N; t++) {
          const first = starts ? starts[t]! : 0;
          const share = shares[h * N + t]!;
          const pulls = share.map((_, i) => {
            const { at, other } = places(t, first + i, h);
            return dot(y.gradient, at, v.value, other);
          });
          const mean = share.reduce((sum, part, i) => sum + part * pulls[i]!, 0);
          share.forEach((part, i) => {
            const { at, other } = places(t, first + i, h);
            const g = (part * (pulls[i]! - mean)) / Math.sqrt(d);
            for (let c = 0; c < d; c++) {
              v.gradient[other + c]! += part * y.gradient[at + c]!;
              q.gradient[at + c]! += g * k.value[other + c]!;
              k.gradient[other + c]! += g * q.value[at + c]!;
            }
          });
        }
    });
  }

  /** Σ −ln p(target) · weight over the rows of logits, whose gradient it begins. */
  loss(logits: Matrix, targets: ArrayLike<number>, weight: number): number {
    const V = logits.columns;
    let sum = 0;
    for (let t = 0; t < logits.rows; t++) {
      const row = logits.value.subarray(t * V, t * V + V);
      const top = row.reduce((most, value) => Math.max(most, value), -Infinity);
      const total = row.reduce((all, value) => all + Math.exp(value - top), 0);
      sum += (top + Math.log(total) - row[targets[t]!]!) * weight;
      for (let i = 0; i < V; i++) {
        logits.gradient[t * V + i] = (Math.exp(row[i]! - top) / total - (i === targets[t] ? 1 : 0)) * weight;
      }
    }
    return sum;
  }
}

export class TwinTrainer {
  readonly #shape: Shape;
  readonly #optimizer: Optimizer;
  readonly #weights = new Map<string, Matrix>();
  #moments = new Map<string, { first: Float64Array; second: Float64Array }>();
  /** Steps since the moments were 0. */
  #taken = 0;

  /** `weights`: by HuggingFace name. */
  constructor(
    shape: Shape,
    optimizer: Optimizer,
    weights: ReadonlyMap<string, { shape: readonly number[]; data: ArrayLike<number> }>,
  ) {
    this.#shape = shape;
    this.#optimizer = optimizer;
    for (const [
      name,
      {
        shape: [rows, columns],
        data,
      },
    ] of weights) {
      this.#weights.set(
        name,
        columns === undefined
          ? matrix(1, rows!, Float64Array.from(data))
          : matrix(rows!, columns, Float64Array.from(data)),
      );
    }
    this.forget();
  }

  /** Both moments of every weight are 0 from now on. */
  forget(): void {
    this.#taken = 0;
    this.#moments = new Map(
      [...this.#weights].map(([name, { value }]) => [
        name,
        { first: new Float64Array(value.length), second: new Float64Array(value.length) },
      ]),
    );
  }

  /** One optimizer step over all rows at a rate; the mean loss before it. */
  step(rows: readonly Row[], rate: number): number {
    const count = rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
    for (const weight of this.#weights.values()) weight.gradient.fill(0);
    const loss = rows.reduce((sum, row) => sum + this.#row(row, 1 / count), 0);
    this.#update(rate);
    return loss;
  }

  #row({ tokens, targets, documentStart }: Row, weight: number): number {
    const { num_hidden_layers: layers, head_dim: d, norm_eps, rope_theta, partial_rotary_factor } = this.#shape;
    const tape = new Tape();
    const w = (name: string): Matrix => this.#weights.get(name)!;
    const norm = (x: Matrix, name: string): Matrix => tape.norm(x, w(`${name}.weight`), w(`${name}.bias`), norm_eps);
    const turn = (x: Matrix): Matrix => tape.rotate(x, d, Math.trunc(d * partial_rotary_factor), rope_theta);
    let h = tape.rowsOf(w('model.embed_tokens.weight'), tokens);
    for (let layer = 0; layer < layers; layer++) {
      const at = `model.layers.${layer}`;
      const x = norm(h, `${at}.input_layernorm`);
      const [q, k, v] = ['q', 'k', 'v'].map((name) => tape.linear(x, w(`${at}.self_attn.${name}_proj.weight`))) as [
        Matrix,
        Matrix,
        Matrix,
      ];
      const mixed = tape.attention(turn(q), turn(k), v, d, documentStart);
      h = tape.add(h, tape.linear(mixed, w(`${at}.self_attn.o_proj.weight`)));
      const up = tape.squaredRelu(
        tape.linear(norm(h, `${at}.post_attention_layernorm`), w(`${at}.mlp.up_proj.weight`)),
      );
      h = tape.add(h, tape.linear(up, w(`${at}.mlp.down_proj.weight`)));
    }
    const logits = tape.linear(norm(h, 'model.norm'), w('lm_head.weight'));
    const { width_multiple: m = 1 } = this.#optimizer;
    const loss = tape.loss(m === 1 ? logits : tape.scale(logits, 1 / m), targets, weight);
    tape.backward();
    return loss;
  }

  /** Clipping of the whole gradient, then AdamW with decay apart from the moments; norms are not decayed. */
  #update(rate: number): void {
    const { beta1, beta2, epsilon, weight_decay, decay_embeddings, max_grad_norm, width_multiple } = this.#optimizer;
    let squares = 0;
    for (const { gradient } of this.#weights.values()) for (const g of gradient) squares += g * g;
    const length = Math.sqrt(squares);
    const clip = max_grad_norm > 0 && length > max_grad_norm ? max_grad_norm / length : 1;
    this.#taken++;
    for (const [name, { value, gradient }] of this.#weights) {
      const { first, second } = this.#moments.get(name)!;
      const isEmbedding = name === 'model.embed_tokens.weight' || name === 'lm_head.weight';
      const decay = name.includes('norm') || (isEmbedding && !decay_embeddings) ? 0 : weight_decay;
      const m = isEmbedding || name.includes('norm') ? 1 : (width_multiple ?? 1);
      for (let i = 0; i < value.length; i++) {
        const g = gradient[i]! * clip;
        first[i] = beta1 * first[i]! + (1 - beta1) * g;
        second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
        const direction =
          first[i]! / (1 - beta1 ** this.#taken) / (Math.sqrt(second[i]! / (1 - beta2 ** this.#taken)) + epsilon / m);
        value[i]! -= (rate / m) * (direction + decay * value[i]!);
      }
    }
  }
}
