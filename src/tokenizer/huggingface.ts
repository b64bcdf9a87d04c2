import * as v from 'valibot';
import { type Fields, isObject } from '../util/object.ts';
import { brief, quoted, shown } from '../util/quoted.ts';
import { BpeTokenizer } from './bpe.ts';
import { ByteTokenizer } from './byte.ts';
import {
  BASE_SIZE,
  END_OF_TEXT,
  END_OF_TEXT_ID,
  LARGEST_SIZE,
  refusedTokenizer as refused,
  sameJson,
  tokenNames,
} from './format.ts';
import type { Merge } from './format.ts';
import type { Tokenizer } from './tokenizer.ts';
import { tokenizerWords } from '../words/tokenizer.ts';

const schema = v.looseObject({
  added_tokens: v.array(v.looseObject({ id: v.number(), content: v.string() })),
  normalizer: v.null_(tokenizerWords.normalizer),
  pre_tokenizer: v.unknown(),
  model: v.looseObject({
    type: v.literal('BPE', tokenizerWords.onlyBpe),
    // Not v.record: it drops keys such as "constructor", which is a common token of program text.
    vocab: v.custom<Fields>(isObject, tokenizerWords.vocabulary),
    merges: v.pipe(
      v.array(v.union([v.string(), v.tuple([v.string(), v.string()])])),
      v.maxLength(LARGEST_SIZE - BASE_SIZE, tokenizerWords.manyMerges(LARGEST_SIZE - BASE_SIZE)),
    ),
  }),
});

/**
 * Reads back a `tokenizer.json` of the form we write. Files of other tokenizers are refused, not guessed at: pieces cut
 * differently would silently give the model other ids than it was trained on. Nothing in the file is trusted: the
 * vocabulary is rebuilt from the merges and must come out the same.
 */
export function fromHuggingFace(json: unknown): Tokenizer {
  const parsed = v.safeParse(schema, json, { abortEarly: true });
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw refused('form', tokenizerWords.form(v.getDotPath(issue), brief(issue.message)));
  }
  const { added_tokens: added, pre_tokenizer: preTokenizer, model } = parsed.output;
  if (added.length !== 1 || added[0]!.id !== END_OF_TEXT_ID || added[0]!.content !== END_OF_TEXT) {
    const found = added.slice(0, 3).map(({ content, id }) => `${quoted(content)} = ${id}`);
    throw refused('added-tokens', tokenizerWords.addedTokens(END_OF_TEXT, END_OF_TEXT_ID, found.join(', ')));
  }

  const merges = readMerges(model.merges);
  const names = tokenNames(merges);
  const entries = Object.keys(model.vocab).length;
  if (entries !== names.length) throw refused('vocabulary', tokenizerWords.sizes(entries, names.length));
  names.forEach((name, id) => {
    const found = Object.hasOwn(model.vocab, name) ? model.vocab[name] : undefined;
    if (found !== id)
      throw refused(
        'vocabulary',
        tokenizerWords.otherId(quoted(name), found === undefined ? tokenizerWords.noIdFound : shown(found), id),
      );
  });

  // Deep equality with what we would write decides the kind.
  for (const tokenizer of merges.length === 0
    ? [new ByteTokenizer(), new BpeTokenizer([])]
    : [new BpeTokenizer(merges)]) {
    const ours = tokenizer.toHuggingFace() as { pre_tokenizer: unknown };
    if (sameJson(ours.pre_tokenizer, preTokenizer)) return tokenizer;
  }
  throw refused('pieces', tokenizerWords.pieces);
}

function readMerges(lines: readonly (string | [string, string])[]): Merge[] {
  const ids = new Map(tokenNames([]).map((name, id) => [name, id]));
  // The end of text is no byte string: nothing merges with it.
  ids.delete(END_OF_TEXT);
  return lines.map((line, rank) => {
    const [first = '', second = '', ...rest] = typeof line === 'string' ? line.split(' ') : line;
    const left = ids.get(first);
    const right = ids.get(second);
    if (left === undefined || right === undefined || rest.length > 0) {
      throw refused('merges', tokenizerWords.badMerge(rank, quoted(`${first} ${second}`)));
    }
    const name = first + second;
    if (ids.has(name) || name === END_OF_TEXT) throw refused('merges', tokenizerWords.mergedTwice(rank, quoted(name)));
    ids.set(name, BASE_SIZE + rank);
    return [left, right];
  });
}
