import { describe, expect, test } from 'vitest';
import {
  columnsOf,
  type MetricRow,
  readRing,
  ringNames,
  ringWidth,
  rowsOf,
  rowsOfTable,
  tableOf,
  updateWords,
  wholeColumns,
} from '../../src/recipe/measurements.ts';

const row = (step: number, changes: Partial<MetricRow> = {}): MetricRow => ({
  ...{ step, tokens: 64 * (step + 1), loss: 3 - step / 8, gradNorm: 2, clip: 0.5, lr: 1e-3 },
  ...{ update: 'made', tokensPerSecond: 100, phase: 'base' },
  ...changes,
});
const rows = [
  row(0),
  row(1, { update: 'overflow', clip: 0, phase: 'general' }),
  row(2, { update: 'partial', phase: 'qa' }),
];

describe('measurements', () => {
  test('come back from columns and from a save as they were, an objective’s own included', () => {
    for (const given of [rows, rows.map((one) => ({ ...one, own: { margin: one.step / 2, 'reward 2': -1 } }))]) {
      expect(rowsOf(columnsOf(given))).toEqual(given);
      const { names, data } = tableOf(given);
      expect(rowsOfTable(data, names)).toEqual(given);
    }
  });

  test('of an update are one word, decoded from the ring', () => {
    for (const [code, word] of updateWords.entries()) {
      const measured = { loss: 2, gradNorm: 3, clip: 0.5, lr: 1e-4, update: code };
      const ring = [...ringNames.map((name) => measured[name]), 0.25];
      expect(readRing(7, ring, ['margin'])).toEqual({ step: 7, ...measured, update: word, own: { margin: 0.25 } });
    }
    expect([ringWidth(0), ringWidth(3), ringWidth(4)]).toEqual([8, 8, 12]);
  });

  test('of older saves said it by the clip factor', () => {
    const old = (clip: number) => [5, 2, 3, clip, 1e-3, 640, 100, 1];
    const read = rowsOfTable(Float64Array.from([1, 0, -1, -2].flatMap(old)));
    expect(read.map(({ clip, update }) => [clip, update])).toEqual([
      [1, 'made'],
      [0, 'suppressed'],
      [Number.NaN, 'partial'],
      [0, 'overflow'],
    ]);
    const { loss, gradNorm, lr, tokens, tokensPerSecond, phase } = read[0]!;
    expect([loss, gradNorm, lr, tokens, tokensPerSecond, phase]).toEqual([2, 3, 1e-3, 640, 100, 'general']);
  });

  test('that an older record lacks are filled in', () => {
    const whole = wholeColumns({ step: [0, 1], loss: [3, 2], phase: [0, 2] });
    expect([[...whole.update], [...whole.clip], [...whole.phase]]).toEqual([
      [0, 0],
      [Number.NaN, Number.NaN],
      [0, 2],
    ]);
    expect(whole.own).toBeUndefined();
  });
});
