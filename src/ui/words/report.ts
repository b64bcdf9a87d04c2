/** The report that is saved with a run. */

export const reportWords = {
  save: 'Everything as one .zip',
  file: 'rekindle-run.zip',
  title: (preset: string, seed: number) => `Rekindle: preset ${preset}, seed ${seed}`,
  repeat: 'Open the page with these settings:',
  machine: (name: string) => `Trained in a browser tab on ${name}.`,
  settings: 'Changed from the preset',
  unchanged: 'Nothing: these are the preset’s settings.',
  settingColumns: ['Setting', 'Preset', 'This run'],
  phases: 'Phases',
  phaseColumns: ['Phase', 'First step', 'Steps', 'Tokens', 'First rate', 'Last rate'],
  heldOutColumns: ['Source', 'Start', 'At the switch', 'End', 'Since the switch'],
  unmeasured: 'Not measured.',
  others: 'Other runs in the picture',
  otherColumns: ['Run', 'Difference to the baseline', 'Loss', 'Held-out'],
  files: 'Files',
  fileList: [
    ['config.json', 'every setting; repeats the run bit for bit on the same device'],
    ['metrics.csv, metrics.jsonl', 'every logged step; losses in nats a token, seconds of training'],
    ['held-out.jsonl', 'held-out losses by source, as they were measured'],
    ['other-runs.csv', 'the runs drawn beside it, if any'],
    ['picture.svg, picture.png', 'the picture as it was shown'],
    ['model/', 'the weights as a HuggingFace folder, if the run has them'],
  ],
};
