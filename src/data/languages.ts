/**
 * Which languages a text is in, by a sample of it: passages spread over all of the text, each told by its trigrams (franc, of 76 languages:
 * another one is taken for its nearest relative, as Norwegian for Swedish). The limits were measured on passages of the shipped text, of
 * its code without comments, and of one project's documents in 40 languages (LOG.md, 2026-11-28).
 */
import { francAll } from 'franc-min';
import type { Languages } from '../protocol.ts';
import { randomInteger, streamOf } from '../util/random.ts';
import { type Document, Utf8Document } from './document.ts';

/** Characters of a passage: enough to tell prose by, few enough that one of two languages is rare. */
const LONGEST = 400;
/** Passages looked at, 0.5 ms each: a share of one half has a standard error of 3 points then, one of 5 % of 1.3. */
const MOST = 300;
/**
 * Least lead of a language over the next, in franc's measure, times the characters it rests on: 0.02 for a whole passage, under which are
 * 6 % of those in Portuguese and 87 % of those of code; for a question of 80 characters 0.1, over which 1 % are told wrongly.
 */
const LEAD = 8;
/** Of characters that are not blank: the most that code has and prose has not, and the least that are letters. Prose has 1 % and 80 %. */
const MOST_SYMBOLS = 0.08;
const LEAST_LETTERS = 0.6;
/** Under this share a language may be two passages that were told wrongly. */
const LEAST_SHARE = 0.01;

/** Languages that trigrams do not tell apart: within them a lead is 0.002 to 0.02 in the mean. */
const ALIKE: readonly (readonly string[])[] = [
  ['bos', 'hrv', 'srp'],
  ['ind', 'zlm'],
];
const alike = (code: string): readonly string[] => ALIKE.find((group) => group.includes(code)) ?? [code];

const UNCLEAR = 'und';
const STREAM = streamOf('languages');

/** A sample of a text's passages, every one as likely as another, drawn as its documents come (Vitter's algorithm R). */
export class Passages {
  readonly #held: string[] = [];
  #seen = 0;

  /** Of a document that stands as UTF-8, the text is only made where a passage of it is held. */
  add(document: Document): void {
    const utf8 = document instanceof Utf8Document;
    const count = Math.ceil((utf8 ? document.length : document.text.length) / LONGEST);
    let text: string | null = null;
    for (let i = 0; i < count; i++) {
      const number = this.#seen++;
      const place = number < MOST ? number : randomInteger(0, STREAM, number, number + 1);
      if (place >= MOST) continue;
      text ??= document.text;
      this.#held[place] = text.slice(
        Math.floor((i * text.length) / count),
        Math.floor(((i + 1) * text.length) / count),
      );
    }
  }

  languages(): Languages {
    const lengths = new Map<string, number>();
    for (const passage of this.#held) {
      const language = languageOf(passage);
      lengths.set(language, (lengths.get(language) ?? 0) + passage.length);
    }
    const all = this.#held.reduce((sum, { length }) => sum + length, 0);
    const shares: Record<string, number> = {};
    for (const [language, length] of [...lengths].sort(([, a], [, b]) => b - a)) {
      const known = length / all < LEAST_SHARE ? UNCLEAR : language;
      shares[known] = (shares[known] ?? 0) + length / all;
    }
    return { shares, passages: this.#seen > MOST ? MOST : null };
  }
}

/** Codes of ISO 639-3 with slashes between those that are not told apart; `und`: none, or not clear which. */
function languageOf(passage: string): string {
  const solid = passage.replaceAll(/\s+/g, '');
  const symbols = solid.match(/[{}[\]=<>_/\\|+*&^%$#@~`;]/g)?.length ?? 0;
  const letters = solid.match(/[\p{L}\p{M}]/gu)?.join('').length ?? 0;
  if (symbols > MOST_SYMBOLS * solid.length || letters < LEAST_LETTERS * solid.length) return UNCLEAR;
  const [first, ...others] = francAll(passage);
  if (first === undefined) return UNCLEAR;
  const [code, score] = first;
  const group = alike(code);
  // A script of one language tells it at any length.
  if (others.length === 0) return group.join('/');
  const next = others.find(([other]) => !group.includes(other))?.[1] ?? 0;
  return (score - next) * passage.trim().length < LEAD ? UNCLEAR : group.join('/');
}
