/**
 * A tokenizer with the marks of a conversation: three ids behind its own (papers.md §4.2), special tokens of `tokenizer.json`. `encode` never
 * gives one of them, whatever a text spells: only the template does.
 */
import { addedToken, canonicalJson, refusedTokenizer, sameJson, sha256 } from './format.ts';
import type { Tokenizer } from './tokenizer.ts';
import { tokenizerWords } from '../words/tokenizer.ts';

/** What stands before the system's turn, before every other turn, and where a reward model answers. */
export const markNames = ['<extra_id_0>', '<extra_id_1>', '<extra_id_2>'] as const;

interface Added {
  added_tokens: { id: number; content: string }[];
}

export class ChatTokenizer implements Tokenizer {
  readonly plain: Tokenizer;
  readonly size: number;
  readonly marks: { system: number; turn: number; judge: number };

  constructor(plain: Tokenizer) {
    this.plain = plain;
    const { size } = plain;
    this.marks = { system: size, turn: size + 1, judge: size + 2 };
    this.size = size + markNames.length;
  }

  get kind(): Tokenizer['kind'] {
    return this.plain.kind;
  }

  get endOfText(): number {
    return this.plain.endOfText;
  }

  encode(text: string): Uint32Array {
    return this.plain.encode(text);
  }

  /** Marks are written out: whoever reads the text should see them. */
  decode(ids: ArrayLike<number>): string {
    const { size } = this.plain;
    const parts: string[] = [];
    let from = 0;
    const flush = (to: number): void => {
      if (to > from) parts.push(this.plain.decode(Array.from(ids).slice(from, to)));
    };
    for (let i = 0; i < ids.length; i++) {
      const mark = markNames[ids[i]! - size];
      if (mark === undefined) continue;
      flush(i);
      parts.push(mark);
      from = i + 1;
    }
    flush(ids.length);
    return parts.join(this.kind === 'word' ? ' ' : '');
  }

  bytes(id: number): Uint8Array {
    const mark = markNames[id - this.plain.size];
    return mark === undefined ? this.plain.bytes(id) : new TextEncoder().encode(mark);
  }

  toHuggingFace(): object {
    const json = this.plain.toHuggingFace() as Added;
    const marks = markNames.map((name, i) => addedToken(name, this.plain.size + i));
    return { ...json, added_tokens: [...json.added_tokens, ...marks] };
  }

  hash(): Promise<string> {
    return sha256(canonicalJson(this.toHuggingFace()));
  }
}

/** The tokenizer with marks, if it has none. */
export const withMarks = (tokenizer: Tokenizer): ChatTokenizer =>
  tokenizer instanceof ChatTokenizer ? tokenizer : new ChatTokenizer(tokenizer);

/** A parsed `tokenizer.json` with these marks as one without, and how to put them back; null: it has none. */
export function withoutMarks(json: unknown): { plain: object; restore(plain: Tokenizer): ChatTokenizer } | null {
  const all = typeof json === 'object' && json !== null && 'added_tokens' in json ? json.added_tokens : null;
  if (!Array.isArray(all)) return null;
  const own = all.filter((one: { content?: unknown } | null) => !markNames.some((name) => one?.content === name));
  if (own.length === all.length) return null;
  return {
    plain: { ...(json as object), added_tokens: own },
    restore(plain) {
      const tokenizer = new ChatTokenizer(plain);
      const wanted = (tokenizer.toHuggingFace() as Added).added_tokens;
      if (!sameJson(wanted, all)) {
        throw refusedTokenizer('added-tokens', tokenizerWords.marks(markNames, plain.size));
      }
      return tokenizer;
    },
  };
}
