/**
 * A number that this browser makes up for the time its tab is open, to tell laptops apart. It says nothing of a person. Six signs of base
 * 32 write it, so that a reader can take it from the questions before to those after, whatever tab they are opened in.
 */
const STORE = 'rekindle.laptop';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SIGNS = 6;

export function laptopId(): number {
  const kept = Number(sessionStorage.getItem(STORE));
  if (kept) return kept;
  const made = crypto.getRandomValues(new Uint32Array(1))[0]! % ALPHABET.length ** SIGNS || 1;
  keepLaptopId(made);
  return made;
}

export const keepLaptopId = (id: number): void => sessionStorage.setItem(STORE, String(id));

export const signsOf = (id: number): string =>
  Array.from({ length: SIGNS }, (_, i) => ALPHABET[(id >>> (5 * (SIGNS - 1 - i))) & 31]).join('');

/** null: these are not six signs of the alphabet. */
export function idOf(signs: string): number | null {
  const values = [...signs.trim().toUpperCase()].map((sign) => ALPHABET.indexOf(sign));
  if (values.length !== SIGNS || values.includes(-1)) return null;
  return values.reduce((id, value) => id * ALPHABET.length + value, 0) || null;
}
