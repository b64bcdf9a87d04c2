/**
 * DoReMi (Xie et al., 2023) by this engine: a reference is trained on uniform weights; then a proxy, while weights grow where it is
 * worse than the reference, on tokens on which it is worse. The proxy draws sources by the weights of the moment where the paper weighs
 * their losses: the same in expectation. What comes out is the mean of the weights.
 */
import type { Blend, RunConfig } from '../../config/run.ts';
import type { Batch } from '../../data/loader.ts';
import type { TokenSource } from '../../data/source.ts';
import { textLoader } from '../../data/textRows.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import { rate } from '../../optim/schedule.ts';
import { placeOfStep } from '../../recipe/place.ts';
import { clippedExcess, doremiMean, doremiStep } from '../../recipe/weights.ts';
import { Engine } from '../engine/engine.ts';
import type { Backend } from '../backends/backend.ts';

/** Steps of each model, as a share of a run's: as in curation-world.md's measurements, where 0.3 M tokens stood for 0.8 M. */
const SHARE = 0.375;
/** The weights move every so many steps, by rows of every source that neither model has been trained on yet. */
const EVERY = 4;
/** Numbers the rows that weights are moved by, far from those of training. */
const ASIDE = 2 ** 28;

/** Null: it was stopped. */
export async function doremiWeights(
  backend: Backend,
  config: RunConfig,
  sources: readonly TokenSource[],
  stopped: () => boolean,
): Promise<number[] | null> {
  const { base, batch, seed } = config;
  const steps = Math.ceil(base.steps * SHARE);
  const warmupSteps = Math.ceil(base.schedule.warmupSteps * SHARE);
  const loader = textLoader(sources, batch, seed);
  const blendOf = (weights: readonly number[]): Blend =>
    Object.fromEntries(sources.map(({ name }, k) => [name, weights[k]!]));
  const uniform = sources.map(() => 1 / sources.length);
  const [reference, proxy] = [
    await Engine.create(backend, config, tokenIndex),
    await Engine.create(backend, config, tokenIndex),
  ];
  const into = loader.allocate();
  const train = async (engine: Engine, first: number, weights: readonly number[], count: number) => {
    for (let step = first; step < first + count; step++) {
      const batchOf = (): Batch => loader.draw(placeOfStep(step, batch), blendOf(weights), into);
      engine.submitStep(step, batchOf, rate({ ...base.schedule, warmupSteps }, step, steps), step + 1);
    }
    await engine.metrics(first, first + count - 1);
  };
  try {
    reference.initialize(seed);
    proxy.initialize(seed + 1);
    for (let step = 0; step < steps; step += EVERY) {
      if (stopped()) return null;
      await train(reference, step, uniform, Math.min(EVERY, steps - step));
    }
    let weights: readonly number[] = uniform;
    const seen: (readonly number[])[] = [];
    for (let step = 0; step < steps; step += EVERY) {
      if (stopped()) return null;
      const excess: number[] = [];
      for (const [k, { name }] of sources.entries()) {
        const rows = loader.draw(placeOfStep(ASIDE + step + k, batch), { [name]: 1 }, into);
        const asked = { ...rows, count: batch.sequences };
        excess.push(clippedExcess(await proxy.score(asked), await reference.score(asked)));
      }
      weights = doremiStep(weights, excess);
      seen.push(weights);
      await train(proxy, step, weights, Math.min(EVERY, steps - step));
    }
    return doremiMean(seen);
  } finally {
    reference.destroy();
    proxy.destroy();
  }
}
