/** An objective written here and nowhere else: registered, it trains, and its measurement joins the columns. */
import { expect, it } from 'vitest';
import type { RunConfig } from '../../src/config/run.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import type { Objective } from '../../src/objective/objective.ts';
import { registerObjective } from '../../src/objective/objectives.ts';
import { headLoss } from '../../src/ops/headLoss.ts';
import { logProb } from '../../src/ops/logProb.ts';
import { rowSums, stepTotal } from '../../src/ops/sums.ts';
import { columnsOf } from '../../src/recipe/measurements.ts';
import { Engine } from '../../src/train/engine/engine.ts';
import { processor } from '../cpu/processor.ts';
import { tinyBatch, tinyConfig } from '../model/tiny.ts';

/** Mean −log p of targets that weigh differently, and how surely whole rows are said: its mean log-probability. */
const weighted: Objective = {
  name: 'weighted',
  columns: [{ name: 'weights', dtype: 'f32', per: 'token' }],
  metrics: ['sureness'],
  counted: ({ columns }) => Float64Array.from(columns!.weights!).reduce((sum, weight) => sum + weight, 0),
  record(g, { states, head, shape: [B], training, scale }, { targets, stepWeight, columns }) {
    const rowWeights = columns.weights!;
    const { loss } = headLoss(g, states, head, targets, stepWeight, { training, rowWeights, scale });
    const rows = rowSums(g, logProb(g, states, head, targets), rowWeights, B);
    return { loss, metrics: { sureness: stepTotal(g, 'sureness', rows, stepWeight) } };
  },
};
registerObjective(weighted.name, () => weighted);

it('trains on its own columns, in one micro-batch or in two, and is measured', async () => {
  const lossesOf = async (batch: RunConfig['batch']) => {
    const config: RunConfig = { ...tinyConfig, batch, objective: { name: 'weighted' } };
    const engine = await Engine.create(await processor(), config, tokenIndex);
    engine.initialize(1);
    const whole = tinyBatch({ ...config, batch: { ...batch, sequences: 4 } });
    const weights = Float32Array.from(whole.targets, (target, i) => (target > 44 ? 0 : [0, 1, 0.25][i % 3]!));
    const size = batch.sequences * batch.length;
    const part = <C extends Uint32Array | Float32Array>(column: C, i: number) =>
      column.slice(i * size, (i + 1) * size) as C;
    const micro = (i: number) => ({
      tokens: part(whole.tokens, i),
      targets: part(whole.targets, i),
      documentStart: part(whole.documentStart, i),
      columns: { weights: part(weights, i) },
    });
    for (let step = 0; step < 30; step++) engine.submitStep(step, micro, 1e-2, step + 1);
    const rows = await engine.metrics(0, 29);
    engine.destroy();
    return rows;
  };
  const once = await lossesOf({ sequences: 4, length: 13, accumulation: 1 });
  const twice = await lossesOf({ sequences: 2, length: 13, accumulation: 2 });
  expect(once[29]!.loss).toBeLessThan(once[0]!.loss / 4); // one batch, again and again
  for (const [i, { loss, own }] of once.entries()) {
    expect(own!.sureness! / -loss, `step ${i}`).toBeCloseTo(1, 5); // the same mean by the other road
    expect(loss / twice[i]!.loss, `step ${i}`).toBeCloseTo(1, 3); // rounding, thirty steps deep
  }
  const row = { ...once[0]!, tokens: 0, tokensPerSecond: 0, phase: 'base' as const };
  expect(columnsOf([row]).own!.sureness![0]).toBe(once[0]!.own!.sureness);
});
