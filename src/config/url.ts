/**
 * A configuration as the hash of a link: `#v=1&p=<preset>&<dotted.key>=<value>…`, only what differs from the preset.
 * What a link says and this page cannot use is listed, never dropped in silence; and nothing in a link starts a run.
 */
import { UserError } from '../util/errors.ts';
import { brief, quoted } from '../util/quoted.ts';
import { differences } from './difference.ts';
import { DEFAULT_PRESET, presetConfig } from './presets.ts';
import { sectionsFirst, setText } from './resolve.ts';
import type { RunConfig } from './run.ts';
import { checkConfig } from './validate.ts';
import { linkWords } from '../words/config.ts';

/** Raised when a key changes its meaning. */
const VERSION = '1';
/** Longest hash read: a real one has a few hundred characters. */
const LONGEST = 8192;
/** Settings a link may have: every option and a source of ten in each blend. */
const MOST_PARTS = 128;
/** Problems told one by one; a link with more is broken or hostile, and nobody reads them all. */
const MOST_LISTED = 20;

export interface Decoded {
  /** Can always be started: the preset with every usable setting of the link. */
  config: RunConfig;
  /** One sentence for each thing that was not used. */
  problems: string[];
}

/** The hash of a configuration, `#` included. */
export function encodeHash(config: RunConfig): string {
  const pairs = differences(config, presetConfig(config.preset)).map(({ key, to }) => [key, to] as const);
  const all = [['v', VERSION], ['p', config.preset], ...pairs] as const;
  return `#${all.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&')}`;
}

/** Percent-encoding that leaves `:` readable, as in bpe:1024. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}

/** The configuration of a hash, and what in it could not be used. An empty hash is the page's own preset. */
export function decodeHash(hash: string): Decoded {
  const text = hash.replace(/^#/, '');
  const fallback = (problem: string) => ({ config: presetConfig(DEFAULT_PRESET), problems: [problem] });
  if (text.length > LONGEST) return fallback(linkWords.long(text.length, LONGEST));
  const problems: string[] = [];
  const pairs = new Map<string, string>();
  const parts = text.split('&').filter((one) => one !== '');
  if (parts.length > MOST_PARTS) return fallback(linkWords.manySettings(parts.length, MOST_PARTS));
  for (const part of parts) {
    const pair = decodePair(part);
    if (!pair) problems.push(linkWords.noPair(quoted(part)));
    else if (pairs.has(pair[0])) problems.push(linkWords.twice(brief(pair[0]), brief(pairs.get(pair[0])!)));
    else pairs.set(...pair);
  }

  const version = pairs.get('v') ?? VERSION;
  if (version !== VERSION) return fallback(linkWords.version(brief(version), VERSION));
  let name = pairs.get('p') ?? DEFAULT_PRESET;
  let preset: RunConfig;
  try {
    preset = presetConfig(name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error.message);
    preset = presetConfig((name = DEFAULT_PRESET));
  }
  pairs.delete('v');
  pairs.delete('p');

  const config = structuredClone(preset);
  for (const [key, value] of sectionsFirst([...pairs])) {
    const problem = setText(config, key, value);
    if (problem !== null) problems.push(problem);
  }
  const conflicts = checkConfig(config);
  if (conflicts.length === 0) return { config, problems: listed(problems) };
  return { config: preset, problems: [...listed([...problems, ...conflicts]), linkWords.conflict(name)] };
}

function listed(problems: string[]): string[] {
  if (problems.length <= MOST_LISTED) return problems;
  return [...problems.slice(0, MOST_LISTED), linkWords.more(problems.length - MOST_LISTED)];
}

function decodePair(part: string): [string, string] | null {
  const at = part.indexOf('=');
  if (at < 1) return null;
  try {
    return [decodeURIComponent(part.slice(0, at)), decodeURIComponent(part.slice(at + 1))];
  } catch {
    return null;
  }
}
