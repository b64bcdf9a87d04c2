/** Rows of an experiment as a link: they come back as they were, are taken when somebody says so, and a link that is none is one sentence. */
import { deflateSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { withChanges } from '../../src/config/resolve.ts';
import { experimentNamed } from '../../src/recipe/experiments.ts';
import type { ExperimentResults, ResultRow } from '../../src/recipe/results/results.ts';
import { resultsFile } from '../../src/recipe/results/resultsFile.ts';
import { forgetGathered, gather, gatheredOf } from '../../src/ui/experiments/gathered.ts';
import { LARGEST_ROWS, LONGEST_LINK, packRows, unpackRows } from '../../src/ui/experiments/shared/link.ts';
import {
  counted,
  leaveOffered,
  lookAtLinks,
  offered,
  takeOffered,
  told,
} from '../../src/ui/experiments/shared/offer.ts';
import { readShared } from '../../src/ui/experiments/shared/shared.ts';
import { chosenHash, config, linkedRows, linkProblems, readLink } from '../../src/ui/experiments/state.ts';
import { recordedFiles } from './fake/recorded.ts';

const shorter = withChanges(presetConfig('ci'), { 'continued.steps': 40 });
const { rows: played, chance } = (await recordedFiles())['ci.json'] as ExperimentResults;
const rowsOf = (name: string, seeds: readonly number[]): ResultRow[] => {
  const arms = ['base', ...experimentNamed(name).arms.map((one) => one.name)];
  return played.filter(({ arm, seed }) => arms.includes(arm) && seeds.includes(seed));
};
const resultsWith = (rows: ResultRow[]) => ({
  ...{ experiment: 'f1', preset: 'ci', adapter: 'a GPU', config: shorter, chance, rows },
});
const results = resultsWith(rowsOf('f1', [1]));
const linkTo = (packed: string) => `#experiments&x=f1&p=ci&seeds=1&continued.steps=40&rows=${packed}`;
const packed = (text: string) => `1.${deflateSync(text, { level: 9 }).toString('base64url')}`;
const { packed: whole } = (await packRows(results, LONGEST_LINK))!;

lookAtLinks();
beforeEach(async () => {
  for (const one of [presetConfig('ci'), shorter]) await forgetGathered(one);
  readLink('#experiments&x=f2&p=ci&seeds=1');
  told.value = [];
});

test('rows come back as they were, with settings, chance and device', async () => {
  expect(whole).toMatch(/^1\.[\w-]+$/);
  expect(await unpackRows(whole)).toBe(resultsFile(results));
  // Another deflate writes other bytes: what counts is what they unpack to.
  expect(readShared(await unpackRows(packed(resultsFile(results))))).toEqual(readShared(resultsFile(results)));
});

test('where a link would be too long the lines stay behind, and then the rows', async () => {
  const link = await packRows(results, whole.length);
  expect(link).toEqual({ packed: whole, isShort: false });
  const short = (await packRows(results, whole.length - 1))!;
  expect(short.isShort).toBe(true);
  const { rows } = readShared(await unpackRows(short.packed));
  expect(rows).toEqual(results.rows.map(({ curve: _curve, points: _points, ...scores }) => scores));
  expect(await packRows(results, short.packed.length - 1)).toBeNull();
});

test('a link offers its rows; nothing is added before somebody says so, and rows that are here stay', async () => {
  const [base, ...arms] = results.rows;
  const own = { ...base!, average: 0.5 };
  gather(shorter, experimentNamed('f1'), 'a laptop')({ rows: [own] });
  readLink(linkTo(whole));
  await expect.poll(() => offered.value).not.toBeNull();
  expect(config.value).toEqual(shorter);
  expect(linkProblems.value).toEqual([]);
  expect(counted(offered.value!)).toMatchObject({ added: 2, known: 1, differing: 1 });
  expect(gatheredOf(shorter).rows).toEqual([own]);
  // Until then a reload asks again.
  expect(linkedRows.value).toBe(whole);
  await takeOffered();
  expect(gatheredOf(shorter)).toMatchObject({ rows: [own, ...arms], devices: ['a laptop', 'a GPU'] });
  expect(told.value[0]).toBe(
    '2 rows from the link were added; 1 was here already and stays, though 1 of the link has another average.',
  );
  expect([linkedRows.value, offered.value]).toEqual([null, null]);
  expect(chosenHash()).toBe('#experiments&x=f1&p=ci&seeds=1&continued.steps=40');
});

test('rows that are left are not added, and another link takes their place', async () => {
  readLink(linkTo(whole));
  await expect.poll(() => offered.value).not.toBeNull();
  readLink(linkTo((await packRows(resultsWith(rowsOf('f1', [2])), LONGEST_LINK))!.packed));
  await expect.poll(() => offered.value?.rows[0]?.seed).toBe(2);
  leaveOffered();
  expect([linkedRows.value, offered.value, told.value, gatheredOf(shorter).rows]).toEqual([null, null, [], []]);
});

test('a link cut anywhere, or changed by a sign, is told', async () => {
  for (let end = 0; end < whole.length; end += 97)
    await expect(unpackRows(whole.slice(0, end)), `${end} signs`).rejects.toThrow('cut short or changed');
  for (let at = 2; at < whole.length; at += 97) {
    const other = whole[at] === 'A' ? 'B' : 'A';
    // Changed, a length may also say that far more follows.
    await expect(unpackRows(whole.slice(0, at) + other + whole.slice(at + 1)), `sign ${at}`).rejects.toThrow(
      /cut short or changed|unpack to more/,
    );
  }
});

test('what is no link of this page is one sentence, and nothing of it is taken', async () => {
  const withRow = (changes: object) =>
    packed(JSON.stringify({ ...results, rows: [{ ...results.rows[0], ...changes }] }));
  const cases: [string, RegExp][] = [
    ['', /cut short/],
    ['1.', /cut short/],
    ['1.%%%', /cut short/],
    ['hello', /cut short/],
    [`2.${whole.slice(2)}`, /another version/],
    [`${whole}.${whole}`, /cut short/],
    ['1.'.padEnd(LONGEST_LINK + 1, 'A'), /8,001 characters/],
    [packed('0'.repeat(LARGEST_ROWS + 1)), /unpack to more than 262 kB/],
    [`1.${deflateSync(Buffer.of(0xff, 0xfe)).toString('base64url')}`, /cut short/],
    [packed('hello'), /not JSON/],
    [packed('[]'), /experiment is missing/],
    [withRow({ arm: 'curated' }), /an arm that no experiment/],
    [withRow({ average: '1' }), /rows\.0\.average is missing or of another kind/],
    [withRow({ seed: -1 }), /no seed/],
  ];
  for (const [link, sentence] of cases) {
    readLink(linkTo(link));
    await expect.poll(() => told.value, { message: link.slice(0, 40) }).toHaveLength(1);
    expect(told.value[0]).toMatch(/^The rows in the link could not be read: /);
    expect(told.value[0]).toMatch(sentence);
    expect([linkedRows.value, offered.value, gatheredOf(shorter).rows]).toEqual([null, null, []]);
    told.value = [];
  }
});

test('of a bomb no more is unpacked than the limit', async () => {
  // The most that a link can hold: 8,000 signs of zeros, a thousandfold.
  const bomb = packed('0'.repeat(5_500_000));
  expect(bomb.length).toBeLessThan(LONGEST_LINK);
  await expect(unpackRows(bomb)).rejects.toThrow('unpack to more');
});
