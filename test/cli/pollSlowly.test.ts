/** How Dawn for Node polls, by the adapters that were opened. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const immediately = globalThis.setImmediate;
let choosePolling: (software: boolean) => void;

beforeEach(async () => {
  vi.resetModules(); // the file remembers what the process has opened
  ({ choosePolling } = await import('../../src/cli/node/workarounds/pollSlowly.ts'));
});
afterEach(() => {
  globalThis.setImmediate = immediately;
});

it('polls slowly on a software adapter', async () => {
  choosePolling(true);
  expect(globalThis.setImmediate).not.toBe(immediately);
  const order: string[] = [];
  const slow = new Promise<void>((resolve) =>
    setImmediate((word: string) => {
      order.push(word);
      resolve();
    }, 'slow'),
  );
  immediately(() => order.push('immediate'));
  await slow;
  expect(order).toEqual(['immediate', 'slow']); // and hands arguments on
});

it('leaves the function alone on a GPU', () => {
  choosePolling(false);
  expect(globalThis.setImmediate).toBe(immediately);
});

it.each([
  ['a GPU before a software adapter', [false, true]],
  ['a GPU after a software adapter', [true, false]],
])('polls without a pause from the first GPU on: %s', (_, adapters) => {
  for (const software of adapters) choosePolling(software);
  expect(globalThis.setImmediate).toBe(immediately);
});
