/** Looks inside a model: right against the pools and the f64 twins, and without a trace in the run. */
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/config/run.ts';
import { parameterList } from '../../src/model/parameters.ts';
import type { FirstCheck, Inspection, Notice } from '../../src/protocol.ts';
import { activationGraph, Inspector } from '../../src/train/engine/inspect.ts';
import { Run } from '../../src/train/run/run.ts';
import { processor } from '../cpu/processor.ts';
import { openEngine, tinyBatch, tinyConfig } from '../model/tiny.ts';
import { interpret, type Values } from '../../src/graph/interpret.ts';
import { fakeData, switchingConfig } from './saved/fakeData.ts';
import type { MetricRow } from '../../src/recipe/measurements.ts';
import type { RunNews } from '../../src/train/run/listener.ts';
import { listening } from '../../src/util/events.ts';

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));

describe('a look', () => {
  it('gives the norms of the pools, and of what the update did to the weights', async () => {
    const engine = await openEngine(tinyConfig, await processor());
    const inspector = await Inspector.create(engine);
    const batch = tinyBatch(tinyConfig);
    for (let step = 0; step < 3; step++) engine.submitStep(step, () => batch, 1e-2, step + 1);
    const before = await engine.snapshot();
    engine.submitStep(3, () => batch, 1e-2, 4);
    const looked = inspector.look(batch);
    // Steps submitted after it do not show.
    engine.submitStep(4, () => batch, 1e-2, 5);
    const { tensors } = await looked;

    engine.restore(before);
    engine.submitStep(3, () => batch, 1e-2, 4);
    const after = await engine.snapshot();
    const gradients = await engine.readPool('gradients');
    const names = parameterList(tinyConfig.model).flatMap(({ parts }) => parts.map(({ name }) => name));
    expect(tensors.map(({ name }) => name)).toEqual(names);
    let i = 0;
    for (const { name, shape, parts } of parameterList(tinyConfig.model)) {
      let from = engine.layout.slices.get(name)!.offset;
      for (const { rows } of parts) {
        const to = from + rows * (shape[1] ?? 1);
        const { gradNorm, weightNorm, updateRatio, finite } = tensors[i++]!;
        const weights = after.parameters.subarray(from, to);
        const change = weights.map((w, k) => w - before.parameters[from + k]!);
        expect(finite).toBe(true);
        expect(gradNorm / norm(gradients.subarray(from, to))).toBeCloseTo(1, 5);
        expect(weightNorm / norm(weights)).toBeCloseTo(1, 5);
        // The difference of two f32 weights has lost two or three of its seven digits.
        expect(updateRatio! / (norm(change) / norm(weights))).toBeCloseTo(1, 3);
        from = to;
      }
    }
    inspector.destroy();
    engine.destroy();
  });

  it('counts silent units and finds the largest score as f64 does', async () => {
    const engine = await openEngine(tinyConfig, await processor());
    const inspector = await Inspector.create(engine);
    const batch = tinyBatch(tinyConfig);
    engine.submitStep(0, () => batch, 1e-2, 1);
    const { layers } = await inspector.look(batch);
    const { parameters } = await engine.snapshot();

    const { g, tokens, documentStart, layers: recorded } = activationGraph(tinyConfig, tinyConfig.batch.sequences);
    const values: Values = new Map([
      [tokens, Float64Array.from(batch.tokens)],
      [documentStart!, Float64Array.from(batch.documentStart)],
    ]);
    for (const parameter of g.parameters) {
      const { offset, size } = engine.layout.slices.get(parameter.name)!;
      values.set(parameter, Float64Array.from(parameters.subarray(offset, offset + size)));
    }
    interpret(g, values);
    expect(layers).toHaveLength(2);
    recorded.forEach(({ units, scores }, layer) => {
      const silent = values.get(units)!.filter((highest) => highest <= 0).length;
      expect(layers[layer]!.dead).toBe(silent / tinyConfig.model.intermediate_size);
      expect(layers[layer]!.highestScore).toBeCloseTo(Math.max(...values.get(scores)!), 4);
    });
    inspector.destroy();
    engine.destroy();
  });

  it('tells of a step whose update was suppressed as of none, and of a gradient that is not finite', async () => {
    const engine = await openEngine(tinyConfig, await processor());
    const inspector = await Inspector.create(engine);
    const batch = tinyBatch(tinyConfig);
    engine.submitStep(0, () => batch, 1e-2, 1);
    const { parameters } = await engine.snapshot();
    parameters.fill(Number.NaN, 0, 1);
    engine.executor.write('parameters', parameters);
    engine.submitStep(1, () => batch, 1e-2, 2);
    const { tensors } = await inspector.look(batch);
    expect(tensors.some(({ finite }) => !finite)).toBe(true);
    for (const { name, updateRatio } of tensors.slice(1)) expect(updateRatio, name).toBe(0);
    inspector.destroy();
    engine.destroy();
  });
});

async function train(config: RunConfig, looks: boolean) {
  const backend = await processor();
  const rows: MetricRow[] = [];
  const checks: FirstCheck[] = [];
  const inspections: Inspection[] = [];
  const notices: Notice[] = [];
  const watching = {
    check: (check: FirstCheck) => void checks.push(check),
    inspection: (inspection: Inspection) => void inspections.push(inspection),
  };
  const listener = listening<RunNews>({
    metric: (row: MetricRow) => void rows.push(row),
    notice: (notice: Notice) => void notices.push(notice),
    ...(looks && watching),
  });
  const run = await Run.create(backend, config, fakeData(config), listener);
  const end = await run.train();
  const pools = await run.engine.snapshot();
  run.destroy();
  return { end, losses: rows.map(({ loss, gradNorm }) => [loss, gradNorm]), pools, checks, inspections, notices };
}

describe('a run that is looked into', () => {
  it('has the bits of one that is not; its first step is sound', async () => {
    const config = { ...switchingConfig, batch: { ...switchingConfig.batch, accumulation: 2 } };
    const plain = await train(config, false);
    const looked = await train(config, true);
    expect(looked.end).toEqual({ kind: 'done' });
    expect(looked.losses).toEqual(plain.losses);
    expect(looked.pools).toEqual(plain.pools);
    expect(looked.inspections.map(({ step }) => step)).toEqual([0, 25, 39]);
    expect(looked.inspections.every(({ tensors, layers }) => tensors.length === 24 && layers.length === 2)).toBe(true);
    expect(looked.checks.map(({ name, sound }) => [name, sound]).sort()).toEqual([
      ['gradients', true],
      ['loss', true],
    ]);
    expect(plain.checks).toEqual([]);
  });
});
