/** Values from outside made fit for a message, whatever their size and depth. */

/** At most so many UTF-16 units of a foreign text are quoted. */
const LONGEST = 80;
/** What would break the line or turn its direction: control and format characters, lone surrogates, line separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** A text in double quotes: what is not seen is escaped, and only the beginning of a long one is given. */
export function quoted(text: string): string {
  return escapeUnseen(JSON.stringify(shortened(text)));
}

/** The same without quotes, for values that are shown as they were typed. */
export function brief(text: string): string {
  return escapeUnseen(shortened(text));
}

/** A parsed JSON value. Objects are not spelled out: a hostile one may be deep, large, or have a `toString` of its own. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return value === undefined ? 'nothing' : String(value);
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function escapeUnseen(text: string): string {
  return text.replaceAll(UNSEEN, (unit) => `\\u{${unit.codePointAt(0)!.toString(16)}}`);
}
