import type { TokenSource, TokenText } from '../../src/data/source.ts';

export const END = 256;

/** Documents of the given lengths (endOfText included); token values count up through the source, modulo 256. */
export function textOf(lengths: readonly number[]): TokenText {
  const starts = Uint32Array.from([0, ...lengths]);
  for (let i = 0; i < lengths.length; i++) starts[i + 1]! += starts[i]!;
  const total = starts[lengths.length]!;
  const tokens = Uint16Array.from({ length: total }, (_, i) => i % 256);
  for (let i = 1; i <= lengths.length; i++) tokens[starts[i]! - 1] = END;
  return { tokens, starts, bytes: total - lengths.length };
}

export function sourceOf(name: string, lengths: readonly number[]): TokenSource {
  return { name, label: name, licence: 'none', train: textOf(lengths), heldOut: textOf([]) };
}
