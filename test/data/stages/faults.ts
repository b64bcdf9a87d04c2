/** Documents with faults of every heuristic rule among them. */
import type { RawDocument } from '../../../src/data/stages/stage.ts';
import { Draws } from '../../../src/world/draws.ts';

const FAULTS: readonly ((text: string, draws: Draws) => string)[] = [
  (text) => text,
  (text, draws) => `${text} ${'%&/ '.repeat(draws.integer(80))}`,
  (text, draws) => `${text} ${'# ... '.repeat(draws.integer(12))}`,
  (text, draws) => `${text} ${'1234567 '.repeat(draws.integer(20))}`,
  (text, draws) => `${text} ${'http://example.org/a%20b?c=d,e '.repeat(draws.integer(8))}`,
  (text, draws) => text.replaceAll(' ', ' '.repeat(1 + draws.integer(3))),
  (text, draws) => `${text} ${'(a) [b] '.repeat(draws.integer(30))}`,
  (text, draws) => `${text}\n\nWe use cookies.${'\n\nSee our Privacy Policy.'.repeat(draws.integer(3))}`,
  (text, draws) => `${text}${'\nThe same line again.'.repeat(draws.integer(30))}`,
  (text, draws) => `${text}${'\n\nThe same paragraph again.'.repeat(draws.integer(30))}`,
  (text, draws) => text.slice(0, draws.integer(text.length)),
  (text, draws) => text.replaceAll('.', draws.pick(['', '\n', '...\n'])),
  (text, draws) => text.replaceAll(/\b(the|be|to|of|and|that|have|with)\b/g, draws.pick(['x', 'THE', 'it'])),
  (text, draws) => text.replaceAll(' ', draws.pick(['', '-', ' a '])),
  (text, draws) => `${text} ${'long'.repeat(draws.integer(400))}`,
  (text, draws) => `${text} ${'one two three four '.repeat(draws.integer(20))}`,
  (text, draws) => `${text} ${text.slice(0, draws.integer(text.length))}`,
  (text) => text.replaceAll(/(^|\. )/g, '$1\n• '),
  (_, draws) => draws.pick(['', ' ', '\n\n\n', '.', 'lorem ipsum dolor']),
];

export const faultyDocuments = (list: readonly RawDocument[]): RawDocument[] =>
  list.map((one, i) => ({ ...one, text: FAULTS[i % FAULTS.length]!(one.text, new Draws().open(2, 83, i)) }));
