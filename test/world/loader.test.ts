import { describe, expect, test } from 'vitest';
import type { Blend } from '../../src/config/run.ts';
import { heldOutRows } from '../../src/data/heldOutRows.ts';
import { WorldCorpus, HELD_OUT } from '../../src/world/corpus.ts';
import { worldLoader } from '../../src/world/worldRows.ts';
import { World } from '../../src/world/world.ts';
import { WHOLE } from './configs.ts';
import { batchAt } from '../data/steps.ts';

const world = new World(WHOLE, 1);
const corpus = new WorldCorpus(world);
const shape = { sequences: 4, length: 64, accumulation: 2 };
const loader = worldLoader(corpus, shape, 1);
const PRETRAINING: Blend = { web: 58, wiki: 12, books: 6, code: 5, math: 6, multi: 9, forum: 4 };
const T = shape.length;

describe('a batch', () => {
  test('is the same whenever it is asked for, another for another step, micro-batch or seed', () => {
    const batch = structuredClone(batchAt(loader, 7, 1, PRETRAINING));
    batchAt(loader, 3, 0, { qa: 1 });
    expect(batchAt(loader, 7, 1, PRETRAINING)).toEqual(batch);
    expect(batchAt(worldLoader(new WorldCorpus(new World(WHOLE, 1)), shape, 1), 7, 1, PRETRAINING)).toEqual(batch);
    for (const other of [
      batchAt(loader, 8, 1, PRETRAINING),
      batchAt(loader, 7, 0, PRETRAINING),
      batchAt(worldLoader(corpus, shape, 2), 7, 1, PRETRAINING),
    ]) {
      expect(other.tokens).not.toEqual(batch.tokens);
    }
  });

  test('holds rows of documents after a first <eos>, targets one ahead, each position with its document', () => {
    const { tokens, targets, documentStart, source, counts } = batchAt(loader, 11, 0, PRETRAINING);
    for (let b = 0; b < shape.sequences; b++) {
      const row = tokens.subarray(b * T, (b + 1) * T),
        next = targets.subarray(b * T, (b + 1) * T);
      const start = documentStart.subarray(b * T, (b + 1) * T);
      expect(row[0]).toBe(0);
      expect([...next.subarray(0, T - 1)]).toEqual([...row.subarray(1)]);
      for (let i = 1; i < T; i++) {
        // A document ends with <eos>; the one that opens a row belongs to the first document.
        expect(start[i]).toBe(i > 1 && row[i - 1] === 0 ? i : start[i - 1]);
        if (start[i] === start[i - 1]) expect(source[b * T + i]).toBe(source[b * T + i - 1]);
      }
    }
    const counted = new Float64Array(loader.names.length);
    source.forEach((s) => counted[s]!++);
    expect(counts).toEqual(counted);
  });

  test('has its documents from the sources it names', () => {
    const { tokens, documentStart, source } = batchAt(loader, 2, 1, PRETRAINING);
    const row = [...tokens.subarray(0, T)],
      starts = [...new Set(documentStart.subarray(0, T))];
    const first = row.slice(1, starts[1]! - 1); // without both <eos>
    const name = loader.names[source[0]!]!;
    // Row number (2·2 + 1)·4, document 0 of the row.
    expect(world.tokenizer.decode(first)).toBe(corpus.text(name, 20 * T));
  });

  test("keeps the blend's shares of tokens within half a point", () => {
    const total = new Float64Array(loader.names.length);
    const into = loader.allocate();
    for (let step = 0; step < 2000; step++)
      batchAt(loader, step, 0, PRETRAINING, into).counts.forEach((count, s) => (total[s]! += count));
    const tokens = 2000 * shape.sequences * T;
    // About 20,000 documents: five standard errors of the largest share are 1.2 points; the measured miss is 0.3.
    loader.names.forEach((name, s) =>
      expect(Math.abs((100 * total[s]!) / tokens - (PRETRAINING[name] ?? 0)), name).toBeLessThan(0.5),
    );
  });
});

test('rows of another length go on behind the documents that were drawn before', () => {
  const place = { rows: 6, tokens: 6 * T };
  const shorter = worldLoader(corpus, { sequences: 4, length: 16, accumulation: 1 }, 1);
  const { tokens, documentStart, source } = shorter.draw(place, PRETRAINING);
  const end = [...documentStart.subarray(0, 16)].findIndex((start) => start > 0);
  const first = [...tokens.subarray(1, end < 0 ? 16 : end - 1)];
  expect(corpus.text(shorter.names[source[0]!]!, place.tokens)).toMatch(
    new RegExp(`^${world.tokenizer.decode(first)}`),
  );
});

test('passes are counted over the pool, where a source has one', () => {
  const counts = batchAt(loader, 0, 0, { qa: 1 }).counts;
  const qa = loader.describeCounts(counts).find(({ name }) => name === 'qa')!;
  expect(qa.tokens).toBe(shape.sequences * T);
  expect(qa.epochs).toBeCloseTo(qa.tokens / corpus.poolTokens('qa')!, 12);
  const endless = loader.describeCounts(batchAt(loader, 0, 0, { web: 1 }).counts).find(({ name }) => name === 'web');
  expect(endless).toEqual({ name: 'web', tokens: shape.sequences * T, epochs: 0 });
});

test('held-out text is whole documents of the held-out range, ready for scoring rows', () => {
  const text = corpus.heldOut('wiki', 1000);
  expect(text.tokens.length).toBeGreaterThanOrEqual(1000);
  const first = text.tokens.slice(0, text.starts[1]! - 1);
  expect(world.tokenizer.decode(first)).toBe(corpus.text('wiki', HELD_OUT));
  expect(text.tokens.at(text.starts[1]! - 1)).toBe(0);
  const documents = Array.from({ length: text.starts.length - 1 }, (_, i) => corpus.text('wiki', HELD_OUT + i));
  expect(text.bytes).toBe(documents.reduce((sum, document) => sum + document.length, 0));
  expect(heldOutRows(text, 8, T).scored).toBe(8 * T);
});

test('a blend with a source the world does not have is refused by name', () => {
  expect(() => loader.check({ papers: 1 })).toThrow(/"papers" that does not exist/);
});
