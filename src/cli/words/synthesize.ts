/** What `synthesize` says. */

export const synthesizeWords = {
  about: 'Makes data for alignment, in a world where every answer can be checked.',
  count: 'lines to make (for pairs and reward: prompts); 1000 by default',
  seed: 'seed of what is drawn; 1 by default',
  world: 'seed of the world, the same as the base’s; 1 by default',
  model: 'a model that answers; without one a program writes the answers',
  judge: 'a reward model that judges pairs; without one the true answers do',
  samples: 'answers to each prompt (pairs, reward); 5 by default',
  temperature: 'temperature of the answers; 1 by default',
  imperfect: 'share of imperfect demonstrations (sft); 0.2 by default',
  threshold: 'share of a dialogue’s answers that must be right to keep it; 1 by default',
  out: 'the file of JSON lines',
  noKind: (given: string, kinds: readonly string[]) =>
    `There is no kind of data ${given}: give one of ${kinds.join(', ')}.`,
  done: (lines: number, made: number, duplicates: number, dropped: number) =>
    `${lines} lines kept of ${made} made; ${duplicates} were duplicates, ${dropped} were dropped.`,
};
