/** What is wrong with a lesson's file or its translation, for those who write one. */

export const lessonFileWords = {
  sentence: 'a sentence',
  name: 'a short name: a letter, then letters, digits, - and _, 16 at most',
  expression: 'a quantity such as recipe.facts.end, or the difference of two',
  options: 'four options',
  lesson: 'The lesson',
  translation: 'The translation',
  wrong: (place: string, problem: string) => `${place} is wrong: ${problem}.`,
  unknownRun: (place: string, run: string, known: readonly string[]) =>
    `${place} names the run ${run}; the lesson has only ${known.join(', ')}.`,
  notTrainable: (run: string, problem: string) => `The run ${run} cannot be trained: ${problem}`,
  notSetUp: (run: string, problem: string) => `The run ${run} cannot be set up: ${problem}`,
  step: (number: number) => `Step ${number}`,
  unknownSetting: (place: string, key: string) => `${place} names the setting ${key}, which does not exist.`,
  noRunToReveal: (place: string) => `${place} reveals something but has no run.`,
  unknownValue: (inner: string) => `{${inner}} is neither a quantity nor a setting of a run.`,
  untranslated: (place: string, text: string) => `${place} is not translated: ${text}.`,
  otherValues: (place: string, found: string, wanted: string) =>
    `${place} has the values ${found || 'none'}, the lesson ${wanted || 'none'}.`,
  strayText: (place: string) => `${place} is not a text of the lesson.`,
};
