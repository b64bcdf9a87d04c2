/** A worker that says nothing is given up, in time that the page was awake for; one that answers late is not. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lifeline } from '../../src/ui/lifeline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Seconds after which the lifeline of a worker that answers each sign after `delay` seconds is lost; null: not within `during`. */
async function lostAfter(delay: number, during: number): Promise<number | null> {
  let [lost, now]: [number | null, number] = [null, 0];
  const answer = () => new Promise<void>((resolve) => void (delay < Infinity && setTimeout(resolve, 1000 * delay)));
  const lifeline = new Lifeline(
    answer,
    () => 60,
    () => (lost = now),
  );
  lifeline.hold();
  for (; now < during; now++) await vi.advanceTimersByTimeAsync(1000);
  lifeline.release();
  return lost;
}

it('bears with answers that come late, and not with none', async () => {
  expect(await lostAfter(0, 3600)).toBeNull();
  expect(await lostAfter(50, 3600)).toBeNull();
  const lost = await lostAfter(Infinity, 3600);
  expect(lost).toBeGreaterThanOrEqual(60);
  expect(lost).toBeLessThanOrEqual(75);
});

it('asks nobody while no call is under way', async () => {
  const beat = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const lifeline = new Lifeline(
    beat,
    () => 60,
    () => {},
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(beat).not.toHaveBeenCalled();
  lifeline.hold();
  lifeline.hold();
  lifeline.release();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(beat).toHaveBeenCalledTimes(2);
  lifeline.release();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(beat).toHaveBeenCalledTimes(2);
});

it('counts no time in which the page slept', async () => {
  const now = vi.spyOn(performance, 'now');
  let asleep = 0;
  const clock = vi.getMockedSystemTime()!.getTime();
  now.mockImplementation(() => vi.getMockedSystemTime()!.getTime() - clock + asleep);
  const lost = vi.fn<(seconds: number) => void>();
  const lifeline = new Lifeline(
    () => new Promise(() => {}),
    () => 60,
    lost,
  );
  lifeline.hold();
  await vi.advanceTimersByTimeAsync(10_000);
  asleep = 3_600_000; // an hour, of which the timers saw nothing
  await vi.advanceTimersByTimeAsync(10_000);
  expect(lost).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lost).toHaveBeenCalledOnce();
  lifeline.release();
  now.mockRestore();
});
