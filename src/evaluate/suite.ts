/**
 * Benchmark suites as plain data: a context and the texts that may follow it, one of them right. Independent of model
 * and tokenizer.
 */
export interface Item {
  /** Text before the answer, without the space that separates them. */
  context: string;
  /** Answers without a leading space; all different. */
  choices: string[];
  /** Index of the right one. */
  answer: number;
}

export interface Suite {
  /** Short name: a key of results.json and a column of tables. */
  name: string;
  /** One line on what it asks. */
  description: string;
  items: Item[];
  /**
   * 'benchmark': part of the plain mean. 'retention': part of it too, and shown by itself. 'probe': shown, never in
   * the mean.
   */
  role: 'benchmark' | 'retention' | 'probe';
}

/** Accuracy of answering at random: the mean of 1 / options. */
export function chanceLevel(items: readonly Item[]): number {
  return items.reduce((sum, { choices }) => sum + 1 / choices.length, 0) / items.length;
}
