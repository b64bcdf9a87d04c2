/** What is said of a model that the reader brings. */
import { LORA_TARGETS, type LoraTarget } from '../../config/run.ts';
import type { FolderReport } from '../../protocol.ts';
import * as format from '../format.ts';

const KINDS: Record<FolderReport['tokenizer']['kind'], string> = {
  byte: 'bytes',
  bpe: 'byte-level BPE',
  word: 'words of a synthetic world',
  foreign: 'its own',
};

export const words = {
  heading: 'A model to continue',
  note: 'A HuggingFace folder of a Nemotron, Llama or Qwen2 model: drop it here, or choose its files or a .zip of them. It stays in this tab.',
  folder: 'Choose a folder',
  reading: (name: string) => `Looking at ${name} …`,
  someFolder: 'Model folder',
  is: {
    architecture: 'Architecture',
    parameters: 'Parameters',
    layers: 'Layers, width',
    context: 'Context',
    tokenizer: 'Tokenizer',
    stored: 'Stored as',
    trained: 'Trained by',
    memory: 'Memory to train it',
  },
  layersOf: ({ model }: FolderReport) => `${model.num_hidden_layers}, ${format.integer(model.hidden_size)}`,
  contextOf: ({ model }: FolderReport) => `${format.integer(model.max_position_embeddings)} tokens`,
  tokenizerOf: ({ tokenizer: { kind, size } }: FolderReport) => `${KINDS[kind]}, ${format.integer(size)} ids`,
  storedOf: ({ dtypes, bytes, shards }: FolderReport) =>
    `${dtypes.join(', ')}, ${format.bytes(bytes)} in ${shards === 1 ? 'one file' : `${shards} files`}`,
  ownRun: ({ metadata: { preset, seed, steps, endingRate } }: FolderReport) =>
    `a run here: preset ${preset}, seed ${seed}, ${format.integer(steps)} steps, ended at a rate of ${format.rate(endingRate)}`,
  how: 'What is trained',
  all: 'All weights',
  adapters: 'Only adapters (LoRA)',
  rank: 'Rank',
  alpha: 'Alpha',
  targets: 'Matrices with an adapter',
  targetNames: { qkv: 'q, k, v', o: 'o', up: 'up and gate', down: 'down' } satisfies Record<LoraTarget, string>,
  wrongLora: `Give a rank that is a multiple of 4 from 4 to 256, an alpha above 0, and one of the ${LORA_TARGETS.length} kinds of matrices.`,
  try: 'Held-out loss and samples',
  trying: 'Reading the text and the model …',
  tried: 'Before any training here',
  loss: 'Nats a token',
  source: 'Source',
  begin: 'Continue pretraining from this model',
  remove: 'Train a base instead',
  lacks: (names: readonly string[]) => `The model folder has no ${names.join(', ')}: choose all of its files.`,
  tooLarge: (bytes: number, most: number) =>
    `The folder has ${format.bytes(bytes)}, and at most ${format.bytes(most)} can be read: choose a smaller model.`,
};
