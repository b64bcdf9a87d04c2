/** Texts so large that what is quadratic in their size would not come to an end, that a table starts afresh, or that they are sampled. */
import { expect, test } from 'vitest';
import { BpeTokenizer } from '../../src/tokenizer/bpe.ts';
import { BPE_SAMPLE_UNITS, loadTokenizer, sampleShares } from '../../src/tokenizer/load.ts';
import { PieceTable } from '../../src/tokenizer/pieceTable.ts';
import { trainBpe } from '../../src/tokenizer/train.ts';

test('a piece of a hundred thousand letters is encoded at once, not in minutes', () => {
  const bpe = new BpeTokenizer(trainBpe(['the whale and the whale and the whale'], 300));
  const ids = bpe.encode('whale'.repeat(20_000));
  expect(bpe.decode(ids).length).toBe(100_000);
});

test('a text larger than the sample is sampled throughout, the same each time', () => {
  const half = BPE_SAMPLE_UNITS * 0.75;
  const large = 'early '.repeat(half / 6) + 'later '.repeat(half / 6);
  const tokenizer = loadTokenizer({ kind: 'bpe', vocab_size: 280 }, [{ texts: [large], share: 1 }]) as BpeTokenizer;
  expect([...tokenizer.encode(' early later')].length).toBe(2);
  expect(loadTokenizer({ kind: 'bpe', vocab_size: 280 }, [{ texts: [large], share: 1 }])).toEqual(tokenizer);
});

test('of a source that was drawn from, what was drawn counts for the whole of it', () => {
  // Ten times the held text, of which there is as much here.
  const units = BPE_SAMPLE_UNITS / 2;
  const [drawn, held] = ['qz ', 'xw '].map((word) => [word.repeat(units / 3)]) as [string[], string[]];
  const first = (share: number) =>
    loadTokenizer({ kind: 'bpe', vocab_size: 258 }, [
      { texts: [...held, ...held, ...held], share: 1 },
      { texts: drawn, share },
    ]);
  expect([first(1 / 30), first(1)].map((one) => one.decode([257]))).toEqual(['qz', 'xw']);
});

test('of large sources as much is drawn as a tokenizer takes of them', () => {
  const U = BPE_SAMPLE_UNITS;
  expect(sampleShares([4 * U], false)).toEqual([1 / 4]);
  expect(sampleShares([6 * U, 2 * U], false)).toEqual([1 / 8, 1 / 8]);
  expect(sampleShares([6 * U, 2 * U], true)).toEqual([1 / 12, 1 / 4]);
  expect(sampleShares([U / 4, U / 4, 0], false)).toEqual([1, 1, 1]);
});

test('a table of pieces gives each its own ids, also after it has started afresh', () => {
  const table = new PieceTable();
  const wrong: number[] = [];
  const ask = (count: number) => {
    for (let i = 0; i < count; i++) {
      const text = `a ${i}z`;
      if (table.get(text, 1, text.length - 1, (piece) => Uint32Array.of(Number(piece.trim())))[0] !== i) wrong.push(i);
    }
  };
  ask(70_000);
  ask(100);
  expect(wrong).toEqual([]);
});
