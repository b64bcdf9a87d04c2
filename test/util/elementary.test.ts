/** Logarithms and exponentials whose bits are the same in every engine, and that curation uses no others. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { exp, log, power } from '../../src/util/elementary.ts';
import { Draws } from '../../src/world/draws.ts';

/** Units in the last place between two doubles of one sign. */
const bits = (x: number): bigint => new BigInt64Array(new Float64Array([x]).buffer)[0]!;
const apart = (a: number, b: number): number => Math.abs(Number(bits(a) - bits(b)));

const draws = new Draws().open(1, 99, 0);
const arguments_ = Array.from({ length: 20_000 }, (_, i) => draws.uniform() * 10 ** ((i % 620) - 310)).filter(
  (x) => x > 0,
);

test('logarithms are at most one unit in the last place from the engine’s own, which are as near to the truth', () => {
  for (const x of arguments_) expect(apart(log(x), Math.log(x)), String(x)).toBeLessThanOrEqual(1);
  expect([log(1), log(0), log(-1), log(NaN), log(Infinity)]).toEqual([0, -Infinity, NaN, NaN, Infinity]);
});

test('exponentials too, from the smallest to the largest', () => {
  for (let i = 0; i < 20_000; i++) {
    const x = (draws.uniform() - 0.5) * [1e-9, 0.1, 2, 100, 1416, 1489][i % 6]!;
    expect(apart(exp(x), Math.exp(x)), String(x)).toBeLessThanOrEqual(1);
  }
  expect([exp(0), exp(1), exp(-Infinity), exp(Infinity), exp(NaN)]).toEqual([1, Math.E, 0, Infinity, NaN]);
});

test('powers are those of the two', () => {
  for (const x of arguments_.slice(0, 500).filter((one) => one > 1e-100 && one < 1e100))
    expect(power(x, 1 / 1.3) / x ** (1 / 1.3)).toBeCloseTo(1, 12);
  expect([power(0, 2), power(0, 0)]).toEqual([0, 1]);
});

test('curation, its weights and its worlds take no other logarithm, exponential or broken power', () => {
  const root = path.resolve(import.meta.dirname, '../../src');
  const files = ['data/stages', 'data/shown', 'world'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => `${folder}/${name}`),
  );
  for (const file of [...files, 'recipe/weights.ts'])
    expect(readFileSync(path.join(root, file), 'utf8'), file).not.toMatch(
      /Math\.(log|exp|pow|log2|log10|expm1|log1p|sin|cos|tan|tanh)\b|\*\* \(/,
    );
});
