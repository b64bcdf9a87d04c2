/** Options of what is read and measured: tokenizer, data, batch, held-out measurements, the synthetic world. */
import { type Option, own, type SettingSource } from './option.ts';

/** Largest count that a Uint32 holds with room for sums: seeds, steps. */
const MAX_COUNT = 0x7fffffff;

export function dataOptions(): Option[] {
  const section = 'Tokenizer and data';
  return [
    {
      key: 'tokenizer',
      label: 'Tokenizer',
      section,
      type: 'tokenizer',
      min: 258,
      max: 65536,
      explanation:
        '`byte`: one id a byte. `bpe:N`: N ids, merges learnt from the training text; `bpe:N:even`: from equal amounts of each source. ' +
        "`word`: a synthetic world's word list.",
      source: own,
    },
    {
      key: 'data.heldOut',
      label: 'Held out',
      section,
      type: 'number',
      min: 0.001,
      max: 0.5,
      step: 0.01,
      scale: 'linear',
      unit: 'share',
      explanation: 'Share of each source that is never trained on, chosen before anything else is done with it.',
      source: own,
    },
    {
      key: 'data.split',
      label: 'Held-out choice',
      section,
      type: 'choice',
      choices: ['hash', 'tail'],
      explanation:
        "`hash`: by each document's hash. `tail`: the end of each source, for a source that is one long text.",
      source: own,
    },
    {
      key: 'data.separateDocuments',
      label: 'Keep documents apart',
      section,
      type: 'boolean',
      explanation: 'Attention stops at document borders inside a packed row, at some cost in speed.',
      source: own,
    },
    {
      key: 'seed',
      label: 'Seed',
      section,
      type: 'integer',
      min: 0,
      max: MAX_COUNT,
      step: 1,
      explanation:
        'Everything random follows from it: weights, order of data, samples. Same seed and device, same losses.',
      source: own,
    },
  ];
}

export function batchOptions(): Option[] {
  const section = 'Batch';
  return [
    {
      key: 'batch.sequences',
      label: 'Rows',
      section,
      type: 'integer',
      min: 1,
      max: 512,
      step: 1,
      unit: 'rows',
      explanation: 'B, rows computed at once; memory grows with it.',
      source: own,
    },
    {
      key: 'batch.length',
      label: 'Row length',
      section,
      type: 'integer',
      min: 8,
      max: 4096,
      step: 1,
      unit: 'tokens',
      explanation: 'T, tokens a row: how far back the model can look while it learns.',
      source: own,
    },
    {
      key: 'batch.accumulation',
      label: 'Micro-batches',
      section,
      type: 'integer',
      min: 1,
      max: 256,
      step: 1,
      explanation:
        'Gradients of this many batches are added up before each update: a larger batch without more memory.',
      source: own,
    },
    {
      key: 'precision',
      label: 'Storage',
      section,
      type: 'choice',
      choices: ['f32', 'f16'],
      explanation:
        'How activations and their gradients are stored. f16 halves their memory on a GPU with shader-f16 and is hardly faster; weights ' +
        'are still trained in f32, under a loss scale that adjusts itself.',
      source: own,
    },
  ];
}

export function measuringOptions(): Option[] {
  const section = 'Measuring';
  return [
    {
      key: 'evaluation.everySteps',
      label: 'Held-out every',
      section,
      type: 'integer',
      min: 0,
      max: 10_000_000,
      step: 1,
      unit: 'steps',
      explanation: 'Steps between measurements of held-out loss; 0 measures only where phases begin and end.',
      source: own,
    },
    {
      key: 'evaluation.rows',
      label: 'Held-out rows',
      section,
      type: 'integer',
      min: 1,
      max: 4096,
      step: 1,
      unit: 'rows',
      explanation: 'Rows of held-out text scored per source each time.',
      source: own,
    },
    {
      key: 'logEverySteps',
      label: 'Log every',
      section,
      type: 'integer',
      min: 1,
      max: 100_000,
      step: 1,
      unit: 'steps',
      explanation: 'Steps between points of the curves and lines of metrics.jsonl.',
      source: own,
    },
  ];
}

export function worldOptions(): Option[] {
  const section = 'World';
  const source: SettingSource = { from: 'this project', where: 'its synthetic world' };
  return [
    {
      key: 'data.world',
      label: 'Synthetic world',
      section,
      type: 'section',
      source,
      explanation:
        'Generate the sources from a small world in which every fact is known, instead of reading real text.',
    },
    {
      key: 'data.world.people',
      label: 'People',
      section,
      type: 'integer',
      min: 3,
      max: 4096,
      step: 1,
      source,
      explanation:
        'How many people the corpora mention: a third appear in Q&A text, a third only in prose, a ' +
        'third are mostly archive.',
    },
    {
      key: 'data.world.names',
      label: 'First names',
      section,
      type: 'integer',
      min: 2,
      max: 64,
      step: 1,
      source,
      explanation: 'First names, and as many last names; people are pairs of them.',
    },
    {
      key: 'data.world.values',
      label: 'Values',
      section,
      type: 'integer',
      min: 2,
      max: 16,
      step: 1,
      source,
      explanation: 'Values an attribute may take, and so the options of a question: chance is one in this many.',
    },
    {
      key: 'data.world.qaPool',
      label: 'Q&A documents',
      section,
      type: 'integer',
      min: 1,
      max: 100_000,
      step: 1,
      unit: 'documents',
      source,
      explanation: 'Clean question-and-answer documents, repeated in the QA blend: scarce, as in reality.',
    },
    {
      key: 'data.world.archiveRate',
      label: 'Archive rate',
      section,
      type: 'number',
      min: 0,
      max: 1,
      step: 0.05,
      scale: 'linear',
      source,
      explanation:
        'How often new blends still mention archive people, against pretraining: what makes ' +
        'forgetting measurable.',
    },
    {
      key: 'data.world.skills',
      label: 'Skills',
      section,
      type: 'choice',
      choices: ['facts', 'all'],
      source,
      explanation:
        '`facts`: only facts about people. `all`: stories, list operations, arithmetic and a cipher language too.',
    },
  ];
}
