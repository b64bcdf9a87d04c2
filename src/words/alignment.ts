/** What is said where an alignment, its data or a checkpoint is refused. */

export const alignmentWords = {
  noData: (name: string) => `${name} has no data: give at least one line.`,
  longConversation: (length: number, row: number) =>
    `A conversation has ${length} tokens and a row ${row}: use longer rows.`,
  longConversations: (longest: number, most: number) =>
    `The longest conversation has ${longest} tokens; at most ${most} are trained on: shorten it.`,
  noRewardModel: `The folder has no reward model: give one that \`align reward\` has written.`,
  noWords: 'This model’s tokenizer has no words for this world’s questions: take one with bytes or pieces of words.',
  longPrompt: (tokens: number, most: number) =>
    `The prompt has ${tokens} tokens, and ${most} are the most: shorten it.`,
  noBase: 'There is no base yet: choose one and press Open.',
  noCheckpoint: (name: string) => `There is no checkpoint ${name} yet: run the stages before it.`,
  stageDiverged: (step: number, loss: number, rate: number) =>
    `The loss of step ${step} is ${loss}: choose a smaller rate than ${rate}.`,
};
