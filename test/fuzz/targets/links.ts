/** Links: the hash of an address, injured as text. What a link says wrong is listed; nothing is thrown. */
import { OPTIONS, BLENDS } from '../../../src/config/options.ts';
import { PRESETS } from '../../../src/config/presets.ts';
import { decodeHash, encodeHash } from '../../../src/config/url.ts';
import { checkConfig } from '../../../src/config/validate.ts';
import type { RandomStream } from '../../../src/util/random.ts';
import type { Target } from '../fuzz.ts';
import { injured, injureText, KEYS, NUMBERS } from '../injure.ts';

/** encodeURIComponent refuses half a character. */
const WHOLE_KEYS = KEYS.filter((key) => !/\p{Cs}/u.test(key));
const JUNK = [
  '&',
  '=',
  '#',
  '%',
  '%0',
  '%zz',
  '%00',
  '%ff',
  '%e2%80%ae',
  '&&',
  '==',
  '&v=2',
  '&p=__proto__',
  '&p=lab',
  '<script>',
  '"',
  '\u202e',
  'é',
  '&'.repeat(300),
  'x'.repeat(9000),
];
const TEXTS = [
  'on',
  'off',
  'none',
  'byte',
  'word',
  'bpe:300',
  'bpe:1',
  'bpe:9999999',
  'cosine',
  'wsd',
  '%00',
  'x'.repeat(500),
];

function hash(random: RandomStream): string {
  const pairs = Array.from({ length: random.integer(8) }, () => {
    const key =
      random.integer(4) === 0 ? `${random.pick(BLENDS).key}.${random.pick(WHOLE_KEYS)}` : random.pick(OPTIONS).key;
    return `${encodeURIComponent(key)}=${random.pick(random.integer(2) === 0 ? NUMBERS : TEXTS)}`;
  });
  return [encodeHash(random.pick(PRESETS).config), ...pairs].join('&');
}

export const links: Target<string> = {
  name: 'links',
  make: (random) => injured(hash(random), random, (text, from) => injureText(text, from, JUNK)),
  feed: (input) => {
    const { config, problems } = decodeHash(input);
    const [conflict] = checkConfig(config);
    if (conflict !== undefined) throw new Error(`the link's configuration cannot run: ${conflict}`);
    for (const problem of problems) {
      if (!/^\S[^\p{Cc}]{4,800}[.?]$/u.test(problem))
        throw new Error(`not one clear sentence: ${JSON.stringify(problem)}`);
    }
    const outcome = problems.length > 0 ? 'accepted, with a list' : 'accepted';
    // Every so many, by their length, are made into a second link.
    if (input.length % 8 > 0) return outcome;
    const again = decodeHash(encodeHash(config));
    if (again.problems.length > 0 || JSON.stringify(again.config) !== JSON.stringify(config)) {
      throw new Error(`the link's configuration changed in a second link: ${again.problems[0] ?? ''}`);
    }
    return outcome;
  },
};
