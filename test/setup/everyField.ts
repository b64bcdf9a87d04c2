/** Every field of a JSON value in turn, replaced by a value of another kind. */

/** One of each kind, an object that cannot be made text or number among them. */
const VALUES: readonly unknown[] = [null, true, -1, 0.5, 'x', '', [], [null], {}, { toString: 1, valueOf: 1 }];
/** Of long lists and tables, which are of one kind throughout. */
const FIRST = 6;

export interface Changed {
  /** Keys with dots. */
  path: string;
  /** What is there now; undefined: nothing. */
  value: unknown;
  /** The whole, a copy. */
  changed: unknown;
}

/** The value itself first, then what is in it, to any depth. */
export function* everyField(whole: unknown, keys: readonly string[] = []): Generator<Changed> {
  const at = keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], whole);
  for (const value of keys.length > 0 ? [...VALUES, undefined] : VALUES)
    yield { path: keys.join('.'), value, changed: withValue(whole, keys, value) };
  if (typeof at !== 'object' || at === null) return;
  for (const key of Object.keys(at).slice(0, FIRST * (keys.length === 0 ? 10 : 3)))
    yield* everyField(whole, [...keys, key]);
}

function withValue(whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as object) }) as Record<string, unknown>;
  if (rest.length === 0 && value === undefined) delete copy[key];
  else copy[key] = withValue(copy[key], rest, value);
  return copy;
}
