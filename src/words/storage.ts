/** What is said of the browser's storage: what was being done, what went wrong, and what to do by cause. */

export const storageWords = {
  /** After what happened: what is safe and what to do. */
  advice: {
    full: 'The browser’s storage is full; what was saved before is intact. Delete old runs or download the model.',
    denied: 'The browser blocks storage for this site. Allow site data, or keep this tab open and download the model.',
    busy: 'Another tab is using the file. Close the other tab of this app.',
    short: 'The disk took only part of the bytes; what was saved before is intact. Free some disk space.',
    'no-answer': 'The browser’s storage does not answer; what was saved before is intact. Reload the page.',
    io: 'What was saved before is intact. Reload the page if it happens again.',
    damaged: 'None of it was used. Start the run again.',
    newer: 'It is left as it is. Open it with the newer version of this app.',
    outdated: 'What was saved before is intact. Reload this page.',
    blocked: 'What was saved before is intact. Close that tab, then reload this page.',
  },
  sentence: (what: string, code: string, advice: string) => `${what} (code ${code}). ${advice}`,

  // What was being done.
  opening: 'Opening the storage',
  listing: 'Listing the saved runs',
  reading: (file: string) => `Reading ${file}`,
  writing: (file: string) => `Writing ${file}`,
  deleting: (file: string) => `Deleting ${file}`,

  // What happened, without a full stop.
  failed: (doing: string, why: string) => `${doing} failed: ${why}`,
  noAnswer: (doing: string, seconds: number) => `${doing} got no answer within ${seconds} s`,
  shortRead: (file: string, bytes: number, wanted: number) => `Reading ${file} gave ${bytes} of ${wanted} bytes`,
  shortWrite: (file: string, bytes: number, wanted: number) => `Writing ${file} took ${bytes} of ${wanted} bytes`,
  blocked: 'An older version of this app is open in another tab and holds up an update',
  newerDatabase: (name: string) => `What is saved here (${name}) was written by a newer version of this app`,
  newerRun: (run: string, format: number, known: number) =>
    `Run ${run} was saved with storage format ${format}; this version reads up to ${known}`,
  outdated: 'A newer version of this app was opened in another tab',
  noWholeSave: (run: string, why: string) => `No save of run ${run} is intact: ${why}`,
  needed: (what: string, needed: string, free: string | null, diskFull: boolean) =>
    `${what}; this save needs ${needed}${
      diskFull
        ? ', which the browser allows, so the disk itself is full'
        : free === null
          ? ''
          : `, and ${free} are free`
    }`,

  noRoom: 'There was no room to save',
  noSyncFiles: 'no synchronous files',

  // Whole sentences.
  tabOnly: (problem: string) => `${problem} Until then runs are kept in this tab only.`,
  noStorage: (reasons: string) =>
    `This browser blocks storage for this site (${reasons}): keep this tab open and download the model.`,
  reload: 'A newer version of this app was opened in another tab: reload this page.',
  newerRuns: (runs: number) =>
    runs === 1
      ? 'One run here was saved by a newer version of this app and left as it is: open that version to continue it.'
      : `${runs} runs here were saved by a newer version of this app and left as they are: open that version to continue them.`,
  damagedSave: (generation: number, step: unknown) =>
    `Save ${generation} (${step === undefined ? 'no step' : `step ${String(step)}`}) is damaged and was skipped.`,
  damagedHead: (slot: string) => `The head of slot ${slot} is damaged and was skipped.`,
  unfinished: 'The last save was not finished and was skipped.',
};
