/** In which languages the blends' text is, by what was measured of their sources, and where they differ from the base's. */
import type { Blend, RunConfig } from '../config/run.ts';
import type { Languages } from '../protocol.ts';
import { languageWords } from '../words/languages.ts';
import { sharesOf } from './groups.ts';

type Shares = Languages['shares'];

/** Of the shipped sources, as data/languages.ts tells them (test/data/languages.test.ts measures them again). */
export const SHIPPED_LANGUAGES: Readonly<Record<string, Shares>> = {
  news: { eng: 0.99, und: 0.01 },
  books: { eng: 1 },
  encyclopedia: { eng: 1 },
  docs: { eng: 0.72, und: 0.28 },
  code: { und: 0.83, eng: 0.17 },
  legal: { eng: 0.93, deu: 0.05, fra: 0.02 },
  'qa-definitions': { eng: 0.82, und: 0.18 },
  'qa-facts': { eng: 0.69, und: 0.31 },
};

/** Share of a blend's text that would have to change its language: twice the standard error of a difference of two samples is less. */
const DIFFERENT = 0.1;

/** null: of a source it draws from nothing was measured. */
function languagesOfBlend(blend: Blend, measured: ReadonlyMap<string, Shares>): Shares | null {
  const sum: Record<string, number> = {};
  for (const [source, weight] of Object.entries(sharesOf(blend))) {
    if (weight === 0) continue;
    const shares = measured.get(source) ?? SHIPPED_LANGUAGES[source];
    if (shares === undefined) return null;
    for (const [language, share] of Object.entries(shares)) sum[language] = (sum[language] ?? 0) + weight * share;
  }
  return sum;
}

/** Without what is not clear, as shares of the rest. */
const clear = (shares: Shares): Blend =>
  sharesOf(Object.fromEntries(Object.entries(shares).filter(([language]) => language !== 'und')));

/** Half the sum of the differences between what is clear of two texts, the total variation; 0 where nothing is clear of one. */
function distance(one: Shares, other: Shares): number {
  const [a, b] = [clear(one), clear(other)];
  const languages = new Set([...Object.keys(a), ...Object.keys(b)]);
  if (Object.keys(a).length === 0 || Object.keys(b).length === 0) return 0;
  return [...languages].reduce((sum, key) => sum + Math.abs((a[key] ?? 0) - (b[key] ?? 0)), 0) / 2;
}

/** One sentence; null: there is nothing to say, or it was not measured. `measured`: the languages of sources by name. */
export function differingLanguages(
  { base, continued, data }: Pick<RunConfig, 'base' | 'continued' | 'data'>,
  measured: ReadonlyMap<string, Shares>,
): string | null {
  if (continued === null || data.world !== null) return null;
  const before = languagesOfBlend(base.blend, measured);
  if (before === null) return null;
  const others = (['general', 'qa'] as const).flatMap((key): [string, string][] => {
    const after = languagesOfBlend(continued[key], measured);
    if (after === null || distance(before, after) < DIFFERENT) return [];
    return [[languageWords.blends[key], languageWords.listed(after)]];
  });
  return others.length === 0 ? null : languageWords.differ(languageWords.listed(before), others);
}
