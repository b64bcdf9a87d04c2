/** tokenizer.json files of all three kinds, injured as JSON. */
import { BpeTokenizer } from '../../../src/tokenizer/bpe.ts';
import { ByteTokenizer } from '../../../src/tokenizer/byte.ts';
import { sameJson } from '../../../src/tokenizer/format.ts';
import { fromHuggingFace } from '../../../src/tokenizer/huggingface.ts';
import type { Tokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { trainBpe } from '../../../src/tokenizer/train.ts';
import { isWordLevel, readWordTokenizer, WordTokenizer } from '../../../src/world/tokenizer.ts';
import type { Target } from '../fuzz.ts';
import { injured, injuredJsonText, injureJson } from '../injure.ts';
import { parsed } from './json.ts';

const text = 'the whale and the sea and the whaler, constructor of the whale — größer 日本 12 '.repeat(4);
const valid: readonly object[] = [
  new WordTokenizer(['<eos>', '<unk>', 'whale', '__proto__', 'constructor', '4', '日本']).toHuggingFace(),
  new WordTokenizer(['<eos>', 'a', '<unk>']).toHuggingFace(),
  new BpeTokenizer(trainBpe([text], 280)).toHuggingFace(),
  new ByteTokenizer().toHuggingFace(),
];
/** Small ones more often: they are read in a tenth of the time. */
const shares = [0, 0, 0, 0, 1, 1, 1, 1, 2, 3];

export const tokenizers: Target<string> = {
  name: 'tokenizers',
  make: (random) => {
    const file = valid[random.pick(shares)] as { model: unknown };
    // What matters is in the model, one of a dozen keys.
    return injuredJsonText(
      random.integer(2) === 0 ? file : { ...file, model: injured(file.model, random, injureJson) },
      random,
    );
  },
  feed: (input) => {
    const json = parsed(input);
    const tokenizer: Tokenizer = isWordLevel(json) ? readWordTokenizer(json) : fromHuggingFace(json);
    const ids = tokenizer.encode(text);
    if (ids.some((id) => id >= tokenizer.size)) throw new Error('an id is outside the tokenizer');
    const back = tokenizer.decode(ids);
    if (tokenizer.kind !== 'word' && back !== text) throw new Error(`the text came back as ${back}`);
    if (tokenizer.bytes(tokenizer.endOfText).length > 0) throw new Error('the end of text has bytes');
    const again = tokenizer.toHuggingFace() as { model: unknown };
    if (!sameJson(again.model, (json as { model: unknown }).model) && tokenizer.kind === 'word')
      throw new Error('read as another');
    return 'accepted';
  },
};
