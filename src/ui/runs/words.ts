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
  continue: 'Continue from it',
  continueOf: (name: string) => `Continue from it: ${name}`,
  continues: (name: string, steps: number, rate: number) =>
    `The next run continues the model of ${name} for ${format.integer(steps)} steps from its last learning rate, ${format.rate(rate)}: ` +
    'its tokenizer, batch and blends are taken over.',
  notContinued: (name: string, why: string) => `${name} cannot be continued: ${why}`,
  sharedNote: (models: number, bytes: number) =>
    models === 0
      ? ''
      : ` Models of runs that were shared stay besides, until their row is deleted: ${models}, ${format.bytes(bytes)}.`,
  shared: {
    add: 'Add runs that were shared with you',
    note: 'The .zip that a finished run saves as “Everything as one .zip”: settings, curve, figures and model come into the list of runs.',
    added: (runs: number) => (runs === 1 ? 'One run was added.' : `${runs} runs were added.`),
    incomplete: 'It has no config.json with a metrics.jsonl beside it: choose the .zip that a run saved.',
    notJson: (file: string) =>
      `Its ${file} holds something other than JSON objects: choose the .zip as a run saved it.`,
    noPreset: 'Its config.json names no preset: choose the .zip as a run saved it.',
    noLoss: (source: string) => `Its held-out.jsonl has no number for ${source}: choose the .zip as a run saved it.`,
    otherRun: 'Its metrics.jsonl begins behind the last step of its config.json: choose the .zip as a run saved it.',
    unordered: 'Its metrics.jsonl has no logged steps in rising order.',
    modelLacks: (names: readonly string[]) =>
      `Its model folder has no ${names.join(', ')}: choose the .zip as a run saved it.`,
    otherModel: 'Its model is of another run than its settings: choose the .zip as a run saved it.',
    noModel: (file: string) =>
      `${file} has no model, so its run can be compared, but not continued. Whoever sent it can open the finished run and save “Everything as one .zip” again.`,
    noModelHere:
      'Its model is not here, so it cannot be continued: add a file that was saved while the sender’s page had the finished run open.',
    modelNotKept: (file: string) =>
      `The model of ${file} has no room in this browser: it can be continued until this page is closed.`,
    notRead: (file: string, why: string) => `${file} could not be added: ${why}`,
    from: (file: string) => `From ${file}`,
  },
  deleted: (names: readonly string[]) =>
    names.length > 2 ? `${names.length} runs were deleted.` : `Deleted: ${names.join('; ')}.`,
  undo: 'Undo',
  hide: 'Hide',
  forgo: (bytes: number) => (bytes === 0 ? 'Delete for good' : `Free ${format.bytes(bytes)} now`),
};
