import { describe, expect, test } from 'vitest';
import { documentHash, Utf8Document } from '../../src/data/document.ts';
import { heldOutRows } from '../../src/data/heldOutRows.ts';
import { IGNORED } from '../../src/data/loader.ts';
import { utf8Length } from '../../src/data/source.ts';
import { EQUALS_HELD_OUT, holdOut } from '../../src/data/stages/holdOut.ts';
import { collect, inMemory, StageReport } from '../../src/data/stages/stage.ts';
import type { Document } from '../../src/data/document.ts';
import { UserError } from '../../src/util/errors.ts';
import fc from '../property.ts';
import { END, textOf } from './sources.ts';

const documents = (texts: readonly string[]) => texts.map((text) => ({ source: 's', text }));
const texts = (split: readonly { text: string }[]) => split.map(({ text }) => text);

/** Both sides, and what the stage said of them. */
async function sidesOf(list: readonly Document[], share: number, by: 'hash' | 'tail') {
  const report = new StageReport<Document>('held out');
  const stage = holdOut(inMemory(list), { share, by }, report);
  const sided = await collect(stage);
  const side = (wanted: boolean): Document[] => sided.filter(({ heldOut }) => heldOut === wanted);
  const dropped = report.reasons.get(EQUALS_HELD_OUT) ?? 0;
  // Read again it gives the same, and counts nothing twice.
  expect(await collect(stage)).toEqual(sided);
  expect([report.in, report.out]).toEqual([sided.length + dropped, sided.length]);
  return { train: side(false), heldOut: side(true), by: report.details.by, dropped };
}

const many = Array.from({ length: 4000 }, (_, i) => `document ${i}`);

describe('held-out split by hash', () => {
  test('keeps out the share asked for, and every document goes to one side', async () => {
    const { train, heldOut } = await sidesOf(documents(many), 0.1, 'hash');
    expect(new Set([...texts(train), ...texts(heldOut)]).size).toBe(4000);
    expect(train.length + heldOut.length).toBe(4000);
    // Binomial: 400 ± 19; five of those.
    expect(Math.abs(heldOut.length - 400)).toBeLessThan(95);
  });

  test('depends on nothing but the text: order, company and copies change no choice', async () => {
    const out = new Set(texts((await sidesOf(documents(many), 0.1, 'hash')).heldOut));
    const shuffled = documents([...many.slice(2000), ...many.slice(1000), ...many].reverse());
    const again = await sidesOf(shuffled, 0.1, 'hash');
    expect(new Set(texts(again.heldOut))).toEqual(out);
    expect(texts(again.train).some((text) => out.has(text))).toBe(false);
  });

  test('the hash spreads over all 64 bits, and near texts get far hashes', () => {
    const ones = new Float64Array(64);
    for (const text of many) {
      documentHash(text).forEach((word, half) => {
        for (let bit = 0; bit < 32; bit++) ones[half * 32 + bit]! += (word >>> bit) & 1;
      });
    }
    // Binomial: 2000 ± 32; five of those.
    for (const count of ones) expect(Math.abs(count - 2000)).toBeLessThan(160);
    expect(new Set(many.map((text) => documentHash(text).join())).size).toBe(4000);
    expect(documentHash('ab')).not.toEqual(documentHash('ba'));
    expect(documentHash('')).toEqual(documentHash(''));
  });
});

describe('a source that is gone through once', () => {
  /** As a file's reader gives them: one object over and over, its text in a buffer that is written again. */
  const reread = (list: readonly string[]) => {
    const counted = {
      readings: 0,
      async each(visit: (document: Document) => void): Promise<void> {
        counted.readings++;
        const document = new Utf8Document('s');
        document.bytes = new Uint8Array(64);
        for (const text of list) {
          document.length = new TextEncoder().encodeInto(text, document.bytes).written;
          visit(document);
        }
        document.bytes.fill(0);
      },
    };
    return counted;
  };

  /** Counted first, divided after: what dividing on the way has to come to. Null: not by hash. */
  const inTwo = (list: readonly string[], share: number): [text: string, heldOut: boolean][] | null => {
    const sides = list.map((text) => documentHash(text)[0] / 2 ** 32 < share);
    const held = sides.filter(Boolean).length;
    if (list.length < 2 / share || held === 0 || held === list.length) return null;
    return list.map((text, i) => [text, sides[i]!]);
  };

  test('is divided as one that is counted first, whatever its documents and however few may wait', async () => {
    let [byHash, byTail, again] = [0, 0, 0];
    const words = fc.array(fc.stringMatching(/^[a-zé日 ]{1,8}$/), { maxLength: 60 });
    const shares = fc.constantFrom(0.05, 0.1, 0.3, 0.6, 0.95);
    await fc.assert(
      fc.asyncProperty(words, shares, fc.constantFrom(0, 20, undefined), async (list, share, waiting) => {
        const report = new StageReport<Document>('held out');
        const file = reread(list);
        const stage = holdOut(file, { share, by: 'hash', waiting }, report);
        const read = async () => {
          const came: [string, boolean][] = [];
          await stage.each(({ text, heldOut }) => came.push([text, heldOut]));
          return came;
        };
        const came = await read();
        const wanted = inTwo(list, share);
        if (wanted === null) {
          byTail++;
          expect(report.details).toEqual({ by: 'tail', tooFew: list.length });
          expect(came).toEqual((await sidesInOrder(list, share)).map(({ text, heldOut }) => [text, heldOut]));
        } else {
          byHash++;
          expect(report.details).toEqual({ by: 'hash' });
          expect(came).toEqual(wanted);
          if (waiting === undefined) expect(file.readings).toBe(1);
          else if (file.readings > 1) again++;
          expect([report.in, report.out]).toEqual([list.length, list.length]);
        }
        const examples = report.examples.length;
        expect(await read()).toEqual(came);
        expect(report.examples.length).toBe(examples);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(byHash, byTail, again)).toBeGreaterThan(20);
  });

  const sidesInOrder = (list: readonly string[], share: number) =>
    collect(holdOut(inMemory(documents(list)), { share, by: 'tail' }, new StageReport<Document>('held out')));
});

describe('held-out split by tail', () => {
  const one = documents(['0123456789'.repeat(10)]);
  test('cuts the last share off a single document', async () => {
    for (const by of ['tail', 'hash'] as const) {
      const { train, heldOut } = await sidesOf(one, 0.1, by);
      expect(texts(train)).toEqual(['0123456789'.repeat(9)]);
      expect(texts(heldOut)).toEqual(['0123456789']);
    }
  });

  test('loses nothing, keeps the order, and never parts a surrogate pair', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 8 }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        async (parts, share) => {
          const { train, heldOut } = await sidesOf(documents(parts), share, 'tail');
          const [whole, held] = [parts.join(''), texts(heldOut)];
          expect(whole.endsWith(held.join(''))).toBe(true);
          // What comes before is there, in its pieces, but for a piece that equals a held-out one.
          const cut = whole.length - held.join('').length;
          const startOf = (i: number): number => parts.slice(0, i).join('').length;
          const before = parts.map((part, i) => part.slice(0, Math.max(cut - startOf(i), 0)));
          expect(texts(train)).toEqual(before.filter((piece) => piece !== '' && !held.includes(piece)));
          for (const text of [...texts(train), ...held]) expect(text).not.toMatch(/\p{Surrogate}/u);
        },
      ),
    );
  });

  test('where a hash holds out nothing, or all, the tail is held out', async () => {
    const of = (count: number) =>
      documents(
        Array.from({ length: 400 }, (_, i) => `text ${i}`)
          .filter((text) => documentHash(text)[0] / 2 ** 32 >= 0.1)
          .slice(0, count),
      );
    const none = of(25);
    const { train, heldOut, by } = await sidesOf(none, 0.1, 'hash');
    expect(by).toBe('tail');
    expect(heldOut.length).toBeGreaterThan(1);
    expect([...texts(train), ...texts(heldOut)].join('')).toBe(texts(none).join(''));
    expect((await sidesOf(documents(many), 0.1, 'hash')).by).toBe('hash');
  });

  test('a training document that equals a held-out one is dropped', async () => {
    const { train, heldOut } = await sidesOf(documents(['same', 'other', 'more', 'same']), 0.25, 'tail');
    expect(texts(heldOut).at(-1)).toBe('same');
    expect(texts(train)).not.toContain('same');
  });

  test('a share of 0 holds nothing out; others must be in [0, 1)', async () => {
    const { train, heldOut, by, dropped } = await sidesOf(one, 0, 'hash');
    expect([texts(train), heldOut, by, dropped]).toEqual([texts(one), [], 'none', 0]);
    for (const share of [-0.1, 1, Number.NaN]) await expect(sidesOf(one, share, 'hash')).rejects.toThrow(UserError);
  });
});

describe('held-out rows', () => {
  const text = textOf([30, 12, 50, 9]); // 101 tokens: 100 targets

  test("'all' makes every token but the first a target once, in order", () => {
    for (const T of [1, 7, 10, 33, 100, 200]) {
      const rows = heldOutRows(text, 'all', T);
      expect(rows.count).toBe(Math.ceil(100 / T));
      expect([...rows.targets].filter((target) => target !== IGNORED)).toEqual([...text.tokens.slice(1)]);
      expect(rows.scored).toBe(100);
    }
  });

  test('a number of rows is spread evenly without overlap, the same each time', () => {
    const rows = heldOutRows(text, 3, 8); // 12 full windows
    expect(rows.count).toBe(3);
    expect(rows.scored).toBe(24);
    [0, 32, 64].forEach((from, row) => {
      expect(rows.tokens.slice(row * 8, row * 8 + 8)).toEqual(Uint32Array.from(text.tokens.slice(from, from + 8)));
      expect(rows.targets.slice(row * 8, row * 8 + 8)).toEqual(Uint32Array.from(text.tokens.slice(from + 1, from + 9)));
    });
    expect(heldOutRows(text, 3, 8)).toEqual(rows);
  });

  test('rows may begin as training rows do: with an end-of-text, every token a target once', () => {
    for (const T of [1, 7, 33, 100, 200]) {
      const rows = heldOutRows(text, 'all', T, END);
      expect(rows.scored).toBe(101);
      expect([...rows.targets].filter((target) => target !== IGNORED)).toEqual([...text.tokens.slice()]);
      for (let row = 0; row < rows.count; row++) {
        const at = row * T;
        const size = Math.min(T, 101 - at);
        expect([...rows.tokens.slice(at, at + size)]).toEqual([END, ...text.tokens.slice(at, at + size - 1)]);
      }
    }
    // An end-of-text belongs to the document whose first token it predicts.
    const { documentStart } = heldOutRows(text, 'all', 50, END);
    expect([29, 30, 41, 42, 49, 50].map((i) => documentStart[i])).toEqual([0, 30, 30, 42, 42, 0]);
  });

  test('documents are told apart within a row', () => {
    const rows = heldOutRows(text, 'all', 50); // boundaries at 30 and 42 in row 0, at 92 = 42 in row 1
    expect(rows.documentStart[29]).toBe(0);
    expect(rows.documentStart[30]).toBe(30);
    expect(rows.documentStart[41]).toBe(30);
    expect(rows.documentStart[49]).toBe(42);
    expect(rows.documentStart[50]).toBe(0);
    expect(rows.documentStart[91]).toBe(0);
    expect(rows.documentStart[92]).toBe(42);
  });

  test('a text with fewer windows gives what it has; one token gives none', () => {
    expect(heldOutRows(text, 64, 80)).toEqual(heldOutRows(text, 'all', 80));
    expect(heldOutRows(textOf([1]), 4, 8).count).toBe(0);
    expect(heldOutRows(textOf([]), 'all', 8).count).toBe(0);
  });
});

test('UTF-8 length is that of the encoder', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
      const text = `${a}\ud800${b}\udc00é`;
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});
