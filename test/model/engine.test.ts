import { expect, describe, it } from 'vitest';
import { ignoredTarget } from '../../src/ops/headLoss.ts';
import type { StepBatch } from '../../src/train/engine/engine.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { nmse } from '../../src/graph/interpret.ts';
import { expectGradients } from './gradients.ts';
import { interpretStep } from './interpretStep.ts';
import { openEngine, tinyBatch, tinyConfig } from './tiny.ts';

describe('the training step', () => {
  it('gives the gradients of the f64 interpreter for a 2-layer GQA model', async () => {
    const reference = interpretStep(tinyConfig);
    const engine = await openEngine(tinyConfig);
    engine.submitStep(0, () => reference.batch, 0, 1);
    const [metrics] = await engine.metrics(0, 0);
    expect(Math.abs(metrics!.loss - reference.loss)).toBeLessThan(1e-5);
    const norm = expectGradients(await engine.readPool('gradients'), reference);
    expect(Math.abs(metrics!.gradNorm / norm - 1)).toBeLessThan(1e-5);
    engine.destroy();
  });

  it('gives the same gradients in f64 with and without checkpointing', () => {
    const plain = interpretStep(tinyConfig);
    const again = interpretStep(tinyConfig, { checkpoint: true });
    for (const { name } of parameterList(tinyConfig.model))
      expect(again.gradient(name), name).toEqual(plain.gradient(name));
  });

  it('starts within 2 % of ln V', async () => {
    // A byte vocabulary: initial logits of variance 0.16 add 0.08 nats, 1.4 % of ln 260 (config/derived.ts).
    const config = { ...tinyConfig, model: { ...tinyConfig.model, vocab_size: 260 } };
    const engine = await openEngine(config);
    engine.submitStep(0, () => tinyBatch(config), 0, 1);
    const [{ loss }] = (await engine.metrics(0, 0)) as unknown as [{ loss: number }];
    const uniform = Math.log(260);
    expect(Math.abs(loss / uniform - 1)).toBeLessThan(0.02);
    engine.destroy();
  });

  it('adds micro-batches up to the gradient of the whole batch, however many targets count in each', async () => {
    const two = { ...tinyConfig, batch: { sequences: 3, length: 13, accumulation: 2 } };
    const one = { ...tinyConfig, batch: { sequences: 6, length: 13, accumulation: 1 } };
    // 36 targets that count, and 6 of which each is to weigh as much.
    const micros = [tinyBatch(two, 0), tinyBatch(two, 1)];
    micros[1]!.targets.fill(ignoredTarget, 6);
    const join = (pick: (b: (typeof micros)[0]) => Uint32Array) =>
      Uint32Array.from(micros.flatMap((b) => [...pick(b)]));
    const whole = {
      tokens: join((b) => b.tokens),
      targets: join((b) => b.targets),
      documentStart: join((b) => b.documentStart),
    };
    const gradients = [];
    for (const [config, batches] of [
      [two, micros],
      [one, [whole]],
    ] as const) {
      const engine = await openEngine(config);
      // A step before this one must leave no trace: the first micro-batch overwrites.
      engine.submitStep(0, (micro) => batches[micro]!, 0, 1);
      // One after another in the same memory, as a run's come.
      const shared = structuredClone(batches[0]!);
      const next = (micro: number): StepBatch => {
        for (const key of ['tokens', 'targets', 'documentStart'] as const) shared[key].set(batches[micro]![key]);
        return shared;
      };
      engine.submitStep(1, next, 0, 1);
      gradients.push({ pool: await engine.readPool('gradients'), loss: (await engine.metrics(1, 1))[0]!.loss });
      engine.destroy();
    }
    expect(nmse(gradients[0]!.pool, gradients[1]!.pool)).toBeLessThan(1e-11);
    expect(Math.abs(gradients[0]!.loss - gradients[1]!.loss)).toBeLessThan(1e-6);
  });

  it('overfits one batch to below 0.05 nats, and gives the same losses bit for bit when run again', async () => {
    const run = async (steps: number): Promise<number[]> => {
      const engine = await openEngine(tinyConfig);
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        engine.submitStep(step, () => tinyBatch(tinyConfig), 1e-2, step + 1);
        if (step % 25 === 24) losses.push(...(await engine.metrics(step - 24, step)).map(({ loss }) => loss));
      }
      engine.destroy();
      return losses;
    };
    const losses = await run(200);
    expect(losses.at(-1)).toBeLessThan(0.05);
    expect(await run(50)).toEqual(losses.slice(0, 50));
  });

  it('scores what it trains on as the training loss says', async () => {
    const engine = await openEngine(tinyConfig);
    const batch = tinyBatch(tinyConfig);
    const nll = await engine.score({ ...batch, count: 3 });
    const counted = batch.targets.filter((target) => target < 44).length;
    engine.submitStep(0, () => batch, 0, 1);
    const [{ loss }] = (await engine.metrics(0, 0)) as unknown as [{ loss: number }];
    expect(Math.abs(nll.reduce((sum, value) => sum + value, 0) / counted - loss)).toBeLessThan(1e-6);
    engine.destroy();
  });
});
