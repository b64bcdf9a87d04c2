/** What `lessons` and `kit` say: both publish what a run came to. */

export const lessonsWords = {
  about: 'Trains the runs of the lessons and records them for the page.',
  only: 'one lesson instead of all',
  faults: (file: string, faults: readonly string[]) => `The lesson ${file} has faults: ${faults.join(' ')}`,
  lesson: (name: string) => `lesson ${name}`,
  run: (name: string, seed: number, end: string, steps: number) =>
    `${name}, seed ${seed}: ${end} after ${steps} logged steps`,
};

export const kitWords = {
  about: 'Writes a run’s recipe, or the stages of an alignment, as launch files for a training stack.',
  run: 'the folder of a finished run, or of a stage of `align`',
  for: 'the stack; all means all for this kind of run',
  widths: 'the folder of a sweep of widths, to take along: µP for Megatron-LM',
  noWidths: 'A sweep of widths goes with the kit of a pretraining run: leave out --widths.',
  out: 'the folder to make',
  written: (folder: string, files: number) => `written: ${folder}, ${files} files`,
  alignment: 'an alignment',
  pretraining: 'pretraining',
  otherStack: (given: string, what: string, known: readonly string[]) =>
    `${given} is not a stack for ${what}: give one of ${known.join(', ')}, or all.`,
};
