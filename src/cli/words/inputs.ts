/** Options of every command that trains, and what is said of the text and the base that they name. */

export const inputWords = {
  preset: (names: readonly string[]) => `the preset to start from: ${names.join(', ')}`,
  config: 'a config.json, whole or in part, which overrides the preset',
  set: 'one setting by its dotted key in config.json; overrides everything else',
  tokenizer: 'the same as --set tokenizer=',
  seed: 'the same as --set seed=',
  base: 'a model to continue: its folder, its run’s, or a .zip of either; or the base shipped for this preset and seed',
  noShippedBase: (preset: string, seed: number) =>
    `No base checkpoint is shipped for this configuration of "${preset}", seed ${seed}: give --base DIR.`,
  repeated: (flag: string, values: readonly number[]) =>
    `note: --${flag} names ${values.join(', ')} more than once; each counts once.`,
};

export const documentWords = {
  file: 'the path of a file or folder, or of a table and a column as FILE#COLUMN',
  ofSource: (shown: string, wanted: string) => `NAME=${shown}: a name of letters, digits, - and _, and ${wanted}`,
  data: (kinds: string) =>
    `your documents (${kinds}, or a folder of them) as a source that replaces the preset’s text; for one column of a table, PATH#COLUMN`,
  in: 'the blends that use this source; all by default',
  blends: 'some of base, general, qa, separated by commas',
  mix: 'the share of those blends for this source, in percent; the rest is the preset’s text; 100 by default',
  percent: 'a number from 0.01 to 100',
  invalid: 'how bytes that are not valid text are read',
  hints: {
    'text-column': 'In the terminal: --data SOURCE=FILE#COLUMN.',
    'source-unknown': 'In the terminal: --data SOURCE=FILE.',
    shards: 'To build the shards again: node src/cli/run.mjs src/cli/buildData.ts.',
  } as Readonly<Record<string, string>>,
};
