/** Initial weights as a function of (seed, tensor name, element): the same on every machine, whatever the order of drawing. */
import type { ModelConfig } from '../config/run.ts';
import type { PoolLayout } from '../graph/pool.ts';
import { randomNormal, streamOf } from '../util/random.ts';
import { type Parameter, parameterList } from './parameters.ts';

/** The whole parameter pool: N(0, std²) where the list says normal, else 0 or 1; standard deviations in `parameterList`. */
export function initialWeights(
  model: ModelConfig,
  layout: PoolLayout,
  seed: number,
  parameters: readonly Parameter[] = parameterList(model),
): Float32Array<ArrayBuffer> {
  const pool = new Float32Array(layout.elements);
  for (const { name, init } of parameters) {
    if (init.kind === 'zeros') continue;
    const { offset, size } = layout.slices.get(name)!;
    if (init.kind === 'ones') {
      pool.fill(1, offset, offset + size);
      continue;
    }
    const stream = streamOf(name);
    for (let i = 0; i < size; i++) pool[offset + i] = init.std * randomNormal(seed, stream, i);
  }
  return pool;
}
