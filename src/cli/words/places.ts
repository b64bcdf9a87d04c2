/** What commands say of values, files and folders. */

/** Kinds of values: what is wanted stands after "give". */
export const kindWords = {
  text: 'a text that is not empty',
  oneOf: (choices: readonly string[]) => `one of ${choices.join(', ')}`,
  number: (min: number, max: number) => `a number from ${min} to ${max}`,
  count: (min: number, max: number) => `a whole number from ${min} to ${max}`,
  list: (one: string) => `${one}, or several, separated by commas`,
  seeds: (most: number) => `a count from 1 to ${most}, or the seeds themselves, separated by commas`,
  file: 'the path of a file',
  folder: 'the path of a folder',
  modelOr: (words: readonly string[]) => `the path of a folder or a .zip, or ${words.join(' or ')}`,
  place: 'a path',
  wrong: (flag: string, value: string, wanted: string) =>
    `--${flag} is ${value === '' ? 'empty' : value}: give ${wanted}.`,
};

/** A folder that a command fills. */
export const outFolderWords = {
  cannotBeMade: (folder: string) => `The folder ${folder} cannot be made`,
  cannotBeWritten: (folder: string) => `The folder ${folder} cannot be written`,
  nothingSaved: (what: string) => `${what} Nothing has been saved yet.`,
  finished: (folder: string) => `The folder ${folder} is finished: there is nothing to continue.`,
  notUnfinished: (folder: string) => `The folder ${folder} has no unfinished run.`,
  foreign: (folder: string, name: string) =>
    `The folder ${folder} has something else in it, ${name}: choose another --out.`,
  taken: (folder: string, unfinished: boolean) =>
    `The folder ${folder} exists already: ${unfinished ? `continue it (--resume ${folder}), ` : ''}choose another --out or remove it.`,
  writer: (folder: string, process: number, file: string) =>
    `Process ${process} is writing to the folder ${folder}: wait until it ends, or remove ${file} if that is another program.`,
  otherWriter: (folder: string) => `Another process is writing to the folder ${folder}: wait until it ends.`,
  isFile: (place: string) => `${place} is a file: choose another place for the folder.`,
  badName: (name: string) => `${name} is not a plain file name.`,
  wouldBeLost: (folder: string, name: string) =>
    `${folder} also holds ${name}, which would be lost: choose another folder or move it away.`,
};

/** Files and folders that a command reads. */
export const readWords = {
  largeFile: (name: string, bytes: number, most: number) =>
    `${name} has ${bytes} bytes and a file may have at most ${most}: divide it into smaller ones.`,
  noFolder: (folder: string) => `There is no folder ${folder}: give the model folder that a run has written.`,
  modelUnreadable: (folder: string) => `The model folder ${folder} cannot be read`,
  badZip: (file: string, why: string) => `The file ${file} cannot be read as a .zip of a model. ${why}`,
  unreadable: (file: string, reason: string) => `The file ${file} cannot be read (${reason}).`,
  notJson: (file: string, reason: string) => `The file ${file} is not JSON (${reason}).`,
  otherContent: (file: string, wanted: string) => `The file ${file} does not hold what it should: ${wanted}.`,
  otherValue: (file: string, at: string, wanted: string) =>
    `In the file ${file}, ${at} is not what it should be: ${wanted}.`,
  empty: (file: string, wanted: string) => `The file ${file} is empty: ${wanted}.`,
  finishedRun: 'give the folder of a finished run',
};
