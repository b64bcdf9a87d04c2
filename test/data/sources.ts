import type { TokenSource, TokenText } from '../../src/data/source.ts';
import { TokenIds } from '../../src/data/tokenIds.ts';

export const END = 256;

/** In pieces of 32: every test goes across some. */
export function idsOf(values: readonly number[]): TokenIds {
  const ids = new TokenIds(Uint16Array, 32);
  ids.append(Uint16Array.from(values));
  return ids.trim();
}

/** Token values that count up through the source, modulo 256, an endOfText behind each document. */
function counting(lengths: readonly number[]): number[] {
  let next = 0;
  return lengths.flatMap((length) =>
    Array.from({ length }, (_, i) => (i === length - 1 ? (next++, END) : next++ % 256)),
  );
}

/** Documents of the given lengths, endOfText included. */
export function textOf(lengths: readonly number[], values = counting(lengths)): TokenText {
  const starts = Uint32Array.from([0, ...lengths]);
  for (let i = 0; i < lengths.length; i++) starts[i + 1]! += starts[i]!;
  return { tokens: idsOf(values), starts, bytes: values.length - lengths.length };
}

export function sourceOf(name: string, lengths: readonly number[], values?: number[]): TokenSource {
  return { name, label: name, licence: 'none', train: textOf(lengths, values), heldOut: textOf([]) };
}
