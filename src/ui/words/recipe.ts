/** The recipe's form: switch, blends, own text, a model to continue. */
import * as format from '../format.ts';
import { isTouch } from '../page/pointer.ts';

export const recipeWords = {
  setup: {
    heading: 'Recipe',
    seed: 'Seed',
    seedNote: 'Same seed, same machine: the same run.',
    switch: 'Switch when the rate is down to',
    switchOff: 'never',
    switchOf: (divisor: number) => `1/${divisor}`,
    switchLands: (step: number, steps: number, tokensPerStep: number) =>
      `Step ${format.integer(step)} of ${format.integer(steps)}: ${format.percent(step / steps)} of the continued run, ` +
      `after ${format.short(step * tokensPerStep)} tokens; ${format.short((steps - step) * tokensPerStep)} follow.`,
    switchByShare: 'Switch after',
    switchShareOf: (share: number) => `${format.percent(share)} of the steps`,
    switchShared: 'At this share of the steps, whatever the rate. Set it to “none” to switch by rate.',
    get switchHint() {
      return isTouch.value
        ? 'Drag the marker with a finger, or move the slider.'
        : 'Drag the marker, or move the slider.';
    },
    switchNever: 'The rate never falls that far: the blend would stay as it is.',
    preview: (switchShare: number | null) =>
      'Learning rate of the continued run' +
      (switchShare === null ? ', no switch' : `, switch at ${format.percent(switchShare)} of its length`),
    blends: 'Data blends',
    weights: 'Edit the data mix',
    weightOf: (source: string, blend: string) => `Weight of ${source} in the blend ${blend}`,
    more: 'All settings',
    experimentUnderWay: 'An experiment is running on the other sheet: stop it there first.',
    files: 'Your own text',
    filesNote:
      'Choose or drop files, or a folder: .txt, .md, .docx, .csv, .tsv, .json or .jsonl, also as .zip or .gz. They are read and kept in ' +
      'this browser and never leave your machine.',
    fromAddress: 'From an address',
    missing: (source: string) => `The text “${source}” is not here: choose its file under “Your own text”.`,
    badName: (name: string) =>
      `“${name}” cannot name a source: use up to 40 letters, digits, hyphens and underscores, starting with a ` +
      'letter or digit.',
    taken: (name: string) => `There is already a source named “${name}”: choose another name.`,
    empty: (name: string) => `${name} is empty: give a file with text.`,
    refused: (sentence: string, code: string) => `${sentence.replace(/\.$/, '')} (code ${code}).`,
    unread: (name: string, cause: string) => `${name} could not be read (${cause}): add it again.`,
  },
  model: {
    export: 'Download the model',
    exportNote: 'A HuggingFace folder as one .zip.',
    exporting: 'Packing …',
    file: 'rekindle-model.zip',
    adapter: 'Download the adapter',
    adapterFile: 'rekindle-adapter.zip',
    optimizer: 'Download the optimizer’s state',
    optimizerFile: 'rekindle-optimizer.zip',
  },
  kit: {
    save: 'Launch kit for a cluster',
    note: 'Megatron-LM, HuggingFace Trainer, Megatron-Bridge and torchtitan: schedule, blends and scripts as one .zip.',
    file: 'rekindle-kit.zip',
  },
  base: {
    shipped: 'Continue the shipped base model',
    shippedNote: (bytes: number, steps: number) =>
      `${format.bytes(bytes)} to fetch instead of ${format.integer(steps)} steps to train.`,
  },
};
