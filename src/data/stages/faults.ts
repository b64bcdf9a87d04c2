/** What the heuristic rules look for in a page: marks, phrases and words, as NeMo-Curator has them. */

export const ELLIPSES = ['...', '[...]', '…', '(...)', '[…]', '-»', 'read more..', 'read more'];
/** Units that the longest of them has. */
const ELLIPSIS_UNITS = Math.max(...ELLIPSES.map(({ length }) => length));
const ELLIPSIS_LAST = new Set(ELLIPSES.map((mark) => mark.at(-1)!));
/** A line from `from` to `to`, white space at its ends left out. */
export function endsInEllipsis(text: string, from: number, to: number): boolean {
  const last = text[to - 1]!.toLowerCase();
  // Most lines end in a full stop, and no ellipsis in one alone.
  if (!ELLIPSIS_LAST.has(last) || (last === '.' && text[to - 2] !== '.')) return false;
  const end = text.slice(Math.max(from, to - ELLIPSIS_UNITS), to).toLowerCase();
  return ELLIPSES.some((mark) => end.endsWith(mark));
}
/** What a word begins with that is an ellipsis, or in which runs of # are more than half: such a one begins and ends with #. */
export const SYMBOL_BEGINS = new Set(['.', '[', '…', '(', '-', '#'].map((mark) => mark.charCodeAt(0)));
export const END_MARKS = new Set('.?!"\'');
export const BULLETS = new Set('•‣⁃⁌⁍∙○●◘◦⦾⦿');
export const URL = /https?:\/\/(?:[a-zA-Z0-9]|[$-_@.&+]|[!*(),]|(?:%[0-9a-fA-F][0-9a-fA-F]))+/g;
/** NeMo-Curator's policy phrases; its sentences contain one of these, or are the last three by their beginnings. */
export const POLICY_PHRASES = [
  'terms of use',
  'privacy policy',
  'cookie policy',
  'uses cookies',
  'privacy overview',
  'use of cookies',
  'use cookies',
  'privacy & cookies policy',
  'privacy and cookies policy',
  'necessary cookies are absolutely essential for the website to function properly',
  'any cookies that may not be particularly necessary for the website to function',
  'if you continue to browse this site without changing your cookie settings',
];
/** One of these is in each of them, so that a text with none has no such phrase. */
export const POLICY_STEMS = ['cookie', 'privacy', 'terms of use'];
export const COMMON_WORDS = new Set(['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with']);

/** A word that is an ellipsis, or more than half runs of #. */
export const isSymbol = (word: string): boolean =>
  ELLIPSES.includes(word) || (word.match(/#+/g)?.length ?? 0) / word.length > 0.5;

/** Comments of C's and Python's families, and Python's strings for documentation. */
export const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n]*|(?<=^|\s)#[^\n]*|"""[^]*?"""|'''[^]*?'''/g;
