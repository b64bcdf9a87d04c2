/** What is said where presets, worlds, experiments, grids, exports and kits are refused. */

export const recipeWords = {
  unknownKind: (name: string, kinds: string) =>
    `${name} is not a kind of file that is read here (${kinds}, also as .gz): to read it as plain text, end its name in .txt.`,
  noPreset: (name: string, hint: string, presets: string) =>
    `There is no preset '${name}': ${hint} There are ${presets}.`,
  manyIds: (ids: number, rows: number) =>
    `The tokenizer has ${ids} ids but the embedding ${rows} rows: raise vocab_size or choose a smaller tokenizer.`,
  noStage: `The model has been through no stage of an alignment: give the folder that \`align\` has written.`,
  noKitOf: (kind: string) =>
    `A launch kit is for a model of Nemotron, Llama or Qwen2, and this one is ${kind}: recipe.json beside the run has its settings.`,
  notContinued: 'This run has no continued part, so it cannot start from a base: add continued=on.',
  noExperiment: (name: string, known: string) => `There is no experiment "${name}"; choose one of ${known}.`,
  noContinuedRun: (preset: string) =>
    `Preset "${preset}" has no continued run to experiment with: choose a preset with a general and a QA blend.`,
  gridCell: (tokens: number, rate: number, rows: number, problem: string) =>
    `A grid of ${tokens} tokens, rate ${rate}, ${rows} rows: ${problem}`,
  gridSize: (rates: number, batches: number, seeds: number, most: number) =>
    `The grid has ${rates} rates, ${batches} batch sizes and ${seeds} seeds: give at least one of each and at most ${most} cells.`,
  noCounterpart: (source: string, known: string) =>
    `Source "${source}" has no counterpart in the paper's general blends; those that have one are ${known}.`,
  noQaSource: `Mixes of QA categories need a QA blend with the world's source "qa": choose the preset world or lab.`,
  noFacts: (preset: string) =>
    `Preset "${preset}" trains on real text, in which facts cannot be counted: choose ci, world, world-300 or lab.`,
  worldSource: (source: string, known: string) => `The world has no source "${source}"; it has ${known}.`,
  noWorld: 'This run has no synthetic world: choose a preset that has one, such as world.',
  worldWords: (words: number, rows: number, least: number) =>
    `The world has ${words} words and the model embeds ${rows}: raise model.vocab_size to ${least} or choose fewer names or values.`,
  names: (most: number, names: number) => `A world has 1 to ${most} first names, not ${names}.`,
  values: (most: number, values: number) => `An attribute has 4 to ${most} values, not ${values}.`,
  people: (names: number, most: number, people: number) =>
    `${names} first and last names give 6 to ${most} people, not ${people}: change people or names.`,
  pool: (documents: number) => `The Q&A pool needs at least 4 documents, not ${documents}.`,
  archiveRate: (share: number) => `archiveRate is a share between 0 and 1, not ${share}.`,
};

/** What is said of a base's record beside a run that is to continue it. */
export const baseWords = {
  version: (found: string, known: number) =>
    `The base checkpoint's metadata has version ${found} and this page reads ${known}: train the base again.`,
  none: 'none',
  lacks: (fields: readonly string[]) =>
    `The base checkpoint's metadata has no ${fields.join(', ')}: the file is damaged or from elsewhere.`,
  odd: (field: string, found: string) =>
    `The base checkpoint's metadata says that ${field} is ${found}: the file is damaged.`,
  unusable: (problem: string) => `The base checkpoint's metadata cannot be used: ${problem}`,
  notBlend: (key: string, found: string) => `${key} is ${found}: it must be a blend.`,
  otherModel: (key: string, was: string, is: string) =>
    `The base checkpoint has ${key} ${was} and this run ${is}: continue with the base's own model.`,
  otherRecord: (key: string, was: string, is: string) =>
    `The base checkpoint was trained with ${key} ${was} and this run says ${is}: leave ${key} as it was, because it is a record.`,
  otherTokenizer: (was: string, is: string) =>
    `The base checkpoint was trained with tokenizer ${was} and this run has ${is}: its ids would mean other text, so use the base's tokenizer.`,
  otherPeak: (ended: number, peak: number) =>
    `The base ended at a rate of ${ended} and this run's peak is ${peak}: the recipe continues at the rate where the base ended.`,
  otherBatch: (was: number, is: number) =>
    `The base took ${was} tokens a step and this run takes ${is}: the recipe changes only the rate.`,
  otherOptimizer: (changes: string) =>
    `The optimizer differs from the base's (${changes}): the recipe changes only the rate.`,
  otherHeldOut: (was: number, by: string, is: number, how: string) =>
    `The base held out ${was} by ${by} and this run ${is} by ${how}: the base may have been trained on this run's held-out text.`,
  otherWorld: (was: number, is: number) =>
    `The base learnt the world of seed ${was} and this run's has seed ${is}: its facts are different.`,
};
