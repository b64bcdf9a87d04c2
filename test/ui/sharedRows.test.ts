/** Rows of an experiment saved as one file come back as they were; what is no file of results is told, and nothing of it is taken. */
import { beforeEach, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { withChanges } from '../../src/config/resolve.ts';
import { experimentNamed } from '../../src/recipe/experiments.ts';
import type { ExperimentResults, ResultRow } from '../../src/recipe/results/results.ts';
import { resultsFile } from '../../src/recipe/results/resultsFile.ts';
import { forgetGathered, gather, gatheredOf } from '../../src/ui/experiments/gathered.ts';
import { addShared, readShared, textOfResults } from '../../src/ui/experiments/shared/shared.ts';
import { choosePreset, config, cost, experimentName, preset, seedCount } from '../../src/ui/experiments/state.ts';
import { everyField } from '../setup/everyField.ts';
import { recordedFiles } from './fake/recorded.ts';

const asPreset = presetConfig('ci');
const shorter = withChanges(asPreset, { 'continued.steps': 40 });
const { rows: played, chance } = (await recordedFiles())['ci.json'] as ExperimentResults;
const rowsOf = (name: string, seeds: readonly number[]): ResultRow[] => {
  const arms = ['base', ...experimentNamed(name).arms.map((one) => one.name)];
  return played.filter(({ arm, seed }) => arms.includes(arm) && seeds.includes(seed));
};
const named = (text: string, name = 'f1-ci.json') => new File([text], name);
const results = { experiment: 'f1', preset: 'ci', adapter: 'a GPU', config: asPreset, chance, rows: rowsOf('f1', [1]) };
const without = (key: string) => JSON.stringify({ ...results, [key]: undefined });

beforeEach(async () => {
  experimentName.value = 'f1';
  choosePreset('ci');
  seedCount.value = 1;
  for (const one of [asPreset, shorter]) await forgetGathered(one);
});

test('what is saved and forgotten comes back row by row, with settings, chance and device, and is counted', async () => {
  gather(asPreset, experimentNamed('f1'), 'a laptop')({ rows: rowsOf('f1', [1]) });
  const before = gatheredOf(config.value);
  const text = textOfResults();
  expect(JSON.parse(text)).toMatchObject({ experiment: 'f1', preset: 'ci', adapter: 'a laptop', config: asPreset });
  await forgetGathered(config.value);
  expect(cost.value).toMatchObject({ arms: 2 });
  expect(await addShared(named(text))).toEqual(['3 rows from f1-ci.json were added.']);
  expect(gatheredOf(config.value)).toEqual(before);
  expect(cost.value).toMatchObject({ arms: 0 });
  expect(await addShared(named(text))).toEqual(['No row of f1-ci.json is new; 3 were here already and stay.']);
});

test('rows of a seed that is here only in part are filled up; those here stand, and another average is told', async () => {
  const [base, ...arms] = rowsOf('f1', [1]);
  const own = { ...base!, average: 0.5 };
  gather(asPreset, experimentNamed('f1'), 'a laptop')({ rows: [own] });
  const sentences = await addShared(named(resultsFile(results), 'results.json'));
  expect(sentences).toEqual([
    '2 rows from results.json were added; 1 was here already and stays, though 1 of results.json has another average.',
  ]);
  expect(gatheredOf(asPreset)).toMatchObject({ rows: [own, ...arms], chance, devices: ['a laptop', 'a GPU'] });
});

test('a base whose row came in a file is still to be trained here, one that ran here is not', async () => {
  const row = rowsOf('f1', [1])[0]!;
  seedCount.value = 2;
  // With settings of its own: of these no other test has run a base.
  await addShared(named(resultsFile({ ...results, config: shorter, rows: [row] })));
  expect(cost.value).toMatchObject({ arms: 4, basesToTrain: 2 });
  gather(config.value, experimentNamed('f1'), 'a laptop')({ rows: rowsOf('f1', [2]).slice(0, 1) });
  expect(cost.value).toMatchObject({ arms: 4, basesToTrain: 1 });
});

test('the sheet turns to the experiment, preset, settings and seeds of a file, whose rows stand apart', async () => {
  preset.value = 'world';
  const file = { ...results, experiment: 'f2,f3', config: shorter, rows: rowsOf('f2', [1, 2]) };
  const sentences = await addShared(named(resultsFile(file), 'results.json'));
  expect(sentences).toHaveLength(2);
  expect(sentences[1]).toContain('continued.steps=40');
  expect([experimentName.value, preset.value, seedCount.value]).toEqual(['f2', 'ci', 2]);
  expect(config.value).toEqual(shorter);
  expect(gatheredOf(config.value).rows).toEqual(file.rows);
  expect(gatheredOf(asPreset).rows).toEqual([]);
  expect(cost.value).toMatchObject({ arms: 0 });
});

test('another seed in the settings is the same configuration: each row has its own', () => {
  const { config: read } = readShared(resultsFile({ ...results, config: { ...asPreset, seed: 7 } }));
  expect(JSON.stringify(read)).toBe(JSON.stringify(asPreset));
});

test('what is no file of results is told, and nothing of it is taken', async () => {
  const [row] = results.rows;
  const withRows = (rows: object[]) => JSON.stringify({ ...results, rows });
  const cases: [string, RegExp][] = [
    ['hello', /not JSON/],
    ['3', /not a file of results\./],
    ['[]', /experiment is missing/],
    [without('rows'), /rows is missing/],
    [without('config'), /with which settings/],
    [withRows([]), /no rows/],
    [
      withRows([row!, { ...row, heldOutLoss: { web: '1' } }]),
      /rows\.1\.heldOutLoss\.web is missing or of another kind/,
    ],
    [withRows([{ ...row, seed: 0.5 }]), /no seed/],
    [withRows([{ ...row, arm: 'curated' }]), /curated of seed 1, an arm that no experiment/],
    [withRows([row!, row!]), /two rows base of seed 1/],
    [resultsFile(results).replace(/"average":[\d.]+/, '"average":1e999'), /average/],
    [JSON.stringify({ ...results, experiment: 'curation' }), /curation/],
    [JSON.stringify({ ...results, preset: 'smoke' }), /smoke is none of this sheet/],
    [JSON.stringify({ ...results, config: { ...asPreset, preset: 'world' } }), /settings are not ones/],
    [JSON.stringify({ ...results, config: { ...asPreset, base: { steps: -1 } } }), /base\.steps/],
  ];
  for (const [text, sentence] of cases) {
    const said = await addShared(named(text));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^f1-ci\.json could not be added: /);
    expect(said[0]).toMatch(sentence);
    expect(gatheredOf(asPreset).rows).toEqual([]);
  }
});

test('with any field another, it is read or told in a sentence', () => {
  const whole: unknown = JSON.parse(resultsFile({ ...results, rows: results.rows.slice(0, 1) }));
  const odd: string[] = [];
  let read = 0;
  for (const { path, value, changed } of everyField(whole)) {
    try {
      const { rows } = readShared(JSON.stringify(changed));
      read++;
      for (const { seed, average } of rows)
        if (!Number.isInteger(seed) || typeof average !== 'number')
          odd.push(`${path} = ${JSON.stringify(value)} is taken`);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'UserError'))
        odd.push(`${path} = ${JSON.stringify(value)}: ${String(error)}`);
    }
  }
  expect(odd).toEqual([]);
  // Optional fields that are gone, or numbers in the place of others.
  expect(read).toBeGreaterThan(0);
});
