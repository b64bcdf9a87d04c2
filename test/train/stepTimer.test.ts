import { expect, test } from 'vitest';
import { leastMillis, StepTimer } from '../../src/train/run/stepTimer.ts';

test('answers that come in bunches tell the speed of the bunch', () => {
  const timer = new StepTimer();
  timer.add(1, 0.1);
  expect(timer.perStep).toBeNull();
  timer.add(1, 60);
  expect(timer.perStep).toBeCloseTo(30.05, 10);
  // 50 ms a step, two answers at a time: never further off than the two steps of a bunch.
  const seen = new Set<number>();
  for (let i = 0; i < 10; i++) {
    timer.add(1, 0.2);
    timer.add(1, 99.8);
    seen.add(timer.perStep!);
  }
  expect([...seen]).toEqual([50]);
});

test('fast steps are averaged over a while', () => {
  const timer = new StepTimer();
  for (let i = 0; i < 9; i++) timer.add(16, leastMillis / 10);
  expect(timer.perStep).toBeNull();
  timer.add(16, leastMillis / 10);
  expect(timer.perStep).toBeCloseTo(leastMillis / 160, 10);
});

test('what was read before a sleep does not count with what comes after', () => {
  const timer = new StepTimer();
  timer.add(1, 30);
  timer.add(1, null);
  timer.add(1, 30);
  expect(timer.perStep).toBeNull();
  timer.add(1, 30);
  expect(timer.perStep).toBe(30);
});
