import { expect } from 'vitest';
import { nmse } from '../../src/graph/interpret.ts';
import type { interpretStep } from './interpretStep.ts';

/**
 * Holds a pool of gradients, tensor by tensor, against what the interpreter finds, or the sum of several micro-batches'. Two layers of f32
 * products deep; single ops hold 1e-11. Returns the norm of what was wanted.
 */
export function expectGradients(pool: Float32Array, ...steps: ReturnType<typeof interpretStep>[]): number {
  let squares = 0;
  for (const [name, { offset, size }] of steps[0]!.layout.slices) {
    const parts = steps.map((step) => step.gradient(name));
    const want = parts[0]!.map((_, i) => parts.reduce((sum, part) => sum + part[i]!, 0));
    expect(nmse(pool.subarray(offset, offset + size), want), name).toBeLessThan(1e-10);
    squares += want.reduce((sum, value) => sum + value * value, 0);
  }
  return Math.sqrt(squares);
}
