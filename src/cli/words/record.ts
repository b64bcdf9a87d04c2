/** What `record` says. */

export const recordWords = {
  about: 'Records the results of an experiment, or a run, for the page.',
  from: 'the folder that an experiment or a run has filled',
  before: 'of a run: the folder of the base run that it continued',
  wrongFolder: 'give the folder that an experiment has filled',
  results: (rows: number, preset: string, complete: readonly string[]) =>
    `recorded: ${rows} rows of ${preset}, complete for ${complete.join(', ') || 'no experiment yet'}`,
  run: (kept: number, steps: number, preset: string) => `recorded: ${kept} of ${steps} steps of ${preset}`,
  gap: (before: string, end: number, from: string, start: number) =>
    `The run in ${before} ends at step ${end} and the run in ${from} begins at step ${start}: give the folder of the base it continued.`,
};
