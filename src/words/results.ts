/** What experiments, sweeps and grids say: sentences that follow from intervals and claim nothing more. */

export const tradeWords = {
  ties: (control: string, seeds: string, arms: readonly string[]) =>
    `No difference to ${control} is shown in ${seeds} seeds: ${arms.join(', ')}.`,
  or: ' or ',
  answers: (size: string, better: boolean, control: string) =>
    `answers ${size} points ${better ? 'better' : 'worse'} than ${control}`,
  answersAsWell: (control: string) => `answers as well as ${control}`,
  forgets: (size: string, more: boolean) => `forgets ${size} ${more ? 'more' : 'less'}`,
  forgetsAsMuch: 'forgets as much',
  balance: (size: string, better: boolean) => `${size} points ${better ? 'better' : 'worse'} in the mean`,
  equal: 'equal in the mean',
  pointsAnd: (points: string, range: string) => `${points} points, ${range}`,
  trade: (arm: string, answers: string, opposed: boolean, forgets: string, balance: string, range: string) =>
    `${arm} ${answers} ${opposed ? 'but' : 'and'} ${forgets}; ${balance} (${range}).`,
};

/** The results of an experiment as a Markdown file, around its tables. */
export const resultsFileWords = {
  base: 'before any continued training',
  about: (question: string, preset: string) =>
    `${question} Preset \`${preset}\`. Mean ± standard error over seeds; a seed changes the world, the weights and the order of the data.`,
  accuracy: '## Accuracy, percent',
  chance: (average: string, suites: string) => `Chance: average ${average}; ${suites}.`,
  marks:
    "Marks of the paper's figures: [T] its table, [S] a secondary text. They are other models on other tasks: compare signs and order.",
  differences: (control: string) => `## Difference to \`${control}\`, points, with its 95 % interval`,
  intervals:
    "Student's intervals, each for one comparison by itself: of twenty arms that are no different, one will seem so.",
  heldOut: '## Held-out loss, nats a token',
  inWords: '## In words',
  terms: "As well, as much, equal: the interval spans zero. Forgets: retention, against the control's.",
  oneSeed: (points: string) => `${points} (one seed)`,
  interval: (points: string, low: string, high: string, shown: boolean) =>
    `${points} (${low} to ${high})${shown ? '' : ', no difference shown'}`,
};

export const gridWords = {
  rounded: (tokens: number, taken: readonly { tokens: number; sequences: number }[]) =>
    `${tokens} tokens are not a whole number of steps for every batch size: runs take ${taken
      .map((one) => `${one.tokens} with ${one.sequences} rows`)
      .join(', ')}.`,
  table: (tokens: number) =>
    `Held-out loss, nats a token, after ${tokens} tokens; mean ± standard error over seeds. Beside it the difference to the best\ncell with its 95 % interval, seed by seed; "tie": the interval spans zero, no difference shown.`,
};

export const sweepWords = {
  noBand: 'The loss neither falls by half a nat nor rises clearly at any of these rates: the sweep suggests no range.',
  band: (low: string, high: string) => `peak rates worth trying: ${low} to ${high}`,
  descent: (steepest: string, lowest: string, edge: string | null, band: string) =>
    `The loss falls fastest at ${steepest}, is lowest at ${lowest}${
      edge === null ? '' : `, and stays clearly higher from ${edge} on`
    }; ${band}.`,
  edge: (edge: string, band: string) =>
    `The loss never falls by half a nat, and stays clearly higher from ${edge} on; ${band} (a tenth to a third of that).`,
};
