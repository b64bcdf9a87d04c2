/** What a run is said to need on the processor, beside what it then takes of WebAssembly's memory. */
import { expect, it } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { RunConfig } from '../../src/config/run.ts';
import type { CpuExecutor } from '../../src/cpu/executor.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { Engine } from '../../src/train/engine/engine.ts';
import { Generator } from '../../src/train/engine/generate.ts';
import { engineLayout } from '../../src/train/engine/graphs.ts';
import { Inspector } from '../../src/train/engine/inspect.ts';
import { needsOf } from '../../src/train/engine/needs.ts';
import { mostQuestions } from '../../src/train/run/questions.ts';
import { configOf, stepShapes } from '../bench/shapes.ts';
import { processor } from './processor.ts';

const shapes = stepShapes.map((shape) => [shape.name, configOf(shape)] as const);
const presets = PRESETS.map(({ name, config }) => [name, config] as const);

async function engineOf(config: RunConfig) {
  const backend = await processor();
  const engine = await Engine.create(backend, config, tokenIndex);
  return { backend, engine, executor: engine.executor as CpuExecutor };
}

it.each(shapes)('of the bench, %s: as planned, and memory grows to no more than a tenth above', async (_, config) => {
  const { backend, engine, executor } = await engineOf(config);
  const { bytes } = engineLayout(config, backend.context);
  console.log(`planned ${bytes}, taken ${executor.bytes}, memory ${executor.allocated} bytes`);
  expect(executor.bytes).toBe(bytes);
  expect(executor.allocated).toBeGreaterThanOrEqual(bytes);
  expect(executor.allocated).toBeLessThan(1.1 * bytes);
  engine.destroy();
});

/** Hundreds of megabytes each, planned by the same lines. */
const large = ['class', 'desk', 'studio'];

it.each(presets.filter(([name]) => !large.includes(name)))('of a run of %s, to the byte', async (_, config) => {
  const { backend, engine, executor } = await engineOf(config);
  const lengths = [config.batch.length];
  await Inspector.create(engine);
  await Generator.create(executor, config.model, 'generate 1');
  await Generator.create(executor, config.model, `generate ${mostQuestions}`, mostQuestions);
  for (const length of lengths) await engine.scorer(length);
  const { bytes } = needsOf(config, backend.context, backend.report, lengths);
  const copies = 3 * 4 * engine.layout.elements; // of a save: they lie outside of WebAssembly's memory
  expect(executor.bytes).toBe(bytes - copies);
  engine.destroy();
});

it('that calls leave for the next one is one for all plans, and follows a plan that needs more', async () => {
  const config = resolveConfig({ preset: 'ci' });
  const { engine, executor } = await engineOf(config);
  engine.initialize(1);
  const { sequences: B, length: T } = config.batch;
  const tokens = Uint32Array.from({ length: B * T }, (_, i) => (7 * i) % config.model.vocab_size);
  const batch = { tokens, targets: tokens, documentStart: new Uint32Array(B * T) };
  const train = async (step: number): Promise<number> => {
    engine.submitStep(step, () => batch, 0, step + 1);
    return (await engine.metrics(step, step))[0]!.loss;
  };
  const loss = await train(0);
  const before = executor.bytes;
  const { rows, length, score } = await engine.scorer(16 * T); // logits of 2,048 tokens at once
  expect(executor.bytes).toBeGreaterThan(before);
  const asked = { rows, length, tokens: new Uint32Array(rows * length).fill(5), row: Uint32Array.of(rows - 1) };
  const scored = () => score({ ...asked, position: Uint32Array.of(length - 1), token: Uint32Array.of(7) });
  const answer = await scored();
  expect(await train(1)).toBe(loss);
  // The training plan left nothing where it used to.
  expect(await scored()).toEqual(answer);
  engine.destroy();
});
