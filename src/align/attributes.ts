/** What a reward model says of an answer: HelpSteer's five attributes, or nine with those of Open Assistant before (papers.md §4.2). */

export const attributes = ['helpfulness', 'correctness', 'coherence', 'complexity', 'verbosity'] as const;
export type Attribute = (typeof attributes)[number];

/** The released model's order of nine outputs. */
export const nineAttributes = ['quality', 'toxicity', 'humor', 'creativity', ...attributes] as const;

/** Weights of the released model's card for the five; the other four weigh 0. Longer than needed is worse: a bound on padding. */
export const cardWeights: Readonly<Record<Attribute, number>> = {
  helpfulness: 0.3,
  correctness: 0.74,
  coherence: 0.46,
  complexity: 0.47,
  verbosity: -0.33,
};

/** The names of a model's outputs, by how many they are. */
export const outputNames = (outputs: 5 | 9): readonly string[] => (outputs === 9 ? nineAttributes : attributes);

/** One number of an answer's attributes, given in the order of `outputNames`. */
export function scalarReward(values: ArrayLike<number>): number {
  const names = outputNames(values.length === 9 ? 9 : 5);
  return names.reduce((sum, name, i) => sum + (cardWeights[name as Attribute] ?? 0) * values[i]!, 0);
}
