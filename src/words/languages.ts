/** What is said of the languages of a text, in the page and in the terminal. */
import type { Languages } from '../protocol.ts';

const names = new Intl.DisplayNames('en', { type: 'language' });
const or = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** Those that not every browser has a name for. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  und: 'not clear',
  zlm: 'Malay',
  fuv: 'Fula',
  hms: 'Hmong',
  hnj: 'Hmong',
  skr: 'Saraiki',
};

const nameOf = (language: string): string =>
  or.format(language.split('/').map((code) => OWN_NAMES[code] ?? names.of(code) ?? code));

/** "English 93 %, German 5 %, not clear 2 %": what is not clear stands last, and shares of less than half a percent are left out. */
const listed = (shares: Languages['shares']): string =>
  Object.entries(shares)
    .toSorted(([a, x], [b, y]) => Number(a === 'und') - Number(b === 'und') || y - x)
    .map(([language, share]) => [nameOf(language), Math.round(100 * share)] as const)
    .filter(([, percent]) => percent > 0)
    .map(([name, percent]) => `${name} ${percent}\u00a0%`)
    .join(', ');

export const languageWords = {
  listed,
  /** `of`: the name of the text's source, where it is not plain. */
  languages: ({ shares, passages }: Languages, of?: string) =>
    `Languages${of === undefined ? '' : ` of ${of}`}` +
    `${passages === null ? '' : `, by ${passages} passages spread over it`}: ${listed(shares)}.`,
  blends: { general: 'general blend', qa: 'QA blend' },
  differ: (base: string, others: readonly (readonly [blend: string, languages: string])[]) =>
    `The base’s text is ${base}; ${others.map(([blend, languages]) => `the ${blend}’s is ${languages}`).join(', and ')}.`,
};
