import { describe, expect, test } from 'vitest';
import { score, scoreWindows } from '../../src/export/score.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { UserError } from '../../src/util/errors.ts';
import fc from '../property.ts';

describe('scoreWindows', () => {
  test('windows share one token', () => {
    const windows = scoreWindows(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), 4);
    expect(windows.map((window) => [...window])).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6],
      [6, 7],
    ]);
  });

  test('every token but the first is predicted exactly once, by windows no longer than the context', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 2, max: 50 }), (length, context) => {
        const windows = scoreWindows(
          Uint32Array.from({ length }, (_, i) => i),
          context,
        );
        expect(windows.flatMap((window) => [...window.subarray(1)])).toEqual(
          Array.from({ length: length - 1 }, (_, i) => i + 1),
        );
        expect(Math.max(...windows.map((window) => window.length))).toBeLessThanOrEqual(context);
        expect(windows.length).toBe(Math.ceil((length - 1) / (context - 1)));
      }),
      { seed: 1 },
    );
  });

  test('refuses what cannot be scored', () => {
    expect(() => scoreWindows(new Uint32Array(0), 8)).toThrow(UserError);
    expect(() => scoreWindows(new Uint32Array(1), 8)).toThrow('The text has 1 tokens');
    expect(() => scoreWindows(new Uint32Array(9), 1)).toThrow('context of 1');
  });
});

describe('score', () => {
  test('averages over tokens and divides bits by bytes', () => {
    const tokenizer = { bytes: (id: number) => new Uint8Array(id) };
    const { tokens, nll, loss, bitsPerByte } = score(
      [
        [9, 1, 2],
        [2, 5],
      ],
      [Float32Array.of(1, 2), Float32Array.of(6)],
      tokenizer,
    );
    expect({ tokens, nll }).toEqual({
      tokens: [
        [9, 1, 2],
        [2, 5],
      ],
      nll: [[1, 2], [6]],
    });
    expect(loss).toBe(3);
    expect(bitsPerByte).toBeCloseTo(9 / Math.LN2 / (1 + 2 + 5), 12);
  });

  test('a byte is a token: bits per byte are the loss in bits', () => {
    const tokenizer = new ByteTokenizer();
    const windows = scoreWindows(tokenizer.encode('Call me Ishmael.'), 5);
    const result = score(
      windows,
      windows.map((window) => new Float64Array(window.length - 1).fill(Math.log(256))),
      tokenizer,
    );
    expect(result.bitsPerByte).toBeCloseTo(8, 12);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test('refuses rows that do not belong to the windows', () => {
    const tokenizer = new ByteTokenizer();
    expect(() => score([[1, 2]], [], tokenizer)).toThrow('1 windows have 0 rows');
    expect(() => score([[1, 2]], [[1, 2]], tokenizer)).toThrow('it should have 1');
    expect(() => score([[1, 2]], [[NaN]], tokenizer)).toThrow('is NaN');
  });
});
