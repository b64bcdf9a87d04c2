/** What is said where presets, worlds, experiments, grids, exports and kits are refused. */

export const recipeWords = {
  unknownKind: (name: string, kinds: string) =>
    `${name} is not of a kind that is read here (${kinds}, also as .gz): to have it read as plain text, end its name in .txt.`,
  noPreset: (name: string, hint: string, presets: string) =>
    `There is no preset '${name}': ${hint} There are ${presets}.`,
  manyIds: (ids: number, rows: number) =>
    `The tokenizer has ${ids} ids but the embedding ${rows} rows: raise vocab_size or choose a smaller tokenizer.`,
  noStage: `The model has been through no stage of an alignment: give the folder that \`align\` has written.`,
  noKitOf: (kind: string) =>
    `A launch kit is for a model of Nemotron, Llama or Qwen2, and this one is ${kind}: recipe.json beside the run has its settings.`,
  notContinued: 'This run has no continued part to start from a base checkpoint: add continued=on.',
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
