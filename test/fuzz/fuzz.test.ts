/** The quick version of `npm run fuzz`: the first cases of seed 1, and the fuzzer itself. */
import { expect, test } from 'vitest';
import { UserError } from '../../src/util/errors.ts';
import { fuzz, type Target } from './fuzz.ts';
import { targets } from './targets/index.ts';

/**
 * Inputs a target, half as many again as it takes to reach each of these outcomes, or some hundreds: what turned up later was found by
 * the long command.
 */
const quick: Record<string, { cases: number; outcomes: readonly string[] }> = {
  checkpoints: {
    cases: 4_000,
    outcomes: [
      'accepted', 'dtype', 'duplicate', 'header-entry', 'header-length', 'header-syntax', 'header-utf8', 'hole',
      'metadata', 'offsets', 'overlap', 'shape', 'size', 'truncated',
    ], // prettier-ignore
  },
  folders: {
    cases: 500,
    outcomes: [
      'accepted', 'config', 'json', 'metadata', 'metadata-mismatch', 'missing-file', 'missing-tensor', 'non-finite',
      'tensor-dtype', 'tensor-shape', 'tokenizer-form', 'tokenizer-pieces', 'unexpected-tensor',
    ], // prettier-ignore
  },
  tokenizers: {
    cases: 2_000,
    outcomes: ['accepted', 'json', 'tokenizer-form', 'tokenizer-merges', 'tokenizer-pieces', 'tokenizer-vocabulary'],
  },
  records: { cases: 500, outcomes: ['accepted', 'accepted, no run', 'json', 'metadata'] },
  configs: { cases: 500, outcomes: ['accepted', 'config', 'json'] },
  links: { cases: 300, outcomes: ['accepted', 'accepted, with a list'] },
  texts: {
    cases: 1_500,
    outcomes: [
      'accepted', 'accepted, mended', 'gzip-damaged', 'text-empty', 'text-fields', 'text-json', 'text-table',
      'text-column', 'text-utf8',
    ], // prettier-ignore
  },
};

test.each(targets)('$name: every damaged input is read or refused in one sentence with a code', async (target) => {
  const { cases, outcomes } = quick[target.name]!;
  const report = await fuzz(target, 1, (done) => done >= cases);
  expect(report.failures).toEqual([]);
  expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining([...outcomes]));
});

test('what a reader does wrong is a failure, repeated by its seed and case and made small', async () => {
  const wrong = (feed: (text: string) => string): Target<string> => ({
    name: 'wrong',
    make: (random) => Array.from({ length: 50 }, () => String.fromCharCode(97 + random.integer(26))).join(''),
    feed,
  });
  const failuresOf = async (feed: (text: string) => string) =>
    (await fuzz(wrong(feed), 3, (cases) => cases >= 20)).failures;
  const [crash, ...more] = await failuresOf((text) => {
    if (text.includes('q')) throw new TypeError('no');
    return 'accepted';
  });
  expect(crash).toMatchObject({ seed: 3, reason: 'TypeError: no', input: 'q' });
  expect(more.length).toBeGreaterThan(3);
  const refuse = (error: Error) => () => {
    throw error;
  };
  expect((await failuresOf(refuse(new UserError('It is broken beyond repair.'))))[0]!.reason).toMatch(/^no code/);
  expect((await failuresOf(refuse(new UserError('Line\nbreak in the middle.', { code: 'a' }))))[0]!.reason).toMatch(
    /^not one/,
  );
  expect(await failuresOf(refuse(new UserError('It is broken beyond repair.', { code: 'a' })))).toEqual([]);
  const [polluted] = await failuresOf(() => {
    Object.assign(Object.getPrototypeOf({}), { gift: 1 });
    return 'accepted';
  });
  expect(polluted!.reason).toBe('Object.prototype was given the key gift');
  expect(({} as Record<string, unknown>)['gift']).toBeUndefined();
});

test('an input that takes long by the processor is one too, and one that only the clock says took long is not', async () => {
  let [wall, cpu] = [0, 0];
  const slow = (millis: number): Target<string> => ({
    name: 'slow',
    make: () => 'x',
    feed: () => {
      wall += 1100;
      cpu += millis;
      return 'accepted';
    },
  });
  const failuresOf = async (millis: number) =>
    (await fuzz(slow(millis), 1, (cases) => cases >= 1, undefined, { wall: () => wall, cpu: () => cpu })).failures;
  expect(await failuresOf(1100)).toMatchObject([{ reason: 'took 1100 ms of processor time' }]);
  expect(await failuresOf(900)).toEqual([]);
});
