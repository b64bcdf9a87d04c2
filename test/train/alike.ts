/** The first steps of preset ci through the whole engine: one run, whatever executes its graphs. */
import { expect } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { Oracle } from '../../src/graph/oracle.ts';
import type { HeldOutPoint, LayerReading, TensorReading } from '../../src/protocol.ts';
import type { Backend } from '../../src/train/backends/backend.ts';
import { ProcessorBackend } from '../../src/train/backends/processor.ts';
import { prepareData } from '../../src/train/run/data.ts';
import { Run } from '../../src/train/run/run.ts';
import type { RunNews } from '../../src/train/run/listener.ts';
import { listening } from '../../src/util/events.ts';

/** Nats. f32 sums of some hundred terms differ by 1e-7 of their size, which twenty steps amplify to 1e-6 (measured). */
const tolerance = 1e-4;
/** Of norms, relative: those of small gradients differ first. */
const normTolerance = 1e-3;

/** In one micro-batch, then in two, so that gradients are also added up. */
const set = [
  ...['base.steps=20', 'batch.sequences=2', 'batch.accumulation=2', 'base.batchRamp=2:0.1'],
  ...['evaluation.rows=1', 'logEverySteps=1'],
];
const config = { ...resolveConfig({ preset: 'ci', set }), continued: null };

/** What a run measures, and what its model then says. */
async function train(backend: Backend) {
  const noShards = () => Promise.reject(new Error('A world reads no shard.'));
  const data = await prepareData(config, [], noShards, () => {});
  const losses: number[] = [];
  const heldOut: HeldOutPoint[] = [];
  const looks: { tensors: TensorReading[]; layers: LayerReading[] }[] = [];
  const run = await Run.create(
    backend,
    config,
    data,
    listening<RunNews>({
      metric: ({ loss }) => void losses.push(loss),
      heldOut: (point) => void heldOut.push(point),
      inspection: (look) => void looks.push(look),
    }),
  );
  expect((await run.train()).kind).toBe('done');
  const text = await run.sample('The', 8, 0, 1);
  run.destroy();
  return { losses, heldOut, looks, text };
}

const worst = (got: readonly number[], want: readonly number[]): number =>
  Math.max(...want.map((value, i) => Math.abs(got[i]! - value)));

/** Trains on `backend` and in doubles, and compares all that is measured. */
export async function expectAlike(backend: Backend): Promise<void> {
  const got = await train(backend);
  const want = await train(new ProcessorBackend('f64', 'doubles', async (layout) => new Oracle(layout)));
  expect(want.losses).toHaveLength(20);
  expect(worst(got.losses, want.losses)).toBeLessThan(tolerance);
  expect(got.heldOut.map(({ step }) => step)).toEqual([0, 20]);
  for (const [i, { loss }] of want.heldOut.entries())
    expect(worst(Object.values(got.heldOut[i]!.loss), Object.values(loss))).toBeLessThan(tolerance);
  expect(want.looks.length).toBeGreaterThan(0);
  for (const [i, { tensors, layers }] of want.looks.entries()) {
    const found = got.looks[i]!;
    for (const [k, one] of tensors.entries()) {
      const norms = ({ gradNorm, weightNorm, updateRatio }: TensorReading) =>
        [gradNorm / one.gradNorm, weightNorm / (one.weightNorm || 1), updateRatio! / (one.updateRatio || 1)] as const;
      expect(found.tensors[k]!.name).toBe(one.name);
      expect(worst(norms(found.tensors[k]!), norms(one)), one.name).toBeLessThan(normTolerance);
    }
    for (const [k, one] of layers.entries()) {
      expect(worst([found.layers[k]!.highestScore], [one.highestScore])).toBeLessThan(normTolerance);
      expect(found.layers[k]!.dead).toBeCloseTo(one.dead);
    }
  }
  expect(got.text).toBe(want.text);
}
