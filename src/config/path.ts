/** Dotted keys into a configuration, and values as the text of a command line, a link or a form field. */
import { formatRamp } from './ramp.ts';
import type { RampStage, RunConfig, TokenizerConfig } from './run.ts';

type Node = Record<string, unknown>;

/**
 * Parent object and leaf name of a dotted key; null where a section on the way is null or missing. Inherited names
 * are not seen.
 */
function locate(config: object, key: string): { parent: Node; leaf: string } | null {
  const names = key.split('.');
  const leaf = names.pop()!;
  let node = config as Node;
  for (const name of names) {
    const next = Object.hasOwn(node, name) ? node[name] : undefined;
    if (typeof next !== 'object' || next === null) return null;
    node = next as Node;
  }
  return { parent: node, leaf };
}

/** Value at a dotted key; undefined where the key's section is off. */
export function getPath(config: object, key: string): unknown {
  const place = locate(config, key);
  return place && Object.hasOwn(place.parent, place.leaf) ? place.parent[place.leaf] : undefined;
}

/** Sets a value at a dotted key, in place; undefined takes it out. Returns false where the key's section is off (null). */
export function setPath(config: object, key: string, value: unknown): boolean {
  const place = locate(config, key);
  if (!place) return false;
  if (value === undefined) delete place.parent[place.leaf];
  else place.parent[place.leaf] = value;
  return true;
}

/** A copy that shares nothing with the original. */
export function cloneConfig(config: RunConfig): RunConfig {
  return structuredClone(config);
}

/** A tokenizer as one word: `byte`, `bpe:1024`, `bpe:1024:even`, `word`. */
export function formatTokenizer(tokenizer: TokenizerConfig): string {
  if (tokenizer.kind !== 'bpe') return tokenizer.kind;
  return `bpe:${tokenizer.vocab_size}${tokenizer.even ? ':even' : ''}`;
}

/** The tokenizer a word names; null if it names none. Ranges are checked with the other options. */
export function parseTokenizer(text: string): TokenizerConfig | null {
  if (text === 'byte' || text === 'word') return { kind: text };
  const match = /^bpe:(\d{1,7})(:even)?$/.exec(text);
  return match ? { kind: 'bpe', vocab_size: Number(match[1]), ...(match[2] && { even: true }) } : null;
}

/** Any option's value as text; `parseValue` of the option reads it back to the same value. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return formatRamp(value as RampStage[]);
  if (typeof value === 'object') return formatTokenizer(value as TokenizerConfig);
  return String(value);
}

/**
 * The nearest of some words, for "did you mean": by edit distance, the last dotted part counting on its own; null if
 * all are far.
 */
export function nearest(word: string, words: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Infinity;
  const wanted = word.toLowerCase();
  for (const candidate of words) {
    const lower = candidate.toLowerCase();
    const tail = lower.slice(lower.lastIndexOf('.') + 1);
    const distance = Math.min(
      editDistance(wanted, lower),
      // A right last part under a wrong or missing section is nearly right.
      editDistance(wanted.slice(wanted.lastIndexOf('.') + 1), tail) + 0.5,
    );
    if (distance < least) [best, least] = [candidate, distance];
  }
  return least <= Math.max(2, wanted.length / 3) ? best : null;
}

/** Levenshtein distance: insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
