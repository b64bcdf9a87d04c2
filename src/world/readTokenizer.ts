import { withoutMarks } from '../tokenizer/chat.ts';
import { fromHuggingFace } from '../tokenizer/huggingface.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import { isWordLevel, readWordTokenizer } from './tokenizer.ts';

/**
 * Reads a `tokenizer.json`: one that this project has written, of any kind, with a conversation's marks or without, or one of a model
 * made elsewhere.
 */
export async function readTokenizer(json: unknown): Promise<Tokenizer> {
  const chat = withoutMarks(json);
  const plain = chat?.plain ?? json;
  const read = isWordLevel(plain) ? readWordTokenizer(plain) : await readOwnOrForeign(plain);
  return chat ? chat.restore(read) : read;
}

/** Our own ways are faster, and know what else they are: what they do not know is HuggingFace's library's, fetched then. */
async function readOwnOrForeign(json: unknown): Promise<Tokenizer> {
  try {
    return fromHuggingFace(json);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { ForeignTokenizer } = await import('../tokenizer/foreign.ts');
    return new ForeignTokenizer(json);
  }
}
