/** Sentences of the list of runs that come with it, not with the page. */
import * as format from '../format.ts';

export const words = {
  open: 'Open',
  openOf: (name: string) => `Open ${name}`,
  note: (models: number, bytes: number, most: number) =>
    'Settings, curve and figures of every run stay in this browser. ' +
    (models === 0
      ? `The models of the last runs stay too, up to ${format.bytes(most)}.`
      : `So ${models === 1 ? 'does one model' : `do the last ${models} models`}: ${format.bytes(bytes)} of at most ${format.bytes(most)}. ` +
        'After that the oldest is deleted.'),
  shared: {
    add: 'Add runs that were shared with you',
    note: 'The .zip that a finished run saves as “Everything as one .zip”: settings, curve and figures come into the list of runs.',
    added: (runs: number) => (runs === 1 ? 'One run was added.' : `${runs} runs were added.`),
    incomplete: 'It has no config.json with a metrics.jsonl beside it: choose the .zip that a run saved.',
    notJson: (file: string) =>
      `Its ${file} holds something other than JSON objects: choose the .zip as a run saved it.`,
    noPreset: 'Its config.json names no preset: choose the .zip as a run saved it.',
    noLoss: (source: string) => `Its held-out.jsonl has no number for ${source}: choose the .zip as a run saved it.`,
    otherRun: 'Its metrics.jsonl begins behind the last step of its config.json: choose the .zip as a run saved it.',
    unordered: 'Its metrics.jsonl has no logged steps in rising order.',
    notRead: (file: string, why: string) => `${file} could not be added: ${why}`,
    from: (file: string) => `From ${file}`,
  },
  deleted: (names: readonly string[]) =>
    names.length > 2 ? `${names.length} runs were deleted.` : `Deleted: ${names.join('; ')}.`,
  undo: 'Undo',
  hide: 'Hide',
  forgo: (bytes: number) => (bytes === 0 ? 'Delete for good' : `Free ${format.bytes(bytes)} now`),
};
