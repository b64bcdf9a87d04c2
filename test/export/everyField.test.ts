/**
 * Small files of a folder made elsewhere with every field in turn replaced by a value of another kind, or left out: what comes is a model
 * that can be used, or a sentence; never a TypeError.
 */
import { beforeEach, expect, test, vi } from 'vitest';
import type { FolderFile } from '../../src/export/huggingface.ts';
import { readHuggingFaceFolder } from '../../src/export/huggingface.ts';
import { inspectFolder } from '../../src/export/inspectFolder.ts';
import { UserError } from '../../src/util/errors.ts';
import { ForeignTokenizer } from '../../src/tokenizer/foreign.ts';
import { everyField } from '../setup/everyField.ts';
import { byteLevelBpe, foreignFolder, sentencePieceBpe } from './foreign.ts';
import { randomWeights, tinyConfig } from './tinyModel.ts';

// HuggingFace's library warns of patterns that it does not know.
beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());

const TEXT = 'the in 12 é <|endoftext|> a</s>\n the';

/** What is no sentence, with where it came from. */
async function unsaid(file: unknown, read: (changed: unknown) => unknown): Promise<string[]> {
  const odd: string[] = [];
  for (const { path, value, changed } of everyField(file)) {
    try {
      await read(changed);
    } catch (error) {
      if (!(error instanceof UserError)) odd.push(`${path} = ${JSON.stringify(value)}: ${String(error)}`);
    }
  }
  return odd;
}

test.each([
  ['byte-level BPE', byteLevelBpe()],
  ['SentencePiece BPE', sentencePieceBpe()],
  [
    'a pattern, a template and Metaspace',
    {
      ...sentencePieceBpe(),
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false },
          { type: 'Split', pattern: { Regex: ' ?x' }, behavior: 'Isolated', invert: false },
        ],
      },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [],
        special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
      },
    },
  ],
])('tokenizer.json of %s', async (_, json) => {
  expect(
    await unsaid(json, (changed) => {
      const tokenizer = new ForeignTokenizer(changed);
      tokenizer.decode(tokenizer.encode(TEXT));
    }),
  ).toEqual([]);
});

const model = tinyConfig();
const weights = randomWeights(model, 1);
const decoder = new TextDecoder();

test.each(['config.json', 'model.safetensors.index.json'])('%s', async (name) => {
  const files = foreignFolder(model, weights, { shards: 2 });
  const json: unknown = JSON.parse(decoder.decode(files.find((file) => file.name === name)!.bytes));
  const withFile = (changed: unknown): FolderFile[] =>
    files.map((file) =>
      file.name === name ? { name, bytes: new TextEncoder().encode(JSON.stringify(changed)) } : file,
    );
  expect(await unsaid(json, (changed) => readHuggingFaceFolder(withFile(changed)))).toEqual([]);
  const blobs = (changed: unknown) =>
    withFile(changed).map((file) => ({ name: file.name, bytes: new Blob([file.bytes as BlobPart]) }));
  expect(await unsaid(json, (changed) => inspectFolder(blobs(changed)))).toEqual([]);
});
