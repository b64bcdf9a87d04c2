/** The clock that leaves sleeps out, on a clock of the test's. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AwakeClock } from '../../src/util/awake.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function clockOnTest() {
  let now = 5000;
  const sleeps: number[] = [];
  const clock = new AwakeClock(
    (millis) => sleeps.push(millis),
    () => now,
  );
  /** Time that passes, with or without the timers running. */
  const awake = (millis: number) => {
    for (let left = millis; left > 0; left -= 500) {
      now += Math.min(500, left);
      vi.advanceTimersByTime(Math.min(500, left));
    }
  };
  return { clock, sleeps, awake, asleep: (millis: number) => void (now += millis) };
}

test('a step of a minute is a step of a minute: its timer ticked', () => {
  const { clock, sleeps, awake } = clockOnTest();
  clock.start();
  clock.lap();
  awake(60_000);
  expect(clock.lap()).toBe(60_000);
  expect(sleeps).toEqual([]);
  clock.stop();
});

test.each([11_000, 3 * 3_600_000])(
  '%i ms of sleep are told once, make the lap unknown, and the next one is right',
  (millis) => {
    const { clock, sleeps, awake, asleep } = clockOnTest();
    clock.start();
    clock.lap();
    awake(1500);
    const before = clock.look();
    asleep(millis);
    expect(clock.look() - before).toBe(0);
    awake(700);
    expect(clock.lap()).toBeNull();
    expect(sleeps).toEqual([millis]);
    awake(2000);
    expect(clock.lap()).toBe(2000);
    expect(sleeps).toEqual([millis]);
    clock.stop();
  },
);

test('a worker that computes for five seconds in one go has not slept', () => {
  const { clock, sleeps, asleep } = clockOnTest();
  clock.start();
  clock.lap();
  asleep(5000);
  expect(clock.lap()).toBe(5000);
  expect(sleeps).toEqual([]);
  clock.stop();
});
