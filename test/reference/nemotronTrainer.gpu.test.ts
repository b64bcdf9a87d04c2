/**
 * Thirty steps of a run and of its float64 twin: the same losses. What the two share is the text, as rows of ids, and the weights they
 * begin with; forward and backward pass, clipping, AdamW and rates are each their own.
 */
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { placeAfter } from '../../src/recipe/place.ts';
import { prepareData } from '../../src/train/run/data.ts';
import { Run } from '../../src/train/run/run.ts';
import { gpu } from '../gpu/device.ts';
import { type Row, TwinTrainer } from './nemotronTrainer.ts';
import type { MetricRow } from '../../src/recipe/measurements.ts';
import type { RunNews } from '../../src/train/run/listener.ts';
import { listening } from '../../src/util/events.ts';

const text = Array.from({ length: 300 }, (_, i) => `${i} times ${i % 7} is ${i * (i % 7)}.\n\f`).join('');
const files = [{ source: 'sums', name: 'sums.txt', bytes: new Blob([text]) }];
const small = [
  ...[
    'model.hidden_size=16',
    'model.num_hidden_layers=2',
    'model.num_attention_heads=4',
    'model.head_dim=8',
    'batch.length=16',
  ],
  ...['model.initializer_range=0.2', 'evaluation.everySteps=0', 'evaluation.rows=1'],
];

/** η by its formula: a rise by equal parts to the peak, then half a cosine to the end, met at the last step. */
function cosine(
  { peak, end, warmupSteps, warmupStart }: RunConfig['base']['schedule'],
  step: number,
  steps: number,
): number {
  if (step < warmupSteps) return warmupStart + ((peak - warmupStart) * step) / warmupSteps;
  const share = (step - warmupSteps) / (steps - 1 - warmupSteps);
  return end + ((peak - end) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** Seen: 9.6e-7 at most. f32 sums of some hundred terms of order 1, thirty steps on. */
const TOLERANCE = 5e-6;

it.each([
  [
    'grouped heads, half of each turned, documents apart, clipped',
    [
      'model.num_key_value_heads=2',
      'data.separateDocuments=true',
      'batch.sequences=2',
      'continued=off',
      'base.steps=30',
      'base.schedule.warmupSteps=5',
    ],
  ],
  [
    'whole heads turned, micro-batches, no clipping, embeddings that do not decay',
    [
      ...[
        'model.num_key_value_heads=4',
        'model.partial_rotary_factor=1',
        'data.separateDocuments=false',
        'batch.sequences=1',
        'batch.accumulation=3',
      ],
      ...[
        'optimizer.max_grad_norm=0',
        'optimizer.decay_embeddings=false',
        'continued=off',
        'base.steps=30',
        'base.schedule.warmupSteps=2',
      ],
    ],
  ],
  [
    'a continued part with fresh moments and another rate',
    [
      ...[
        'model.num_key_value_heads=1',
        'data.separateDocuments=false',
        'batch.sequences=2',
        'base.steps=18',
        'base.schedule.warmupSteps=3',
      ],
      ...['continued.steps=12', 'continued.keepMoments=false', 'optimizer.beta2=0.9', 'optimizer.weight_decay=0.3'],
    ],
  ],
])('%s', async (_, lines) => {
  const config = resolveConfig({ preset: 'smoke', data: ['sums'], set: [...small, ...lines] });
  const { batch, base, continued, data: documents } = config;
  const data = await prepareData(
    config,
    files,
    () => Promise.reject(new Error('no shard')),
    () => {},
  );
  const backend = await gpu();
  const losses: number[] = [];
  const listener = listening<RunNews>({
    metric: (row: MetricRow) => void losses.push(row.loss),
  });
  const run = await Run.create(backend, config, data, listener);
  const twin = new TwinTrainer(config.model, config.optimizer, await run.engine.weights());
  await run.train();
  run.destroy();
  expect(losses).toHaveLength(30);

  const wanted = losses.map((__, step) => {
    const rows: Row[] = [];
    for (let micro = 0; micro < batch.accumulation; micro++) {
      const place = placeAfter({ rows: 0, tokens: 0 }, step * batch.accumulation + micro, batch);
      const { tokens, targets, documentStart } = data.batches.draw(place, base.blend);
      for (let at = 0; at < tokens.length; at += batch.length) {
        const part = (of: Uint32Array): Uint32Array => of.slice(at, at + batch.length);
        rows.push({
          tokens: part(tokens),
          targets: part(targets),
          documentStart: documents.separateDocuments ? part(documentStart) : null,
        });
      }
    }
    const later = step - base.steps;
    if (later === 0) twin.forget();
    return twin.step(
      rows,
      later < 0 ? cosine(base.schedule, step, base.steps) : cosine(continued!.schedule, later, continued!.steps),
    );
  });
  expect(Math.max(...losses.map((loss, step) => Math.abs(loss - wanted[step]!)))).toBeLessThan(TOLERANCE);
  expect(losses[29]).toBeLessThan(losses[0]! - 0.3);
});
