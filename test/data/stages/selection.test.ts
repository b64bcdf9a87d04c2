import { describe, expect, test } from 'vitest';
import { attributeStage, ATTRIBUTE_LABELS } from '../../../src/data/stages/attributes.ts';
import { dsir, gumbel, logRatios, logWeight } from '../../../src/data/stages/dsir.ts';
import { bucketsOf } from '../../../src/data/stages/words.ts';
import { trainLinear, wilson } from '../../../src/data/stages/linear.ts';
import { idfOf, mining, QaIndex } from '../../../src/data/stages/mining.ts';
import { inMemory, type RawDocument } from '../../../src/data/stages/stage.ts';
import { Draws } from '../../../src/world/draws.ts';
import { asSet, groupBy, randomDocuments, run, shuffled } from './documents.ts';

const documents = randomDocuments();
const BUCKETS = 10_000;

/** Words and pairs of words, hashed one by one: a bucket is what a text of that word alone has, or of two words as their third. */
function plainBuckets(text: string): number[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]+/gu) ?? [];
  const single = words.map((word) => bucketsOf(word, BUCKETS)[0]!);
  const pairs = words.slice(1).map((word, i) => bucketsOf(`${words[i]} ${word}`, BUCKETS)[2]!);
  return [...single, ...pairs];
}

function plainDistribution(texts: readonly string[], smoothing: number): number[] {
  const counts = Array.from({ length: BUCKETS }, () => smoothing);
  for (const text of texts) for (const bucket of plainBuckets(text)) counts[bucket]!++;
  const total = counts.reduce((a, b) => a + b);
  return counts.map((count) => count / total);
}

describe('DSIR', () => {
  const clean = ['wiki'];
  const of = (source: string) => documents.filter((one) => one.source === source).map(({ text }) => text);

  test('weighs documents by the ratio of two distributions over buckets', () => {
    const [p, q] = [plainDistribution(of('wiki'), 0.5), plainDistribution(of('web'), 0.5)];
    const counted = (texts: readonly string[]) => {
      const counts = new Float64Array(BUCKETS);
      for (const text of texts) for (const bucket of bucketsOf(text, BUCKETS)) counts[bucket]!++;
      return counts;
    };
    const ratios = logRatios(counted(of('wiki')), counted(of('web')), 0.5);
    for (const text of of('web')) {
      const expected = plainBuckets(text).reduce((sum, b) => sum + Math.log(p[b]! / q[b]!), 0);
      // Sums of some hundred logarithms of size 10.
      expect(Math.abs(logWeight(text, ratios) - expected)).toBeLessThan(1e-9);
    }
  });

  test.each([false, true])('keeps the k largest of weight and noise, pooled %s', async (pooled) => {
    const { kept } = await run(dsir, documents, { clean, keep: 0.6, pooled, seed: 7 });
    const target = plainDistribution(of('wiki'), 0.5);
    const groups = groupBy(
      documents.filter(({ source }) => source !== 'wiki'),
      ({ source }) => (pooled ? 'all' : source),
    );
    const expected = [...groups.values()].flatMap((group) => {
      const raw = plainDistribution(
        group.map(({ text }) => text),
        0.5,
      );
      const score = (one: RawDocument) =>
        plainBuckets(one.text).reduce((sum, b) => sum + Math.log(target[b]!) - Math.log(raw[b]!), 0) + gumbel(7, one);
      const scored = group.map((one) => ({ one, value: score(one) })).sort((a, b) => b.value - a.value);
      return scored.slice(0, Math.round(0.6 * group.length)).map(({ one }) => one);
    });
    expect(asSet(kept.filter(({ source }) => source !== 'wiki'))).toEqual(asSet(expected));
    expect(kept.filter(({ source }) => source === 'wiki').length).toBe(of('wiki').length);
  });

  test('noise is Gumbel’s: of mean γ and variance π² / 6', () => {
    const draws = Array.from({ length: 4000 }, (_, i) => gumbel(1, { ...documents[0]!, id: `${i}` }));
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    // Four standard errors: √(1.645 / 4000), and √((22.2 − 2.7) / 4000) of the variance.
    expect(Math.abs(mean - 0.5772)).toBeLessThan(0.081);
    expect(Math.abs(variance - 1.6449)).toBeLessThan(0.28);
  });

  test('takes a target of chosen documents', async () => {
    const quiet = (one: RawDocument) => one.date !== null && one.date < 3;
    const { kept, report } = await run(dsir, documents, { target: quiet, keep: 0.5 });
    expect(report.reasons.get('unlike the target')).toBe(documents.length - kept.length);
    expect(Math.abs(kept.length - documents.length / 2)).toBeLessThanOrEqual(3);
  });

  test.each([false, true])('keeps the same set in any order of input, pooled %s', async (pooled) => {
    const options = { clean, keep: 0.6, pooled };
    const expected = asSet((await run(dsir, documents, options)).kept);
    expect(asSet((await run(dsir, shuffled(documents, 6), options)).kept)).toEqual(expected);
  });
});

/** Documents of two kinds that half of their words tell. */
function twoKinds(count: number) {
  return Array.from({ length: count }, (_, i) => {
    const draws = new Draws().open(3, 81, i);
    const label = draws.integer(2);
    const words = Array.from({ length: 20 }, () =>
      draws.chance(0.3) ? `${'ab'[label]}${draws.integer(30)}` : `c${draws.integer(30)}`,
    );
    return { text: words.join(' '), label };
  });
}

describe('a linear classifier', () => {
  const labels = ['low', 'high'];

  test('learns what words tell, and its card says so of documents it has not seen', () => {
    const { card, classifier } = trainLinear('toxicity', labels, twoKinds(300), 'made-up words', { epochs: 10 });
    expect(card).toMatchObject({ training: 240, heldOut: 60, trainedOn: 'made-up words' });
    expect(card.interval[0]).toBeGreaterThan(0.9);
    expect(card.accuracy * 60).toBeCloseTo(Math.round(card.accuracy * 60), 9);
    expect([card.interval[0] < card.accuracy, card.accuracy <= card.interval[1]]).toEqual([true, true]);
    const fresh = twoKinds(400).slice(300);
    const right = fresh.filter(({ text, label }) => classifier.label(text) === label).length;
    expect(right).toBeGreaterThan(90);
  });

  test('says that it knows nothing where there is nothing to know', () => {
    const shuffledLabels = twoKinds(300).map((one, i) => ({ ...one, label: new Draws().open(1, 82, i).integer(2) }));
    const { card } = trainLinear('toxicity', labels, shuffledLabels, 'labels drawn by lot', { epochs: 5 });
    expect(card.interval[0]).toBeLessThan(card.commonest);
    // Of two labels one has at least half.
    expect([card.commonest > 0.5, card.commonest < 1]).toEqual([true, true]);
  });

  test('is the same in a second training', () => {
    const train = () => trainLinear('toxicity', labels, twoKinds(60), '', { epochs: 3 }).classifier;
    const [one, other] = [train(), train()];
    for (const { text } of twoKinds(80)) expect([...one.probabilities(text)]).toEqual([...other.probabilities(text)]);
  });

  test('is the less sure the more its weights decay', () => {
    const [{ text, label }] = twoKinds(1) as [{ text: string; label: number }];
    const sure = (decay: number) =>
      trainLinear('toxicity', labels, twoKinds(60), '', { epochs: 3, decay }).classifier.probabilities(text)[label]!;
    expect([sure(0) > sure(0.1), sure(0.1) > 0.5]).toEqual([true, true]);
  });

  test('goes down the gradient of the log-likelihood', () => {
    const [{ text, label }] = twoKinds(1) as [{ text: string; label: number }];
    const { classifier } = trainLinear('toxicity', labels, twoKinds(60), '', { epochs: 1 });
    const before = classifier.probabilities(text)[label]!;
    classifier.learn({ text, label }, 0.5, 0);
    expect(classifier.probabilities(text)[label]!).toBeGreaterThan(before);
  });

  test('intervals are Wilson’s', () => {
    // Wilson's own form solved by halving: the shares p at which right / of lies 1.96 standard deviations away.
    const solve = (share: number, of: number, up: boolean) => {
      let [low, high] = up ? [share, 1] : [0, share];
      for (let i = 0; i < 60; i++) {
        const middle = (low + high) / 2;
        const outside = Math.abs(share - middle) > 1.959964 * Math.sqrt((middle * (1 - middle)) / of);
        if (outside === up) high = middle;
        else low = middle;
      }
      return low;
    };
    expect(wilson(0, 0)).toEqual([0, 1]);
    for (const [right, of] of [
      [7, 10],
      [0, 5],
      [50, 50],
    ] as const) {
      const [low, high] = wilson(right, of);
      expect(low).toBeCloseTo(solve(right / of, of, false), 8);
      expect(high).toBeCloseTo(solve(right / of, of, true), 8);
    }
  });

  test('labels documents as a stage, says what it does not label, and drops what it is asked to', async () => {
    const { classifier, card } = trainLinear('toxicity', ATTRIBUTE_LABELS.toxicity, twoKinds(200), '', { epochs: 8 });
    const list = twoKinds(100).map(({ text }, index): RawDocument => ({
      index,
      id: null,
      source: 'web',
      text,
      date: null,
    }));
    const { kept, report } = await run(attributeStage, list, {
      labellers: [{ attribute: 'toxicity', classifier, card }],
      drop: ({ toxicity }) => (toxicity === 1 ? 'toxic' : null),
    });
    expect(kept).toEqual(list.filter(({ text }) => classifier.label(text) === 0));
    expect(report.notes.join()).toContain('quality, domain, typeOfSpeech');
  });

  test('labels are the paper’s: 2, 3, 26 and 11', () => {
    expect(Object.values(ATTRIBUTE_LABELS).map(({ length }) => length)).toEqual([2, 3, 26, 11]);
  });
});

describe('mining', () => {
  const examples = documents.slice(0, 5).map(({ text }) => text.split(' ').slice(0, 12).join(' '));

  test('nearness is the largest cosine of TF-IDF vectors', async () => {
    const list = documents.slice(0, 60);
    const index = new QaIndex(examples, await idfOf(inMemory(list), BUCKETS));
    const having = (b: number) => list.filter(({ text }) => plainBuckets(text).includes(b)).length;
    const idf = new Map<number, number>();
    const vector = (text: string) => {
      const counts = new Map<number, number>();
      for (const b of plainBuckets(text)) counts.set(b, (counts.get(b) ?? 0) + 1);
      return new Map(
        [...counts].map(([b, count]) => {
          if (!idf.has(b)) idf.set(b, Math.log((1 + list.length) / (1 + having(b))) + 1);
          return [b, count * idf.get(b)!] as const;
        }),
      );
    };
    const length = (v: Map<number, number>) => Math.sqrt([...v.values()].reduce((sum, x) => sum + x * x, 0));
    const cosine = (a: Map<number, number>, b: Map<number, number>) =>
      [...a].reduce((sum, [k, x]) => sum + x * (b.get(k) ?? 0), 0) / (length(a) * length(b));
    const vectors = examples.map(vector);
    for (const { text } of list.slice(0, 20)) {
      expect(index.nearest(text)).toBeCloseTo(Math.max(...vectors.map((one) => cosine(one, vector(text)))), 9);
    }
  });

  test('keeps the documents that questions were cut from, in any order of input', async () => {
    const options = { examples, count: 20 };
    const { kept } = await run(mining, documents, options);
    expect(kept.length).toBe(20);
    for (const { text } of documents.slice(0, 5)) expect(kept.some((one) => one.text === text)).toBe(true);
    const texts = (list: readonly RawDocument[]) => list.map(({ id, text }) => `${id} ${text}`).sort();
    expect(texts((await run(mining, shuffled(documents, 8), options)).kept)).toEqual(texts(kept));
  });
});
