/** Words of up to 16 bytes and their ids. */
import { expect, test } from 'vitest';
import { LONGEST_WORD, WordTable } from '../../src/tokenizer/wordTable.ts';

/** A table of these words, whose ids are numbers of the calls that made them, one for each byte. */
function tableOf(words: string[]) {
  const text = new TextEncoder().encode(words.join('') + '\0'.repeat(LONGEST_WORD));
  const view = new DataView(text.buffer);
  let made = 0;
  const table = new WordTable((_, length, ids) => (ids.fill(++made, 0, length), length));
  const out = new Uint16Array(2 * LONGEST_WORD);
  const ask = (number: number): number[] => {
    const from = words.slice(0, number).join('').length;
    return [...out.subarray(1, table.write(view, from, words[number]!.length, out, 1))];
  };
  return { ask, made: () => made };
}

test('each word has ids of its own, and is made once', () => {
  const whole = 'abcdefghijklmnop';
  const words = [
    ...Array.from(whole, (_, i) => whole.slice(0, i + 1)),
    ...['abcX', 'abcdefgX', 'Xbcdefgh', 'abcdefghX', 'abcdXfghi', 'abcdefghijklX', 'abcdefghijklmnoX', 'a\0'],
  ];
  const { ask, made } = tableOf(words);
  for (let again = 0; again < 2; again++)
    for (const [i, word] of words.entries()) expect(ask(i), word).toEqual(Array(word.length).fill(i + 1));
  expect(made()).toBe(words.length);
});

test('of three words that share a pair of places, the one asked for longest ago is forgotten', () => {
  for (const kept of ['a', 'abcdefghi']) {
    // Zeros make no other key, so no other place.
    const { ask } = tableOf([kept, `${kept}\0`, `${kept}\0\0`]);
    expect([0, 1, 0, 2, 0, 1, 0, 1].map((number) => ask(number)[0])).toEqual([1, 2, 1, 3, 1, 4, 1, 4]);
  }
});
