/** Kits of a curation: Python that compiles, with the parameters of the run, and a word on every stage. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type CurateOptions, STAGES, usualCuration } from '../../src/data/stages/curate.ts';
import { ENGLISH_RULES } from '../../src/data/stages/heuristics.ts';
import { curationKits } from '../../src/cli/curate/curationKits.ts';

const options: CurateOptions = {
  ...usualCuration,
  limits: { WordCountFilter: { min: 7 }, NumbersFilter: null, BulletsFilter: null },
};
const files = new Map(curationKits(STAGES, options).map(({ name, text }) => [name, text]));

test('the Python compiles, with all stages and with each alone', () => {
  const all = [STAGES, ...STAGES.map((stage) => [stage])].flatMap((stages) => curationKits(stages, options));
  const scripts = all.filter(({ name }) => name.endsWith('.py')).map(({ text }) => text);
  const check = 'import json, sys\nfor text in json.load(sys.stdin): compile(text, "curate.py", "exec")';
  execFileSync('python3', ['-c', check], { input: JSON.stringify(scripts) });
  expect(scripts.length).toBe(2 * (1 + STAGES.length));
});

test('NeMo Curator has every rule once, in the order of the run, with its limits', () => {
  const text = files.get('nemo-curator/curate.py')!;
  const found = [...text.matchAll(/^ {4}(?:string|repetition)\.(\w+)\((.*)\),$/gm)];
  const wanted = ENGLISH_RULES.filter(({ name }) => options.limits[name] !== null);
  expect(found.map(([, name, given]) => name!.replace('NGrams', `${/n=(\d+)/.exec(given!)?.[1]}Grams`))).toEqual(
    wanted.map(({ name }) => name),
  );
  expect(text).toContain('WordCountFilter(min_words=7, max_words=100000)');
  expect(text).toContain('char_ngrams=24, num_bands=20, minhashes_per_band=13');
  expect(text).not.toMatch(/undefined|Infinity|NaN/);
});

test('datatrove has Gopher’s limits as the run has them, and None for a rule that is left out', () => {
  const text = files.get('datatrove/curate.py')!;
  for (const line of [
    'min_doc_words=7,',
    'max_bullet_lines_ratio=None,',
    'dup_line_frac=0.3,',
    'num_buckets=20, hashes_per_bucket=13',
  ])
    expect(text).toContain(line);
  expect(text).toContain('top_n_grams=((2, 0.2), (3, 0.18), (4, 0.16),)');
  expect(text).not.toMatch(/undefined|Infinity|NaN/);
});

test('every stage that is left out is said', () => {
  for (const engine of ['nemo-curator', 'datatrove']) {
    const readme = files.get(`${engine}/README.md`)!;
    for (const stage of STAGES) expect(readme).toContain(`- ${stage}: `);
  }
});
