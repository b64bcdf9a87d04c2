/** Made-up pages of some two thousand characters for measuring curation: a function of their number, so that a file of any size is the same again. */
import { Draws } from '../../../src/world/draws.ts';

/** Characters a page, and pages a megabyte. */
const LENGTH = 2000;
export const PAGES_A_MEGABYTE = 1e6 / LENGTH;

/** Words as often as natural ones: the k-th with a share of 1 / k. */
const vocabulary = Array.from({ length: 20_000 }, (_, i) => {
  const draws = new Draws().open(1, 95, i);
  return Array.from({ length: 1 + draws.integer(3) }, () =>
    draws.pick(['ba', 'con', 'der', 'est', 'fi', 'in', 'lo', 'ment', 're', 'ty', 'us', 'ven']),
  ).join('');
});

export function pageText(index: number): string {
  const draws = new Draws().open(1, 96, index);
  const words: string[] = [];
  for (let length = 0; length < LENGTH; length += words.at(-1)!.length + 1) {
    const word = vocabulary[Math.floor(vocabulary.length ** draws.uniform()) - 1]!;
    words.push(
      draws.chance(0.35) ? draws.pick(['the', 'of', 'and', 'to', 'in']) : draws.chance(0.1) ? `${word}.` : word,
    );
  }
  // Short pieces, so that lines are not one: as pages are written.
  return words.join(' ').replaceAll('. ', '.\n');
}

/** What was planted in a page: nothing, an equal copy, one with a word changed, or words that no other page has. */
export type Planted = 'original' | 'copy' | 'near' | 'noise';
const SHARES: readonly [Planted, number][] = [
  ['copy', 0.1],
  ['near', 0.1],
  ['noise', 0.05],
];

/** Which fault a page has; the draws go on where it was drawn. */
function plantedBy(draws: Draws, index: number): Planted {
  let u = draws.uniform();
  return index === 0 ? 'original' : (SHARES.find(([, share]) => (u -= share) < 0)?.[0] ?? 'original');
}

export function plantedPage(index: number): { text: string; planted: Planted } {
  const draws = new Draws().open(1, 97, index);
  const planted = plantedBy(draws, index);
  if (planted === 'original') return { text: pageText(index), planted };
  if (planted === 'noise') {
    const words = Array.from({ length: LENGTH / 8 }, () => draws.integer(36 ** 6).toString(36));
    return { text: `${words.join(' ')}.`, planted };
  }
  // Of an original: the last one up to a number drawn.
  let of = draws.integer(index);
  while (plantedBy(new Draws().open(1, 97, of), of) !== 'original') of--;
  const text = pageText(of);
  if (planted === 'copy') return { text, planted };
  const words = text.split(' ');
  words[draws.integer(words.length)] = `x${draws.integer(1e6)}`;
  return { text: words.join(' '), planted };
}
