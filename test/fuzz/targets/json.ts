import { UserError } from '../../../src/util/errors.ts';

/** The file's JSON, as every reader parses it: what is none is refused before the reader under test sees it. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError('The file is not valid JSON.', { code: 'json' });
  }
}
