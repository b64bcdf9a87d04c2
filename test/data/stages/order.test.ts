/** Which documents stay is a matter of the documents, never of the order they come in: lists in which nearly everything is a tie. */
import { describe, test } from 'vitest';
import { dsir } from '../../../src/data/stages/dsir.ts';
import { exact } from '../../../src/data/stages/exact.ts';
import { fuzzy } from '../../../src/data/stages/fuzzy.ts';
import { heuristics } from '../../../src/data/stages/heuristics.ts';
import { mining } from '../../../src/data/stages/mining.ts';
import { perplexity } from '../../../src/data/stages/perplexity.ts';
import { collect, type Documents, inMemory, type RawDocument, StageReport } from '../../../src/data/stages/stage.ts';
import { SURVIVORS } from '../../../src/data/stages/survivors.ts';
import fc from '../../property.ts';
import { asSet } from './documents.ts';

/** Four texts, two of them nearly the same; hardly an id, a date or a source that another has not. */
const TEXTS = [
  'the ship lay in the bay until the wind had turned and the tide was with us once more',
  'the ship lay in the bay until the wind had turned and the tide was with us once again',
  'a market for corn and cattle is held in the town on the first day of the month',
  'x',
];
const documents = fc.array(
  fc.record({
    text: fc.constantFrom(...TEXTS),
    id: fc.constantFrom(null, 'a', 'b'),
    source: fc.constantFrom('web', 'forum', 'wiki'),
    date: fc.constantFrom(null, 1, 2, 3),
  }),
  { minLength: 2, maxLength: 14 },
);
const numbered = (list: readonly Omit<RawDocument, 'index'>[]): RawDocument[] =>
  list.map((one, index) => ({ ...one, index }));

const clean = ['wiki'];
const stages: [string, (documents: Documents, report: StageReport) => Documents][] = [
  ...SURVIVORS.flatMap((survivor): typeof stages => [
    [`exact, ${survivor}`, (all, report) => exact(all, { survivor }, report)],
    [`fuzzy, ${survivor}`, (all, report) => fuzzy(all, { survivor }, report)],
    [`fuzzy checked, ${survivor}`, (all, report) => fuzzy(all, { survivor, jaccard: 0.8, bands: 30, rows: 3 }, report)],
  ]),
  ['perplexity', (all, report) => perplexity(all, { clean, limit: { percentile: 0.6 }, mostTraining: 300 }, report)],
  ['perplexity, calibrated', (all, report) => perplexity(all, { clean, limit: { calibrated: 0.4 } }, report)],
  ['heuristics', (all, report) => heuristics(all, { limits: { WordCountFilter: { min: 5 } } }, report)],
  ['selection by source', (all, report) => dsir(all, { clean, keep: 0.5 }, report)],
  ['selection of all', (all, report) => dsir(all, { clean, keep: 0.5, pooled: true }, report)],
  ['mining', (all, report) => mining(all, { examples: [TEXTS[2]!], count: 3, buckets: 1024 }, report)],
];

describe('the same set stays in any order of input', () => {
  test.each(stages)('%s', async (name, stage) => {
    const keptOf = async (list: readonly Omit<RawDocument, 'index'>[]) =>
      asSet(await collect(stage(inMemory(numbered(list)), new StageReport(name)))).join('\n');
    await fc.assert(
      fc.asyncProperty(
        documents.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        async ([list, other]) => (await keptOf(list)) === (await keptOf(other)),
      ),
      { numRuns: 60 },
    );
  });
});
