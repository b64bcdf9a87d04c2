/** Batches of a run that takes all its steps alike, by step and micro-batch. */
import type { Blend } from '../../src/config/run.ts';
import type { Batch, LoaderShape } from '../../src/data/loader.ts';
import { type Place, placeAfter, placeOfStep } from '../../src/recipe/place.ts';

interface Drawn {
  shape: LoaderShape;
  draw(place: Place, blend: Blend, into?: Batch): Batch;
}

export const batchAt = (loader: Drawn, step: number, micro: number, blend: Blend, into?: Batch): Batch =>
  loader.draw(placeAfter(placeOfStep(step, loader.shape), micro, loader.shape), blend, into);

/** Input tokens a source of so many steps. */
export function countsOf(loader: Drawn, steps: number, blendAt: (step: number) => Blend): Float64Array {
  const { accumulation } = loader.shape;
  const micros = Array.from({ length: steps * accumulation }, (_, i) => {
    const step = Math.floor(i / accumulation);
    return batchAt(loader, step, i % accumulation, blendAt(step)).counts;
  });
  return micros.reduce((total, counts) => total.map((count, s) => count + counts[s]!));
}
