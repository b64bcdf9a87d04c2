/** One option's value: read from text or from JSON, checked against its range. Every message is a whole sentence. */
import { brief, shown } from '../util/quoted.ts';
import type { Option } from './option.ts';
import { formatTokenizer, formatValue, parseTokenizer } from './path.ts';
import { isRamp, parseRamp } from './ramp.ts';
import type { RampStage } from './run.ts';
import { configWords } from '../words/config.ts';

export type Read = { value: unknown } | { problem: string };

/** Plain decimal or exponent notation; no hexadecimal, no Infinity, no empty text. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What a text means for an option, range not yet checked. */
export function readText(option: Option, text: string): Read {
  switch (option.type) {
    case 'integer':
    case 'number':
      if (option.type === 'number' && option.nullable && text === 'none') return { value: null };
      return NUMBER.test(text) ? { value: Number(text) } : { problem: mismatch(option, text) };
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : { problem: mismatch(option, text) };
    case 'choice':
      return { value: text };
    case 'section':
      return text === 'on' || text === 'off' ? { value: text } : { problem: mismatch(option, text) };
    case 'tokenizer': {
      const value = parseTokenizer(text);
      return value ? { value } : { problem: mismatch(option, text) };
    }
    case 'ramp':
      return readRamp(option, text);
  }
}

function readRamp(option: Option, given: unknown): Read {
  if (given === 'none' || given === null || given === undefined) return { value: undefined };
  const value = parseRamp(given);
  return value ? { value } : { problem: mismatch(option, shown(given)) };
}

/** What a JSON value means for an option: as config.json writes it, or the text of a command line. */
export function readJson(option: Option, json: unknown): Read {
  if (option.type === 'tokenizer' && typeof json === 'object' && json !== null) return readTokenizer(option, json);
  if (option.type === 'ramp') return readRamp(option, json);
  if (typeof json === 'string') return readText(option, json);
  if (typeof json === 'number' && (option.type === 'integer' || option.type === 'number')) return { value: json };
  if (typeof json === 'boolean' && option.type === 'boolean') return { value: json };
  if (json === null && option.type === 'number' && option.nullable) return { value: json };
  return { problem: mismatch(option, shown(json)) };
}

/** {"kind"} with the size of a BPE, and whether its sample is even; nothing of the object is turned into text before its type is known. */
function readTokenizer(option: Option, json: object): Read {
  const own = (key: string) => (Object.hasOwn(json, key) ? (json as Record<string, unknown>)[key] : undefined);
  const [kind, size, even] = [own('kind'), own('vocab_size'), own('even')];
  if (kind === 'byte' || kind === 'word' || kind === 'given') return { value: { kind } };
  if (kind === 'bpe' && typeof size === 'number' && (even === undefined || even === true))
    return readText(option, formatTokenizer({ kind, vocab_size: size, even }));
  return { problem: mismatch(option, shown(kind)) };
}

/** What is wrong with a value of an option; null if nothing is. */
export function checkValue(option: Option, value: unknown): string | null {
  switch (option.type) {
    case 'integer':
    case 'number': {
      if (value === null && option.type === 'number' && option.nullable) return null;
      const fits = typeof value === 'number' && Number.isFinite(value) && value >= option.min && value <= option.max;
      const whole = option.type === 'number' || (Number.isInteger(value) && Number(value) % option.step === 0);
      return fits && whole ? null : mismatch(option, formatValue(value));
    }
    case 'boolean':
      return typeof value === 'boolean' ? null : mismatch(option, formatValue(value));
    case 'choice':
      return option.choices.includes(value as string) ? null : mismatch(option, formatValue(value));
    case 'tokenizer': {
      const { kind, vocab_size } = value as { kind: string; vocab_size?: number };
      const fits =
        kind !== 'bpe' || (Number.isInteger(vocab_size) && vocab_size! >= option.min && vocab_size! <= option.max);
      return fits ? null : mismatch(option, formatValue(value));
    }
    case 'ramp':
      return value === undefined || isRamp(value as RampStage[]) ? null : mismatch(option, formatValue(value));
    case 'section':
      return null;
  }
}

/** "model.hidden_size is 7: it must be …". */
function mismatch(option: Option, found: string): string {
  return configWords.mismatch(option.key, brief(found), wanted(option));
}

/** What an option accepts, in words. */
export function wanted(option: Option): string {
  switch (option.type) {
    case 'integer': {
      const { min, max, step } = option;
      return step === 1 ? configWords.wholeNumber(min, max) : configWords.multiple(step, min, max);
    }
    case 'number':
      return configWords.number(option.min, option.max, option.nullable === true);
    case 'boolean':
      return configWords.trueOrFalse;
    case 'choice':
      return configWords.oneOf(option.choices);
    case 'tokenizer':
      return configWords.tokenizer(option.min, option.max);
    case 'ramp':
      return configWords.ramp;
    case 'section':
      return configWords.onOrOff;
  }
}
