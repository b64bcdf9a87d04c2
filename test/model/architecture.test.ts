/**
 * A second architecture, written here and nowhere else: registered, it trains, scores and generates. Attention and MLP stand side by side
 * behind one norm, as in GPT-J.
 */
import { expect, it } from 'vitest';
import type { RunConfig } from '../../src/config/run.ts';
import { nmse } from '../../src/graph/interpret.ts';
import type { Architecture, Recorder } from '../../src/model/architecture.ts';
import { matrix, zeros } from '../../src/model/family.ts';
import { registerArchitecture } from '../../src/model/forward.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { embedding } from '../../src/ops/embedding.ts';
import { layerNorm } from '../../src/ops/layerNorm.ts';
import { linear } from '../../src/ops/linear.ts';
import { squaredReluMlp } from '../../src/ops/mlp.ts';
import { Generator } from '../../src/train/engine/generate.ts';
import { interpretStep } from './interpretStep.ts';
import { openEngine, tinyBatch, tinyConfig } from './tiny.ts';

const norm = ({ g, model, weight }: Recorder, h: Parameters<typeof layerNorm>[1], at: string) =>
  layerNorm(g, h, weight(`${at}.weight`), weight(`${at}.bias`), model.norm_eps);

const sideBySide: Architecture = {
  family: {
    type: 'side-by-side',
    parameters(model, decayEmbeddings) {
      const { vocab_size: V, hidden_size: D, intermediate_size: F, head_dim: d, initializer_range: std } = model;
      const { num_attention_heads: H, num_key_value_heads: K, num_hidden_layers: L } = model;
      const layer = (at: string) => [
        zeros(`${at}.norm.weight`, D),
        zeros(`${at}.norm.bias`, D),
        matrix(`${at}.qkv.weight`, [(H + 2 * K) * d, D], std),
        matrix(`${at}.out.weight`, [D, H * d], std),
        matrix(`${at}.up.weight`, [F, D], std),
        matrix(`${at}.down.weight`, [D, F], std),
      ];
      return [
        matrix('tokens.weight', [V, D], std, decayEmbeddings),
        ...Array.from({ length: L }, (_, i) => layer(`layers.${i}`)).flat(),
        zeros('norm.weight', D),
        zeros('norm.bias', D),
        matrix('head.weight', [V, D], std, decayEmbeddings),
      ];
    },
  },
  embed: ({ g, weight }, tokens, index, dtype) => embedding(g, weight('tokens.weight'), tokens, index, dtype),
  layer(record, h, i, attend) {
    const { g, weight } = record;
    const at = `layers.${i}`;
    const normed = norm(record, h, `${at}.norm`);
    const attended = linear(g, attend(linear(g, normed, weight(`${at}.qkv.weight`))), weight(`${at}.out.weight`), h);
    return squaredReluMlp(g, normed, weight(`${at}.up.weight`), weight(`${at}.down.weight`), attended);
  },
  last: (record, h) => norm(record, h, 'norm'),
  head: ({ weight }) => weight('head.weight'),
};
registerArchitecture(sideBySide);

const config: RunConfig = { ...tinyConfig, model: { ...tinyConfig.model, model_type: 'side-by-side' } };

it('trains by its own gradients, and generates what it scores', async () => {
  const reference = interpretStep(config);
  const engine = await openEngine(config);
  engine.submitStep(0, () => reference.batch, 0, 1);
  const pool = await engine.readPool('gradients');
  for (const { name } of parameterList(config.model)) {
    const { offset, size } = reference.layout.slices.get(name)!;
    // As Nemotron's in engine.test.ts.
    expect(nmse(pool.subarray(offset, offset + size), reference.gradient(name)), name).toBeLessThan(1e-10);
  }

  for (let step = 0; step < 60; step++) engine.submitStep(step, () => tinyBatch(config), 1e-2, step + 1);
  const [first] = await engine.metrics(0, 0);
  const [last] = await engine.metrics(59, 59);
  expect(last!.loss).toBeLessThan(first!.loss / 10); // one batch, again and again

  // Documents begin anew in a batch, and in a cache they do not: the first one is what both see alike.
  const { tokens, targets, documentStart } = tinyBatch(config);
  const T = config.batch.length;
  const scored = await engine.score({
    tokens: tokens.slice(0, T),
    targets: targets.slice(0, T),
    documentStart: documentStart.slice(0, T),
    count: 1,
  });
  const generator = await Generator.create(engine.executor, config.model, 'side by side');
  for (let t = 0; t < 5; t++) {
    const logits = (await generator.next([tokens[t]!], [t], true))!;
    const sum = logits.reduce((total, x) => total + Math.exp(x), 0);
    // f32 sums of some fifty products, in another order.
    expect(Math.abs(Math.log(sum) - logits[targets[t]!]! - scored[t]!), `token ${t}`).toBeLessThan(1e-4);
  }
  generator.destroy();
  engine.destroy();
});
