/** How the bench sizes what it runs between two waits, on a device that is made up: 1 ms a wait, 0.1 ms a unit of work. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Laboratory } from './laboratory.ts';

let now = 0;
const runs: number[] = [];
const subject = {
  async run(times = 1) {
    runs.push(times);
    now += 1 + 0.1 * times;
  },
  destroy: () => undefined,
};
const open = async () => {
  const laboratory = new Laboratory({ ours: async () => ({ openStep: async () => subject }) });
  const { id } = await laboratory.open('ours', { step: { name: '', L: 1, D: 1, H: 1, T: 1, B: 1, V: 1 } });
  runs.length = 0;
  return (seconds: number, depth: number | 'batch') => laboratory.burst(id, seconds, depth);
};

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('counts units, and gives the time of one', async () => {
  const burst = await open();
  expect(await burst(0, 1)).toMatchObject({ units: 1, millis: [expect.closeTo(1.1, 9)] });
  expect(await burst(0.003, 8)).toMatchObject({
    units: 16,
    millis: [expect.closeTo(0.225, 9), expect.closeTo(0.225, 9)],
  });
  expect(runs).toEqual([1, 8, 8]);
});

it('lets a batch grow until the wait is small beside it, once', async () => {
  const burst = await open();
  // 256 units take 26.6 ms, so 192 take the 20 ms that a batch is to last; the growing is not timed.
  expect(await burst(0, 'batch')).toMatchObject({ units: 192 });
  expect(await burst(0, 'batch')).toMatchObject({ units: 192 });
  expect(runs).toEqual([1, 4, 16, 64, 256, 192, 192]);
});
