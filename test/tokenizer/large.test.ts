/** Texts so large that what is quadratic in their size would not come to an end, that a table starts afresh, or that they are sampled. */
import { expect, test } from 'vitest';
import { BpeTokenizer } from '../../src/tokenizer/bpe.ts';
import { BPE_SAMPLE_UNITS, loadTokenizer } from '../../src/tokenizer/load.ts';
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
  const tokenizer = loadTokenizer({ kind: 'bpe', vocab_size: 280 }, [[large]]) as BpeTokenizer;
  expect([...tokenizer.encode(' early later')].length).toBe(2);
  expect(loadTokenizer({ kind: 'bpe', vocab_size: 280 }, [[large]])).toEqual(tokenizer);
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
