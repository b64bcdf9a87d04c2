/** Why a tokenizer.json cannot be used: what stands between "This tokenizer.json cannot be used: " and what to do. */

export const tokenizerWords = {
  form: (place: string | null, problem: string) => `${place ?? 'the file'}: ${problem}`,
  noModel: 'it has no model',
  onlyBpe: 'only BPE is read',
  otherModel: (type: string) => `its model is ${type}, and only BPE is read`,
  noVocabulary: 'it has no vocabulary',
  vocabulary: 'expected an object of token names and ids',
  losesText: 'it is not byte-level and has no bytes to fall back on, so some text would be lost',
  reader: (problem: string) => `HuggingFace’s reader says ${problem}`,
  noId: (token: string, found: string) => `token ${token} has ${found}, which is not an id`,
  oddAddedTokens: 'added_tokens should be a list of tokens with their content',
  noEnd: (ends: readonly string[]) => `none of ${ends.join(', ')} is among its added tokens`,
  marks: (marks: readonly string[], ids: number) =>
    `its marks of a conversation should be ${marks.join(', ')}, in this order after the other ${ids} ids`,
  normalizer: 'a normalizer would change the text',
  manyMerges: (most: number) => `more than the ${most} merges that can be used`,
  addedTokens: (end: string, id: number, found: string) =>
    `added_tokens should hold only "${end}" = ${id} and has ${found || 'none'}`,
  sizes: (tokens: number, made: number) => `the vocabulary has ${tokens} tokens and the merges make ${made}`,
  noIdFound: 'no id',
  otherId: (token: string, found: string, id: number) =>
    `token ${token} has ${found} in the vocabulary and should have ${id}`,
  pieces: 'its pre_tokenizer splits text in another way than Rekindle does',
  badMerge: (rank: number, merge: string) => `merge ${rank} (${merge}) does not join two tokens made before it`,
  mergedTwice: (rank: number, token: string) => `merge ${rank} makes the token ${token} a second time`,
  worldPieces: 'it splits or numbers words in another way than a world does',
  worldId: (word: string, found: string) =>
    `it splits or numbers words in another way than a world does (${word} is ${found})`,
  worldFirst: (end: string, unknown: string) => `its vocabulary does not start with ${end} or has no ${unknown}`,
};
