/** The recorded experiment on data (`npm run recipe -- record`): what it is to show, and that it is whole. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EVALUATION_GROUPS } from '../../src/recipe/curation/evaluationGroups.ts';
import { dataExperimentNamed } from '../../src/recipe/curation/dataArms.ts';
import { dataTable } from '../../src/recipe/curation/dataTable.ts';
import { difference, type ExperimentResults, type ResultRow } from '../../src/recipe/results/results.ts';
import { mean } from '../../src/recipe/statistics.ts';

const read = (name: string) => readFileSync(path.resolve(import.meta.dirname, '../..', name), 'utf8');
const results = JSON.parse(read('public/results/raw-web.json')) as ExperimentResults;
const curation = dataExperimentNamed('curation')!;
const rowsOf = (arm: string) => results.rows.filter((row) => row.arm === arm);

test('every arm of curation has five seeds, and none twice', () => {
  for (const { name } of curation.arms) {
    const seeds = rowsOf(name).map(({ seed }) => seed);
    expect(seeds.length, name).toBeGreaterThanOrEqual(5);
    expect(new Set(seeds).size).toBe(seeds.length);
  }
});

test('all arms of a seed are trained on as many tokens, mining’s continued ones apart', () => {
  const flops = new Set(curation.arms.flatMap(({ name }) => rowsOf(name).map((row) => row.flops)));
  expect(flops.size).toBe(1);
});

test('every step leaves more true facts in a hundred tokens, in every seed, and the newer copies fewer', () => {
  const steps = ['raw', 'exact', 'fuzzy-older', 'perplexity', 'dsir'];
  const facts = (arm: string, seed: number) => rowsOf(arm).find((row) => row.seed === seed)!.data!.factsPer100;
  for (const { seed } of rowsOf('raw')) {
    const order = steps.map((arm) => facts(arm, seed));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(facts('fuzzy-newer', seed)).toBeLessThan(facts('fuzzy-older', seed));
    // Heuristics find a page or two that perplexity left.
    expect(Math.abs(facts('heuristics', seed) - facts('perplexity', seed))).toBeLessThan(0.1);
  }
});

test('filtered is more than 20 points above raw, over any three seeds', () => {
  const gains = rowsOf('raw').map(
    ({ seed, average }) => rowsOf('heuristics').find((row) => row.seed === seed)!.average - average,
  );
  expect(mean(gains.sort((a, b) => a - b).slice(0, 3))).toBeGreaterThan(0.2);
  expect(difference(results, 'heuristics', 'raw')!.interval![0]).toBeGreaterThan(0.2);
});

test('the limit of perplexity holds on seeds that it was not chosen on: filtered is more than 20 points above raw in each', () => {
  const fresh = JSON.parse(read('test/recipe/freshSeeds.json')) as { arm: string; seed: number; average: number }[];
  const chosenOn = rowsOf('raw').map(({ seed }) => seed);
  const of = (arm: string) => fresh.filter((row) => row.arm === arm);
  expect(of('raw').length).toBeGreaterThanOrEqual(3);
  for (const { seed, average } of of('raw')) {
    expect(chosenOn).not.toContain(seed);
    expect(of('heuristics').find((row) => row.seed === seed)!.average - average).toBeGreaterThan(0.2);
  }
});

test('the table has a line an arm, the paper’s marks, and says that faults are planted thickly', () => {
  const text = dataTable(curation, results);
  for (const { name } of curation.arms) expect(text).toContain(`| \`${name}\` |`);
  expect(text).toContain('+2.3 [S]');
  expect(text).toContain('far more thickly');
});

test('a table’s cells are means of what its rows measured, and what no row measured is left empty', () => {
  const data = (tokens: number, shares: Record<string, number>, epochs: Record<string, number>) =>
    ({ ...{ tokens, right: 0.5, factsPer100: 2, shares, epochs } }) as NonNullable<ResultRow['data']>;
  const row = (arm: string, seed: number, average: number, more: Partial<ResultRow> = {}): ResultRow => ({
    ...{ arm, seed, average, suites: { facts: average }, heldOutLoss: {}, flops: 1 },
    ...more,
  });
  const [one, two] = curation.arms;
  const rows = [
    row(one!.name, 1, 0.2, { data: data(100, { web: 0.75, wiki: 0.25 }, { web: 1, wiki: 2 }) }),
    row(one!.name, 2, 0.4, { data: data(300, { web: 0.25, wiki: 0.75 }, { web: 2, wiki: 4 }), suites: { code: 1 } }),
    row(two!.name, 1, 0.5),
  ];
  const text = dataTable(curation, { experiment: curation.name, preset: 'web', rows });
  const cells = text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '));
  const [first, second] = [one!, two!].map(({ name }) => `\`${name}\``);
  expect(cells).toEqual([
    [first, one!.label, '2', '200 ± 100', '0.50 ± 0.00', '**2.00 ± 0.00**', '30.0 ± 10.0', '', '', ''],
    [second, two!.label, '1', '–', '–', '**–**', '50.0', first, '+30.0, 1 of 1', expect.any(String)],
    [first, '20.0', '100.0'],
    [second, '50.0', '–'],
    [first, '50.0 (1.5×)', '50.0 (3.0×)'],
    [second, '', ''],
  ]);
  expect(text).toContain('| arm | facts | code |\n| --- | --- | --- |\n');
  expect(text).toContain('| arm | web | wiki |\n');
});

test('the report’s groups stand in the documentation as on the page', () => {
  const rows = read('docs/curation.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.replaceAll(/ *\| */g, '|'));
  for (const { group, benchmarks, value, here } of EVALUATION_GROUPS)
    expect(rows).toContain(`|${group}|${benchmarks}|${value}|${here ?? 'nothing'}|`);
});
