import { withoutMarks } from '../tokenizer/chat.ts';
import { fromHuggingFace } from '../tokenizer/huggingface.ts';
import { ForeignTokenizer } from '../tokenizer/foreign.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import { isWordLevel, readWordTokenizer } from './tokenizer.ts';

/**
 * Reads a `tokenizer.json`: one that this project has written, of any kind, with a conversation's marks or without, or one of a model
 * made elsewhere.
 */
export function readTokenizer(json: unknown): Tokenizer {
  const chat = withoutMarks(json);
  const plain = chat?.plain ?? json;
  const read = isWordLevel(plain) ? readWordTokenizer(plain) : readOwnOrForeign(plain);
  return chat ? chat.restore(read) : read;
}

/** Our own ways are faster, and know what else they are: what they do not know is HuggingFace's library's. */
function readOwnOrForeign(json: unknown): Tokenizer {
  try {
    return fromHuggingFace(json);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return new ForeignTokenizer(json);
  }
}
