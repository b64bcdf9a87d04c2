/** Around every test of the gpu tier: a GPU error is not an exception, so it is asked for, and fails the test that caused it. */
import { afterEach, beforeEach } from 'vitest';
import { gpu, takeUncaptured } from '../gpu/device.ts';

const scopes: readonly GPUErrorFilter[] = ['out-of-memory', 'internal', 'validation'];

beforeEach(async () => {
  const { device } = await gpu();
  for (const filter of scopes) device.pushErrorScope(filter);
});

afterEach(async () => {
  const { device } = await gpu();
  const errors: string[] = [];
  for (const filter of scopes.toReversed()) {
    const error = await device.popErrorScope();
    if (error) errors.push(`${filter}: ${error.message}`);
  }
  errors.push(...takeUncaptured());
  if (errors.length > 0) throw new Error(`the GPU reported ${errors.length} error(s):\n${errors.join('\n')}`);
});
