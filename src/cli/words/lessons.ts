/** What `lessons` and `kit` say: both publish what a run came to. */

export const lessonsWords = {
  about: 'Trains the runs of the lessons and puts them where the page shows them as recorded.',
  only: 'one lesson instead of all',
  faults: (file: string, faults: readonly string[]) => `The lesson ${file} has faults: ${faults.join(' ')}`,
  lesson: (name: string) => `lesson ${name}`,
  run: (name: string, seed: number, end: string, steps: number) =>
    `${name}, seed ${seed}: ${end} after ${steps} logged steps`,
};

export const kitWords = {
  about: 'Writes a run’s recipe as launch files for a training stack.',
  run: 'the folder of a finished run',
  for: 'the training stack',
  out: 'the folder to make',
  written: (folder: string, files: number) => `written: ${folder}, ${files} files`,
};
