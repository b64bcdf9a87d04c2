/** What a model is fed while it generates, by a decoder that only notes it. */
import { expect, it } from 'vitest';
import { generate, type Generator } from '../../src/train/engine/generate.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';

const tokenizer = new ByteTokenizer();
const bytes = (text: string): number[] => [...tokenizer.encode(text)];

/** Rows as they were fed, of a model of this context that says "x" after everything. */
async function rowsFed(length: number, prompt: string, tokens: number) {
  const rows: number[][] = [];
  const logits = new Float32Array(tokenizer.size);
  logits[bytes('x')[0]!] = 100;
  const decoder: Pick<Generator, 'length' | 'next' | 'rows'> = {
    length,
    rows: 1,
    async next([token], [position]) {
      if (position === 0) rows.push([]);
      expect(position).toBe(rows.at(-1)!.length);
      rows.at(-1)!.push(token!);
      return logits;
    },
  };
  const options = { prompt, tokens, temperature: 0, seed: 1, limit: tokenizer.size };
  return { rows, made: await generate(decoder as Generator, tokenizer, options) };
}

it.each([
  ['a prompt that fits', 8, 'abc', 2, ['abcx']],
  ['nothing', 8, '', 1, ['']],
  // The last half of what a context of eight holds of the text, again and again.
  ['a context that fills', 8, 'abc', 12, ['abcxxxx', 'xxxxxxx', 'xxxx']],
  ['a prompt that is too long', 8, 'abcdefghij', 1, ['efghij']],
  ['a context of one token', 1, 'abc', 2, ['', '']],
])('begins every row with an end-of-text, as training does: %s', async (_, length, prompt, tokens, texts) => {
  const { rows, made } = await rowsFed(length, prompt, tokens);
  expect(rows).toEqual(texts.map((text) => [tokenizer.endOfText, ...bytes(text)]));
  expect(made.tokens).toBe(tokens);
  expect(made.unread).toBe(Math.max(0, prompt.length - Math.max(0, length - 2)));
});
