/** The language of lessons, class and paper: as the address asks (`?lang=de`), else as last asked for, else English. */
import { recall, remember } from '../run/memory.ts';

/** Each by its own name, so that whoever needs it can read it. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;
export const isLanguage = (name: string | null): name is Language => name !== null && Object.hasOwn(LANGUAGES, name);

const STORE = 'language';

/** What an address and a memory come to. */
export function languageOf(query: string, remembered: string | null): Language {
  const asked = new URLSearchParams(query).get('lang');
  return isLanguage(asked) ? asked : isLanguage(remembered) ? remembered : 'en';
}

/** Another one is another address: everything answered is kept while the tab is open, and the page is drawn anew. */
export const language = languageOf(globalThis.location?.search ?? '', recall(STORE));

/** For this browser's next visit, and for screen readers, spelling and hyphens. */
export function speak(): void {
  remember(STORE, language);
  document.documentElement.lang = language;
}

/** This page in another language. */
export function addressIn(other: Language): string {
  const wanted = new URLSearchParams(location.search);
  wanted.set('lang', other);
  return `?${wanted}`;
}

/** With a minus sign, which Intl writes as a hyphen; a zero has no sign. `isSigned`: above zero a plus. */
function written(value: number, options: Intl.NumberFormatOptions, isSigned = false): string {
  const signDisplay = isSigned ? 'exceptZero' : 'negative';
  return new Intl.NumberFormat(language, { ...options, signDisplay }).format(value).replace('-', '−');
}
/** 59,904 · 59.904 */
export const integer = (value: number, isSigned = false): string =>
  written(value, { maximumFractionDigits: 0 }, isSigned);
/** 0.97 · 0,97 */
export const decimal = (value: number, digits: number, isSigned = false): string =>
  written(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }, isSigned);
/** 0.5 · 0,5: as many digits as it has. */
export const plain = (value: number): string => written(value, {});
/** 1, 2 or 5 · 1, 2 oder 5 */
export const oneOf = (texts: readonly string[]): string =>
  new Intl.ListFormat(language, { type: 'disjunction' }).format(texts);
