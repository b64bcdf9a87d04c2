import { describe, expect, test } from 'vitest';
import type { RunState } from '../../src/protocol.ts';
import * as format from '../../src/ui/format.ts';
import { commandsOf, hasWeights, isActive } from '../../src/ui/run/controls.ts';
import { quantile, paceOf } from '../../src/ui/run/progress.ts';

const states: RunState[] = [
  { kind: 'idle' },
  { kind: 'preparing', what: 'text', done: 0, total: 1 },
  { kind: 'compiling', done: 0, total: 12 },
  { kind: 'training', phase: 'base' },
  { kind: 'evaluating', phase: 'general' },
  { kind: 'paused', phase: 'qa' },
  { kind: 'done' },
  { kind: 'stopped' },
  { kind: 'moved' },
  { kind: 'diverged', step: 3, message: '' },
  { kind: 'failed', message: '' },
];

describe('commandsOf', () => {
  test('every state offers a way on, and never two opposite commands', () => {
    for (const state of states) {
      const commands = commandsOf(state);
      expect(commands.length).toBeGreaterThan(0);
      expect(commands.includes('pause') && commands.includes('resume')).toBe(false);
      expect(commands.includes('start') && commands.includes('stop')).toBe(false);
    }
  });

  test('single steps only from a pause; a stop from whatever is under way', () => {
    expect(states.filter((state) => commandsOf(state).includes('step')).map((state) => state.kind)).toEqual(['paused']);
    for (const state of states) expect(commandsOf(state).includes('stop')).toBe(isActive(state));
  });

  test('weights are there when the run rests, not when it failed', () => {
    const resting = states.filter((state) => hasWeights(state, 10)).map((state) => state.kind);
    expect(resting).toEqual(['paused', 'done', 'stopped']);
    expect(states.some((state) => hasWeights(state, 0))).toBe(false);
  });
});

describe('paceOf', () => {
  test('median of the recent speeds; the first, compiling step does not count', () => {
    const speeds = [1, 100, 100, 50, 100, 200];
    expect(paceOf(speeds, speeds.length, 1000)?.seconds).toBe(10);
  });

  test('one stall does not move it, and old speeds are forgotten', () => {
    const speeds = [...new Array(100).fill(10), ...new Array(19).fill(1000), 1];
    const estimate = paceOf(speeds, speeds.length, 5000)!;
    expect(estimate.seconds).toBe(5);
    expect(estimate.low).toBeLessThanOrEqual(estimate.seconds);
    expect(estimate.high).toBeGreaterThanOrEqual(estimate.seconds);
  });

  test('says nothing before it knows', () => {
    expect(paceOf([], 0, 10)).toBeNull();
    expect(paceOf([5], 1, 10)).toBeNull();
    expect(paceOf([5, 0, Number.NaN], 3, 10)).toBeNull();
  });
});

test('quantile interpolates', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([7], 0.9)).toBe(7);
});

test('format', () => {
  expect(format.integer(12345.4)).toBe('12,345');
  expect(format.loss(5.5443)).toBe('5.544');
  expect(format.loss(Number.NaN)).toBe('not a number');
  expect(format.change(-0.03124)).toBe('−0.031');
  expect(format.rate(3e-4)).toBe('3e-4');
  expect(format.rate(4.5e-5)).toBe('4.5e-5');
  expect(format.rate(0)).toBe('0');
  expect(format.duration(8.4)).toBe('8 s');
  expect(format.duration(125)).toBe('2 min 05 s');
  expect(format.duration(4321)).toBe('1 h 12 min');
  expect(format.percent(0.125)).toBe('13 %');
  expect(format.percent(0.084)).toBe('8.4 %');
  expect(format.bytes(55_400_000)).toBe('55 MB');
});
