/** What is said where a run, a model or a save cannot do what was asked. */

export const trainingWords = {
  stoppedPreparing: 'The run was stopped while its text was read: start it again.',
  oldAdapters: (rank: number, alpha: number) =>
    `This save is of an early version that stored adapters of rank ${rank} and alpha ${alpha} otherwise, and would be read ${alpha / rank} times as strong: train them again.`,
  emptyChoice: (choice: string, context: string) => `The choice "${choice}" adds no token to its context "${context}".`,
  longChoice: (choice: string, tokens: number, row: number) =>
    `The choice "${choice}" is ${tokens} tokens, more than the ${row} a row holds: use longer rows.`,
  notNumbers: 'The model’s log-probabilities are not numbers: its weights have diverged, so there is nothing to score.',
  shortContext: (context: number) =>
    `A model with a context of ${context} tokens cannot predict anything: it must be at least 2.`,
  nothingToScore: (tokens: number) => `The text has ${tokens} tokens and nothing to score: give one of at least 2.`,
  noObjective: (name: string, known: string) => `objective.name is ${name}; known are ${known}.`,
  objectiveNumber: (name: string, value: string, zero: boolean) =>
    `objective.${name} is ${value}: give a number ${zero ? 'of 0 or more' : 'above 0'}.`,
  objectiveDistance: (value: string, known: readonly string[]) =>
    `objective.distance is ${value}: give one of ${known.join(', ')}.`,
  openElsewhere: 'This run is open in another tab: continue there, or close that tab.',
  alignedElsewhere: 'Another tab has an alignment open: what is made here goes with this tab.',
  noRecord:
    'The model folder has no rekindle.json, which says at what rate its training ended: give a folder that a run has written.',
  foreignInWorld: (preset: string) =>
    `A model made elsewhere does not know the words of a synthetic world: choose a preset of real text in place of ${preset}.`,
  damagedBase: (folder: string, hash: string | undefined, wanted: string) =>
    `The shipped base ${folder} is damaged (SHA-256 ${hash ?? 'of no weights'} instead of ${wanted}): reload the page.`,
  noShippedBase: (preset: string, seed: number) =>
    `This page was published without the base of ${preset}, seed ${seed}: train one.`,
  tokens: (tokens: number, most: number) =>
    `The number of tokens to generate is ${tokens}: give a whole number from 1 to ${most}.`,
  temperature: (temperature: number, most: number) =>
    `The temperature is ${temperature}: give a number from 0 to ${most}.`,
  armDiverged: (arm: string, seed: number, how: string) => `Arm ${arm} of seed ${seed} diverged. ${how}`,
  baseDiverged: (seed: number, how: string) => `The base of seed ${seed} diverged. ${how}`,
  notResting: 'The run is training: pause it first.',
  fault: (entry: string, kinds: string) => `Fault "${entry}" is not one of ${kinds} with =NUMBER.`,
  lostOften: (what: string, times: number, near: number, step: number) =>
    `This run lost ${what} ${times} times near step ${near} and is kept as it was at step ${step}: start another with a smaller batch or model.`,
  /** at: which arm of which seed; '' before the first. */
  experimentLostOften: (what: string, times: number, at: string, kept: string) =>
    `This experiment lost ${what} ${times} times ${at ? `in ${at}` : 'at its start'}; ${kept}: try a smaller preset.`,
  lostWithoutSave: 'The GPU was lost, and this run has no save: start it again.',
  roomNeeded: 'The save of this run was deleted to make room.',
  notSaved: 'This run is no longer saved in this browser: start it again.',
  textNotSaved: 'The text of this run is no longer saved in this browser: start it again.',
  textChanged: 'The text or the tokenizer of this run is not what it was when it was saved: start it again.',
  largeFiles: (bytes: number, most: number) =>
    `The files have ${bytes} bytes, and at most ${most} can be saved with a run: once closed, this run cannot be resumed.`,
  tabAsleep:
    'The tab that trains this run does not answer, perhaps because it is asleep: look at that tab or close it, then take over again.',
  tabHolds: (seconds: number) =>
    `The tab that trains this run did not release it within ${seconds} s: close that tab, then take over again.`,
  noBaseFor: (preset: string, seed: number) =>
    `No base checkpoint is shipped for this configuration of "${preset}", seed ${seed}: train one.`,
  noRun: 'There is no run yet: press Start first.',
  onlyShown: 'This run is only shown, not trained.',
};
