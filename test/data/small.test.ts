/** Small parts of the data: blends as shares, expected sizes, columns that grow, sets of bits and pairs, words. */
import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { blendShares } from '../../src/data/blend.ts';
import { told } from '../../src/data/formats/records.ts';
import { notText } from '../../src/data/read.ts';
import { weightsBy } from '../../src/data/shown/steps.ts';
import { expectedTokens } from '../../src/data/size.ts';
import { BitSet, Column, PairTable } from '../../src/data/stages/columns.ts';
import { bucketsOf } from '../../src/data/stages/words.ts';
import { wordsOf } from '../../src/data/stages/words.ts';
import { RandomStream } from '../../src/util/random.ts';

describe('a blend as shares', () => {
  test('has an entry a source, in their order', () => {
    expect([...blendShares({ b: 3, a: 1 }, ['a', 'b', 'toString'])]).toEqual([0.25, 0.75, 0]);
    expect([...blendShares({ b: 3, a: 0 }, ['a', 'b'])]).toEqual([0, 1]);
  });

  test.each<[Record<string, number>, string]>([
    [{ a: -1 }, 'The blend gives source "a" the weight -1'],
    [{ a: Number.NaN }, 'the weight NaN'],
    [{ c: 1 }, 'names a source "c" that does not exist; there are: "a", "b".'],
    [{ a: 0, b: 0 }, 'sum to 0 (a = 0, b = 0): give at least one source a weight above 0'],
    [{}, 'sum to 0 (no source)'],
    [{ a: 1e308, b: 1e308 }, 'sum to Infinity'],
  ])('%j is refused', (blend, message) => expect(() => blendShares(blend, ['a', 'b'])).toThrow(message));
});

test('names are told in a sentence cut to 24 units, five of them and how many more there are', () => {
  const names = ['a'.repeat(24), 'b'.repeat(25), 'c', 'd', 'e'];
  const five = `"${names[0]}", "${'b'.repeat(23)}…", "c", "d", "e"`;
  expect(told(names)).toBe(five);
  expect(told([...names, 'f', 'g'])).toBe(`${five} and 2 more`);
});

test('bytes that are no text are told of by their encoding', () => {
  const sentence = (encoding: string | null) => notText('a.txt', encoding, 1, { at: 7, byte: 10 }).message;
  expect(['utf-16le', 'utf-8', null].map((encoding) => /UTF-16/.test(sentence(encoding)))).toEqual([
    true,
    false,
    false,
  ]);
  expect(sentence(null)).toContain('byte 7 (0x0a)');
});

test('weights of what is left: by hand first where somebody has any, none of nothing', () => {
  const texts = [
    { source: 'a', documents: ['one', 'two'] },
    { source: 'b', documents: ['three words'] },
  ];
  const given = (hand: Record<string, number> | null) => weightsBy(texts, ({ length }) => length, hand);
  expect(given(null).map(({ method }) => method)).toEqual([
    ...['proportional', 'alpha 1.3, flattened', 'alpha 1.3, sharpened', 'UniMax, 1 epoch', 'UniMax, 4 epochs'],
  ]);
  const [hand, proportional] = given({ b: 3, a: 1 });
  expect([hand!.method, hand!.sources.map(({ share }) => share)]).toEqual(['by hand', [0.25, 0.75]]);
  expect(proportional!.sources.map(({ share }) => share)).toEqual([6 / 17, 11 / 17]);
  expect(weightsBy([{ source: 'a', documents: [] }], () => 1, null)).toEqual([]);
});

test('tokens are expected from bytes and documents, by the size of the vocabulary', () => {
  const smoke = presetConfig('smoke');
  const expected = (tokenizer: object, heldOut = 0) =>
    expectedTokens({ bytes: 10_000, documents: 100 }, {
      ...smoke,
      tokenizer,
      data: { ...smoke.data, heldOut },
    } as never);
  expect(expected({ kind: 'byte' })).toBe(10_100);
  expect(expected({ kind: 'byte' }, 0.1)).toBe(9090);
  expect(expected({ kind: 'given' })).toBe(2600);
  expect(expected({ kind: 'bpe', vocab_size: 1024 })).toBe(Math.round(10_000 / 2.45) + 100);
  expect(expected({ kind: 'bpe', vocab_size: 8192 })).toBe(Math.round(10_000 / 3.74) + 100);
  // Half way between 1,024 and 2,048 on a log scale; above the largest the last stretch goes on.
  expect(expected({ kind: 'bpe', vocab_size: Math.round(1024 * Math.SQRT2) })).toBe(Math.round(10_000 / 2.665) + 100);
  const slope = (3.74 - 3.14) / Math.log(8192 / 3072);
  expect(expected({ kind: 'bpe', vocab_size: 16_384 })).toBe(Math.round(10_000 / (3.74 + slope * Math.log(2))) + 100);
  expect(expected({ kind: 'bpe', vocab_size: 258 })).toBeGreaterThan(9900);
});

describe('numbers of many documents', () => {
  test('in a column that grows by half and keeps what it has', () => {
    const column = new Column(Uint16Array, 2);
    for (let i = 0; i < 3; i++) column.push(i + 1);
    expect([column.length, [...column.data]]).toEqual([3, [1, 2, 3]]);
    column.reserve(3);
    expect(column.data).toHaveLength(3);
    column.reserve(4);
    expect([...column.data]).toEqual([1, 2, 3, 0, 0]);
    column.reserve(9);
    expect([column.data.length, column.length]).toEqual([9, 3]);
    expect(new Column(Uint8Array).data).toHaveLength(1024);
  });

  test('in a set of bits', () => {
    const set = new BitSet();
    const members = [0, 31, 32, 63, 64, 40_000];
    for (const index of members) set.add(index);
    for (const index of members) expect(set.has(index), `${index}`).toBe(true);
    for (const index of [1, 30, 33, 62, 65, 39_999, 40_001, 2 ** 31]) expect(set.has(index), `${index}`).toBe(false);
  });

  test('in a table of pairs, numbered as they came, also after it has grown', () => {
    const table = new PairTable();
    const known = new Map<string, number>();
    const random = new RandomStream(1, 'pairs');
    for (let i = 0; i < 9000; i++) {
      const [a, b] = [random.integer(100) * 2 ** 25, random.integer(60)];
      const key = `${a} ${b}`;
      const number = known.get(key) ?? -1;
      expect(table.find(a, b)).toBe(number);
      expect(table.add(a | 0, b)).toBe(number < 0 ? known.size : number);
      if (number < 0) known.set(key, known.size);
    }
    expect(table.size).toBe(known.size);
    expect(table.size).toBeGreaterThan(4096); // it has grown
  });
});

describe('words', () => {
  const tell = (text: string) => {
    const { count, first, second } = wordsOf(text);
    return Array.from({ length: count }, (_, i) => `${first[i]} ${second[i]}`);
  };

  test('are runs of letters and runs of marks, whatever their case and the space between them', () => {
    const [don, apostrophe, t, dots] = [tell('don')[0], tell('’')[0], tell('t')[0], tell('...')[0]];
    expect(tell('  Don’t\n...')).toEqual([don, apostrophe, t, dots]);
    expect(new Set([don, apostrophe, t, dots]).size).toBe(4);
    expect(tell('a_1é b').length).toBe(2);
    expect([tell(''), tell(' \t\n')]).toEqual([[], []]);
    expect(tell('.. .').length).toBe(2);
    expect(tell('🐳🐳 x').length).toBe(2);
    expect(tell('word '.repeat(5000)).every((word) => word === tell('word')[0])).toBe(true);
  });

  test('and pairs of neighbours are features in buckets', () => {
    const [a, b, ab] = bucketsOf('one two', 1000);
    expect([...bucketsOf('one', 1000)]).toEqual([a]);
    expect([...bucketsOf('two one', 1000)].slice(0, 2)).toEqual([b, a]);
    expect([...bucketsOf('two one', 1000)][2]).not.toBe(ab);
    expect([...bucketsOf('one two one two', 1000)].filter((bucket) => bucket === ab)).toHaveLength(2);
    expect([...bucketsOf('', 1000)]).toEqual([]);
    expect(bucketsOf('word '.repeat(6000), 7)).toHaveLength(11_999);
    expect(Math.max(...bucketsOf('many words of all kinds, some of them odd', 7))).toBeLessThan(7);
  });
});
