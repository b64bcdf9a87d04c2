/** JSON files that a command is given: in any encoding that text may have, and what they should be, or refused in a sentence. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { decodeText } from '../data/read.ts';
import { UserError } from '../util/errors.ts';
import { readWords } from './words/places.ts';

function textOf(place: string): string {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(place));
  } catch (error) {
    throw new UserError(readWords.unreadable(place, (error as Error).message));
  }
  return decodeText(place, bytes);
}

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(readWords.notJson(place, (error as Error).message));
  }
}

export const readJson = (place: string): unknown => parse(place, textOf(place));

/** What was read already. */
export function checkJsonAs<S extends v.GenericSchema>(
  place: string,
  value: unknown,
  schema: S,
  wanted: string,
): v.InferOutput<S> {
  const read = v.safeParse(schema, value);
  if (read.success) return read.output;
  const at = v.getDotPath(read.issues[0]);
  throw new UserError(at === null ? readWords.otherContent(place, wanted) : readWords.otherValue(place, at, wanted));
}

/** `wanted`: what to give instead, a clause. */
export const readJsonAs = <S extends v.GenericSchema>(place: string, schema: S, wanted: string): v.InferOutput<S> =>
  checkJsonAs(place, readJson(place), schema, wanted);

/** A file of one JSON value a line, at least one. */
export function readLinesAs<S extends v.GenericSchema>(place: string, schema: S, wanted: string): v.InferOutput<S>[] {
  const lines = textOf(place)
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new UserError(readWords.empty(place, wanted));
  return lines.map((line) => checkJsonAs(place, parse(place, line), schema, wanted));
}
