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

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
/** 59,904 · 59.904 */
export const integer = (value: number): string => whole.format(value);
/** 0.97 · 0,97 */
export const decimal = (value: number, digits: number): string =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
/** 0.5 · 0,5: as many digits as it has. */
export const plain = (value: number): string => value.toLocaleString(language);
