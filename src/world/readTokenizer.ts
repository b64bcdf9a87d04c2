import { withoutMarks } from '../tokenizer/chat.ts';
import { fromHuggingFace } from '../tokenizer/huggingface.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { isWordLevel, readWordTokenizer } from './tokenizer.ts';

/** Reads back a `tokenizer.json` that this project has written, of any kind, with a conversation's marks or without. */
export function readTokenizer(json: unknown): Tokenizer {
  const chat = withoutMarks(json);
  const plain = chat?.plain ?? json;
  const read = isWordLevel(plain) ? readWordTokenizer(plain) : fromHuggingFace(plain);
  return chat ? chat.restore(read) : read;
}
