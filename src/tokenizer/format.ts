/**
 * The `tokenizer.json` we write, for both kinds: a HuggingFace BPE model over the byte alphabet of GPT-2. A byte-level
 * tokenizer is the same file with no merges. Ids: 0 … 255 are the bytes themselves, 256 is the end of text, 257 + i is
 * merge i.
 */
import { UserError } from '../util/errors.ts';
import { dataWords } from '../words/data.ts';

export const END_OF_TEXT = '<|endoftext|>';
export const END_OF_TEXT_ID = 256;
/** Ids that need no training: 256 bytes and the end of text. */
export const BASE_SIZE = 257;
/** Ids fit in 16 bits, so that tokens are stored as u16 and a pair of ids is an exact integer key. */
export const LARGEST_SIZE = 65536;

/**
 * Where BPE may merge: never across these pieces. GPT-2's pattern with three changes: digits are single (papers.md
 * §3.2), combining marks stay with their letters, and white space is Unicode's `White_Space`, because `\s` differs
 * between regex engines (U+0085, U+FEFF) and the same string must split alike in JavaScript and in HuggingFace's
 * Oniguruma. Every character is in some piece.
 */
export const PIECE_PATTERN = [
  String.raw`'(?:s|t|re|ve|m|ll|d)`,
  String.raw` ?[\p{L}\p{M}]+`,
  String.raw`\p{N}`,
  String.raw` ?[^\p{White_Space}\p{L}\p{M}\p{N}]+`,
  // The last space before a word belongs to the word.
  String.raw`\p{White_Space}+(?!\P{White_Space})`,
  String.raw`\p{White_Space}+`,
].join('|');

/**
 * GPT-2's printable stand-in for each byte: printable Latin-1 stands for itself, the other 68 bytes for U+0100, U+0101,
 * …
 */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(printable ? byte : next++);
  });
})();

/** An entry of `added_tokens`, which is found in a text before anything else is. */
export const addedToken = (content: string, id: number) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** Two ids that become one, in the order they were learned. */
export type Merge = readonly [left: number, right: number];

/** The printable name of every id: a byte's stand-in, the end of text, or the two names of a merge put together. */
export function tokenNames(merges: readonly Merge[]): string[] {
  const names = [...BYTE_CHARACTERS, END_OF_TEXT];
  for (const [left, right] of merges) names.push(names[left]! + names[right]!);
  return names;
}

const byteLevel = (use_regex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex,
});

const preTokenizers = {
  byte: byteLevel(false),
  bpe: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: PIECE_PATTERN }, behavior: 'Isolated', invert: false },
      byteLevel(false),
    ],
  },
};

/** The file as an object. Merges are written as "left right", which every release of HF's reader accepts. */
export function tokenizerJson(kind: 'byte' | 'bpe', merges: readonly Merge[]): object {
  const names = tokenNames(merges);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [addedToken(END_OF_TEXT, END_OF_TEXT_ID)],
    normalizer: null,
    pre_tokenizer: preTokenizers[kind],
    post_processor: null,
    decoder: byteLevel(true),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      // fromEntries defines own properties, so that a token named __proto__ is a token.
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges: merges.map(([left, right]) => `${names[left]} ${names[right]}`),
    },
  };
}

/** `tokenizer_config.json` beside it, for `AutoTokenizer`: no token is added by itself, no space is cleaned away. */
export function tokenizerConfigJson(modelMaxLength: number, end = END_OF_TEXT): object {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: end,
    eos_token: end,
    clean_up_tokenization_spaces: false,
    // transformers 4 adds token_type_ids otherwise, which the model's forward pass does not take.
    model_input_names: ['input_ids', 'attention_mask'],
    model_max_length: modelMaxLength,
  };
}

/** JSON with sorted keys and no white space: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/**
 * Whether a parsed JSON value, however deep or odd, is the one expected: the keys in any order. Walks what is expected,
 * so that a hostile value is never followed further than our own reaches.
 */
export function sameJson(expected: unknown, found: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return expected === found;
  if (typeof found !== 'object' || found === null || Array.isArray(expected) !== Array.isArray(found)) return false;
  const keys = Object.keys(expected);
  return (
    keys.length === Object.keys(found).length &&
    keys.every(
      (key) =>
        Object.hasOwn(found, key) &&
        sameJson((expected as Record<string, unknown>)[key], (found as Record<string, unknown>)[key]),
    )
  );
}

/** A tokenizer.json that is not one of ours: `code` names the part that differs. */
export function refusedTokenizer(code: TokenizerCode, reason: string): UserError {
  return new UserError(dataWords.wrongTokenizer(reason), { code: `tokenizer-${code}` });
}
export type TokenizerCode = 'form' | 'kind' | 'added-tokens' | 'vocabulary' | 'merges' | 'pieces';

/** SHA-256 of a text's UTF-8, in lower-case hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A vocabulary size that can be asked for. */
export function checkVocabularySize(size: number): void {
  if (!Number.isInteger(size) || size <= BASE_SIZE || size > LARGEST_SIZE) {
    throw new UserError(dataWords.vocabulary(size, BASE_SIZE + 1, LARGEST_SIZE));
  }
}
