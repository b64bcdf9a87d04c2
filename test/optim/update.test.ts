/** What an update is recorded as: which pools it reads and writes, with which of the configuration's numbers. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/graph.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { initialLossScale, lossScale } from '../../src/optim/lossScale.ts';
import { update } from '../../src/optim/update.ts';
import { ringNames, ringWidth } from '../../src/recipe/measurements.ts';

const config = { beta1: 0.8, beta2: 0.95, epsilon: 1e-7, weight_decay: 0.02, max_grad_norm: 1.5 };
// 64 decayed elements, then 64 that are not.
const layout = layoutPool([
  { name: 'matrix', shape: [8, 8], decay: true },
  { name: 'norm', shape: [8], decay: false },
]);

function record(own: number, scaled: boolean) {
  const g = new Graph();
  const measured = Array.from({ length: own }, (_, i) => g.state(`own ${i}`, [1]));
  const scale = scaled ? lossScale(g) : undefined;
  const made = update(g, layout, g.state('loss', [1]), config as never, 4, measured, scale);
  const told = g.nodes.map(({ op, inputs, outputs, attributes, phase }) => ({
    op: op.name,
    phase,
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    attributes,
  }));
  return { g, made, told };
}

describe('an update', () => {
  it('clips by the norm, then steps every pool, decayed up to where the layout says', () => {
    const { made, told } = record(0, false);
    expect(told).toMatchObject([
      { op: 'gradientNorm', phase: 'update', attributes: { maxNorm: 1.5, stepsToDouble: 0 } },
      {
        op: 'adamw',
        phase: 'update',
        inputs: ['gradients', 'controls', 'clip'],
        outputs: ['parameters', 'moments1', 'moments2', 'ring'],
        attributes: { beta1: 0.8, beta2: 0.95, epsilon: 1e-7, weightDecay: 0.02, regions: layout.regions },
      },
    ]);
    expect(told).toHaveLength(2);
    expect([made.controls.shape, made.ring.shape]).toEqual([[4], [4, ringWidth(0)]]);
    expect([made.controls.role, made.ring.role]).toEqual(['input', 'state']);
  });

  it('writes what the objective measures into the ring’s columns after its own', () => {
    const { made, told } = record(2, false);
    const width = ringWidth(2);
    expect(made.ring.shape).toEqual([4, width]);
    expect(told.slice(2)).toMatchObject([
      { inputs: ['own 0', 'controls'], outputs: ['ring'], attributes: { column: ringNames.length, width } },
      { inputs: ['own 1', 'controls'], outputs: ['ring'], attributes: { column: ringNames.length + 1, width } },
    ]);
  });

  it('under a loss scale divides it out again, and doubles it after 2,000 steps without overflow', () => {
    const { g, told } = record(0, true);
    expect(told[0]!.outputs).toContain('lossScale');
    expect(told[0]!.attributes).toEqual({ maxNorm: 1.5, stepsToDouble: 2000 });
    expect(g.states.find(({ name }) => name === 'lossScale')!.shape).toEqual([4]);
    expect([...initialLossScale()]).toEqual([2 ** 16, 0, 0, 0]);
  });
});
