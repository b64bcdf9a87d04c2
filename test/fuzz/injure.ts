/** Injuries that know the structure of what they injure: JSON values, JSON text, bytes. */
import type { RandomStream } from '../../src/util/random.ts';

export const NUMBERS = [
  '-1', '0', '-0', '1', '3', '4', '00', '1.5', '1e3', '1e999', '-1e999', '1e-400', '4294967296', '9007199254740991',
  '9007199254740992', '18446744073709551616', 'null', 'true', '"4"', '[]', '{}', 'NaN', 'Infinity', '0x10', '',
]; // prettier-ignore

export const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  '',
  'x',
  'é',
  '\u202e',
  '\ud800',
];

const deep = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values no schema expects. Objects whose conversion to text or number throws are among them. */
export const VALUES: readonly unknown[] = [
  null, true, false, 0, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 1e21, '', ' ', '0', '1e999', 'x'.repeat(5000), '\u0000',
  '\u202e<img src=x onerror=alert(1)>', '\ud800', '__proto__', [], {}, [[]], [null], { toString: 1, valueOf: 1 },
  { toString: null }, { length: -1 }, deep(60), deep(3000), JSON.parse('{"__proto__":{"polluted":true}}'),
]; // prettier-ignore

/** A copy of a JSON value with one change somewhere in it; what the change does not touch is shared. */
export function injureJson(value: unknown, random: RandomStream): unknown {
  const stop = random.integer(6) === 0;
  if (Array.isArray(value) && !stop && value.length > 0) {
    const copy = [...value];
    const at = random.integer(copy.length);
    switch (random.integer(8)) {
      case 0:
        copy.splice(at, 1);
        return copy;
      case 1:
        copy.splice(at, 0, copy[random.integer(copy.length)]);
        return copy;
      case 2: {
        const other = random.integer(copy.length);
        [copy[at], copy[other]] = [copy[other], copy[at]];
        return copy;
      }
      default:
        copy[at] = injureJson(copy[at], random);
        return copy;
    }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !stop) {
    const keys = Object.keys(value);
    const key = keys.length > 0 ? random.pick(keys) : 'x';
    const old = (value as Record<string, unknown>)[key];
    const copy: Record<string, unknown> = { ...value };
    switch (random.integer(8)) {
      case 0:
        delete copy[key];
        return copy;
      case 1:
        return withKey(copy, random.pick(KEYS), random.integer(2) === 0 ? old : random.pick(VALUES));
      case 2:
        delete copy[key];
        return withKey(copy, random.integer(2) === 0 ? random.pick(KEYS) : `${key}x`, old);
      default:
        return withKey(copy, key, injureJson(old, random));
    }
  }
  if (typeof value === 'number' && random.integer(2) === 0) {
    return random.pick([value + 1, value - 1, -value, value * 2, value / 2, value * 1e9, value + 0.5, String(value)]);
  }
  if (typeof value === 'string' && random.integer(2) === 0) return injureText(value, random);
  return random.pick(VALUES);
}

/** An own property whatever its name. */
function withKey(object: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  return Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

const JUNK = [
  ',', ':', '{', '}', '[', ']', '"', '\\', ' ', '\u0000', '\ufeff', '\\u0041', '\\x', '//', '\t\n\r', '\u202e', '<', '&', '%', '=', '#', '.', '-',
  '[['.repeat(99), '{"a":'.repeat(99), '"__proto__":{"a":1},', '"constructor":1,',
]; // prettier-ignore

/** One change to a text, JSON or not. */
export function injureText(text: string, random: RandomStream, junk: readonly string[] = JUNK): string {
  const at = random.integer(text.length + 1);
  switch (random.integer(5)) {
    case 0:
      return text.slice(0, at) + random.pick(junk) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random.integer(8));
    case 2:
      return replaceNumber(text, at, random.pick(NUMBERS));
    case 3: {
      const length = random.integer(40);
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    }
    default:
      return (
        text.slice(0, at) +
        String.fromCharCode(random.integer(random.integer(2) === 0 ? 128 : 65536)) +
        text.slice(at + 1)
      );
  }
}

const isDigit = (unit: number) => unit >= 0x30 && unit <= 0x39;

/** The first number at or after `at`, from the beginning again where none follows. */
export function replaceNumber(text: string, at: number, replacement: string): string {
  for (let i = 0; i < text.length; i++) {
    const start = (at + i) % text.length;
    if (!isDigit(text.charCodeAt(start))) continue;
    let end = start + 1;
    while (end < text.length && isDigit(text.charCodeAt(end))) end++;
    return text.slice(0, start) + replacement + text.slice(end);
  }
  return text;
}

/** Damage that knows nothing of the structure: a cut, or flipped bytes. */
export function injureBytes(bytes: Uint8Array, random: RandomStream): Uint8Array {
  if (random.integer(3) === 0) return bytes.slice(0, random.integer(bytes.length + 1));
  const copy = bytes.slice();
  const count = 1 + random.integer(4);
  for (let i = 0; i < count && copy.length > 0; i++) copy[random.integer(copy.length)] = random.integer(256);
  return copy;
}

/** Most inputs get one to three injuries, some none. */
export function injured<T>(value: T, random: RandomStream, injure: (value: T, random: RandomStream) => T): T {
  let result = value;
  for (let left = random.integer(4); left > 0; left--) result = injure(result, random);
  return result;
}

/** A JSON value injured as a value, and now and then as text. */
export function injuredJsonText(value: unknown, random: RandomStream): string {
  const text = JSON.stringify(injured(value, random, injureJson));
  return random.integer(8) === 0 ? injured(text, random, (one, from) => injureText(one, from)) : text;
}
