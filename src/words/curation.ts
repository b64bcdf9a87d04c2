/** What the stages of curation say of a document: why it was dropped, and what decided. Reports and files name reasons by these words. */

export const reasonWords = {
  lineTooLong: 'line too long',
  notUtf8: 'not UTF-8',
  notJson: 'not JSON',
  withoutText: 'without text',
  heldOut: 'held out',
  heldOutCopy: 'equal to a held-out document',
  notDrawn: 'not drawn',
  unlikeTarget: 'unlike the target',
  farFromQa: 'far from the QA set',
} as const;

export const decidedWords = {
  equal: (document: string) => `the same text as ${document}`,
  similar: (percent: number, document: string) => `${percent} % like ${document}`,
  perplexity: (value: number) => `perplexity ${value.toFixed(0)}`,
  /** `score` null: the rule found nothing to count. */
  rule: (score: number | null, min: number, max: number) =>
    `${score === null ? 'nothing to count' : Number(score.toPrecision(3))}, allowed ${
      max === Infinity ? `at least ${min}` : min === -Infinity ? `at most ${max}` : `${min} to ${max}`
    }`,
  logWeight: (value: number) => `log weight ${value.toFixed(1)}`,
  unlabelled: (attributes: readonly string[]) =>
    `Not labelled, because a classifier is missing: ${attributes.join(', ')}.`,
};
