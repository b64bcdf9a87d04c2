/** What a laptop of a class hands in, one of thirty. */
import type { ClassResult } from '../../../src/ui/class/code.ts';

export const laptop = (id: number): ClassResult => ({
  ...{
    id,
    lesson: 'switch',
    step: 2,
    run: id % 4,
    asked: 'choice',
    prediction: id % 4,
    confidence: 5 * (id % 20),
    seed: 1000 + id,
    device: 'processor',
    tokens: 59_904,
  },
  ...{ facts: 80 + (id % 5) / 2, archive: 60, losses: [0.5, 1, NaN, 1.2, 0.9], before: [], after: [] },
  curve: Array.from({ length: 48 }, (_, i) => 1 - i / 100 + id / 1000),
});
