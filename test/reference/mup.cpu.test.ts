/**
 * µP's factors against Megatron-LM's form of the same parametrization in float64: logits divided by the width multiple in the forward
 * pass, matrices of layers at a rate and an ε divided by it. And what a model's weights begin with.
 */
import { expect, it } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { Engine } from '../../src/train/engine/engine.ts';
import { randomInteger } from '../../src/util/random.ts';
import { processor } from '../cpu/processor.ts';
import { type Row, TwinTrainer } from './nemotronTrainer.ts';

const [B, T, V, m] = [2, 12, 32, 4];
const preset = presetConfig('ci');
const config: RunConfig = {
  ...preset,
  model: {
    ...preset.model,
    ...{ vocab_size: V, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 4 },
    ...{ num_key_value_heads: 2, head_dim: 8, max_position_embeddings: T, initializer_range: 0.2 },
    mup_base_hidden_size: 32 / m,
  },
  batch: { sequences: B, length: T, accumulation: 1 },
  // ε so large that its factor is seen, and no clipping, whose norm the two forms measure differently.
  optimizer: { ...preset.optimizer, epsilon: 1e-3, weight_decay: 0.3, max_grad_norm: 0 },
  data: { ...preset.data, separateDocuments: false },
};

it('trains as Megatron-LM’s form of it does, embeddings decayed or not', async () => {
  for (const decay_embeddings of [true, false]) {
    const run = { ...config, optimizer: { ...config.optimizer, decay_embeddings } };
    const engine = await Engine.create(await processor(), run, tokenIndex);
    engine.initialize(7);
    const weights = new Map(await engine.weights());
    const head = weights.get('lm_head.weight')!;
    weights.set('lm_head.weight', { ...head, data: head.data.map((value) => value * m) });
    const twin = new TwinTrainer(run.model, { ...run.optimizer, width_multiple: m }, weights);
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const draw = (stream: number) => Uint32Array.from({ length: B * T }, (_, i) => randomInteger(step, stream, i, V));
      const [tokens, targets] = [draw(1), draw(2)];
      const rows: Row[] = Array.from({ length: B }, (_, row) => ({
        tokens: tokens.subarray(row * T, (row + 1) * T),
        targets: targets.subarray(row * T, (row + 1) * T),
        documentStart: null,
      }));
      engine.submitStep(step, () => ({ tokens, targets, documentStart: new Uint32Array(B * T) }), 0.02, step + 1);
      losses.push(twin.step(rows, 0.02));
    }
    const measured = await engine.metrics(0, 11);
    // Seen: 6e-8. f32 sums of some hundred terms of order 1, twelve steps on.
    measured.forEach(({ loss }, step) => expect(Math.abs(loss / losses[step]! - 1), `step ${step}`).toBeLessThan(1e-6));
    engine.destroy();
  }
});

it('starts layers’ matrices at std / √m, the head at std / m and the embedding as always; at the base width nothing differs', () => {
  const { model } = config;
  const plain = parameterList({ ...model, mup_base_hidden_size: undefined });
  const stds = (list: typeof plain) => list.map(({ init }) => (init.kind === 'normal' ? init.std : init.kind));
  const factor = (name: string) => (name.includes('embed') ? 1 : name.includes('lm_head') ? 1 / m : 1 / Math.sqrt(m));
  expect(stds(parameterList(model))).toEqual(
    plain.map(({ name, init }) => (init.kind === 'normal' ? init.std * factor(name) : init.kind)),
  );
  expect(parameterList({ ...model, mup_base_hidden_size: model.hidden_size })).toEqual(plain);
});

it('is refused for a model whose head is its embedding', () => {
  const tied = { ...config.model, model_type: 'llama', tie_word_embeddings: true };
  expect(() => parameterList(tied)).toThrow('µP is for whole models with a head of their own');
});
