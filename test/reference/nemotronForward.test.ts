/** The judge is judged: properties that hold for any right implementation, and an example worked by hand. */
import { describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../src/config/run.ts';
import { huggingFaceFolder } from '../../src/export/huggingface.ts';
import type { Weights } from '../../src/export/parts.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { randomInteger, randomNormal } from '../../src/util/random.ts';
import { randomWeights, tinyConfig } from '../export/tinyModel.ts';
import { readCheckpoint, type Checkpoint } from './hf/folder.ts';
import { forward, layerNorm1p, nemotronForward, nextTokenNll, rotate } from './nemotronForward.ts';

const checkpointOf = (model: ModelConfig, parameters: Weights): Checkpoint =>
  readCheckpoint(huggingFaceFolder({ model, parameters, tokenizer: new ByteTokenizer(), metadata: {} }));

const ids = (length: number, seed = 1) => Uint32Array.from({ length }, (_, i) => randomInteger(seed, 0, i, 260));
const normals = (length: number, seed: number) => Float64Array.from({ length }, (_, i) => randomNormal(seed, 0, i));

/** Float64 sums of some dozens of terms of size 1. */
const EXACT = 12;

describe('parts of the forward pass', () => {
  test('LayerNorm-1P: mean 0, variance 1, then gain 1 + weight and bias', () => {
    // Mean 2, biased variance 2: (−1, 1, …)/√2 · (1 + w) + b, by hand.
    const y = layerNorm1p(Float64Array.of(0, 2, 2, 4), Float64Array.of(0, 1, 1, -1), Float64Array.of(0, 0, 3, 5), 0);
    expect([...y]).toEqual([-Math.SQRT2, 0, 3, 5].map((value) => expect.closeTo(value, EXACT)));
  });

  test('RoPE turns the pair (i, i + rot/2) and passes the rest', () => {
    const head = Float64Array.of(1, 0, 0, 2, 7, 8);
    rotate(head, 3, 4, 100);
    // Pair (0, 2) by 3 rad; pair (1, 3) by 3 · 100^(−1/2) = 0.3 rad.
    const expected = [Math.cos(3), -2 * Math.sin(0.3), Math.sin(3), 2 * Math.cos(0.3), 7, 8];
    expect([...head]).toEqual(expected.map((value) => expect.closeTo(value, EXACT)));
  });

  test('RoPE: a query times a key depends on their distance alone', () => {
    const product = (p: number, s: number) => {
      const [q, k] = [normals(8, 1), normals(8, 2)];
      rotate(q, p, 4, 10000);
      rotate(k, s, 4, 10000);
      return q.reduce((sum, value, i) => sum + value * k[i]!, 0);
    };
    for (const shift of [1, 10, 1000]) expect(product(9 + shift, 4 + shift)).toBeCloseTo(product(9, 4), EXACT - 2);
    expect(Math.abs(product(9, 4) - product(9, 5))).toBeGreaterThan(1e-3);
  });

  test('equal logits cost ln V', () => {
    const nll = nextTokenNll(new Float64Array(3 * 50).fill(-700), [4, 9, 11], 50);
    expect([...nll]).toEqual([Math.log(50), Math.log(50)].map((value) => expect.closeTo(value, EXACT)));
  });
});

describe('nemotronForward', () => {
  const model = tinyConfig();
  const weights = randomWeights(model, 1);
  const checkpoint = checkpointOf(model, weights);

  test('reads the exported files', () => {
    const files = huggingFaceFolder({ model, parameters: weights, tokenizer: new ByteTokenizer(), metadata: {} });
    expect(nemotronForward(files, ids(5))).toEqual(forward(checkpoint, ids(5)));
  });

  test('an example worked by hand: one layer, one head, width 2', () => {
    // With two dimensions LayerNorm is one number: (a, b) → s·(1, −1) with s = δ/√(δ² + eps), δ = (a − b)/2. eps = 3.
    const squash = (a: number, b: number) => (a - b) / 2 / Math.sqrt(((a - b) / 2) ** 2 + 3);
    const hand = tinyConfig({
      vocab_size: 260,
      hidden_size: 2,
      intermediate_size: 1,
      num_hidden_layers: 1,
      num_attention_heads: 1,
      num_key_value_heads: 1,
      head_dim: 2,
      norm_eps: 3,
      partial_rotary_factor: 1,
    });
    const zeros = randomWeights(hand, 0, 0);
    const set = (name: string, ...values: number[]) => zeros.get(name)!.data.set(values);
    set('model.embed_tokens.weight', 3, 1, 1, 3); // tokens 0 and 1; δ = ±1, s = ±1/2
    for (const letter of 'qkvo') set(`model.layers.0.self_attn.${letter}_proj.weight`, 1, 0, 0, 1);
    set('model.layers.0.mlp.up_proj.weight', -4, 0);
    set('model.layers.0.mlp.down_proj.weight', 1, 0.5);
    set('lm_head.weight', 1, 0, 0, 2);

    // Position 0 attends to itself: v = (½, −½). h = (3.5, 0.5), δ = 1.5; −4s < 0, so the MLP gives 0.
    const s0 = squash(3.5, 0.5);
    // Position 1: q = −½(1, −1) turned by 1 rad; k0 = ½(1, −1), k1 = q. Scores −½cos 1/√2 and ½/√2; v0 = −v1 = (½, −½).
    const share0 = 1 / (1 + Math.exp((0.5 + 0.5 * Math.cos(1)) / Math.SQRT2));
    const mixed = (share0 - (1 - share0)) / 2;
    const [a, b] = [1 + mixed, 3 - mixed];
    const active = (-4 * squash(a, b)) ** 2; // δ < 0, so relu lets 4|s| through, and it is squared
    const s1 = squash(a + active, b + 0.5 * active);
    const { logits, nll } = forward(checkpointOf(hand, zeros), [0, 1]);
    expect([logits[0], logits[1], logits[260], logits[261]]).toEqual(
      [s0, -2 * s0, s1, -2 * s1].map((value) => expect.closeTo(value, EXACT)),
    );
    expect(nll[0]).toBeCloseTo(Math.log(Math.exp(s0) + Math.exp(-2 * s0) + 258) + 2 * s0, EXACT);
  });

  test('is causal: a token changes nothing before it, and what comes at it', () => {
    const [a, b] = [ids(10), ids(10)];
    b[6] = (b[6]! + 1) % 260;
    const [x, y] = [forward(checkpoint, a).logits, forward(checkpoint, b).logits];
    expect(x.subarray(0, 6 * 260)).toEqual(y.subarray(0, 6 * 260));
    for (let t = 6; t < 10; t++) expect(x[t * 260]).not.toBe(y[t * 260]);
  });

  test('order counts: two earlier tokens exchanged change the answer', () => {
    const swapped = (sequence: number[]) => forward(checkpoint, sequence).logits.subarray(-260);
    expect(swapped([5, 6, 7])).not.toEqual(swapped([6, 5, 7]));
  });

  test('grouped heads equal ungrouped ones whose keys and values are repeated in place', () => {
    const ungrouped = tinyConfig({ num_key_value_heads: 4 });
    const repeated: Weights = new Map(weights);
    for (const [name, { data }] of weights) {
      if (!/[kv]_proj/.test(name)) continue;
      const group = 8 * 12; // d · D
      const copy = new Float32Array(4 * group);
      [0, 0, 1, 1].forEach((from, head) => copy.set(data.subarray(from * group, (from + 1) * group), head * group));
      repeated.set(name, { shape: [32, 12], data: copy });
    }
    expect(forward(checkpointOf(ungrouped, repeated), ids(9))).toEqual(forward(checkpoint, ids(9)));
  });

  test('the output layer is not tied to the embedding', () => {
    const untied = checkpointOf(
      model,
      new Map(weights).set('lm_head.weight', randomWeights(model, 2).get('lm_head.weight')!),
    );
    expect(forward(untied, ids(3)).logits).not.toEqual(forward(checkpoint, ids(3)).logits);
  });

  test('every tensor takes part', () => {
    const { logits } = forward(checkpoint, ids(4));
    for (const name of weights.keys()) {
      const changed = checkpointOf(model, new Map(weights).set(name, randomWeights(model, 2).get(name)!));
      expect(forward(changed, ids(4)).logits, name).not.toEqual(logits);
    }
  });

  test('an untrained model guesses evenly', () => {
    const blank = checkpointOf(model, randomWeights(model, 1, 0));
    for (const value of forward(blank, ids(6)).nll) expect(value).toBeCloseTo(Math.log(260), EXACT);
  });
});
