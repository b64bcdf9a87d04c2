/** The sentences of the sheet of data. */
import * as format from '../format.ts';

const percent = (share: number): string => format.percent(share);

export const words = {
  heading: 'Data',
  about:
    'A crawl of made-up pages goes through the steps of “Data, Data Everywhere”. Of every page it is known what is true, copied or noise, ' +
    'so that each step can be judged.',
  thick: 'The faults are planted far more thickly than the web has them: the effects here are far above the paper’s.',
  seed: 'Seed of the crawl',
  survivor: 'Copy to keep',
  older: 'the older',
  newer: 'the newer',
  working: (step: string) => (step === '' ? 'Making the crawl …' : `Working: ${step} …`),
  failed: (message: string) => `The crawl could not be made: ${message}. Try another seed, or reload the page.`,

  flow: 'What is left after each step',
  flowNote: 'The bar is the tokens that are left, each document once. Press a reason to read what it dropped.',
  raw: 'raw web',
  left: (pages: number, tokens: number) => `${format.integer(pages)} pages, ${format.integer(tokens)} tokens`,
  dropped: (reason: string, count: number) => `${reason} · ${format.integer(count)}`,
  nothing: 'nothing dropped',
  truth: (facts: number, right: number) =>
    `${facts.toFixed(2)} true facts in 100 tokens; ${percent(right)} of values right`,
  caught: (what: string, precision: number, recall: number) =>
    `${what}: ${percent(recall)} found; ${percent(precision)} of the pages dropped are such`,

  documents: (stage: string, reason: string) => `Dropped by ${stage}${reason === stage ? '' : `: ${reason}`}`,
  documentsNote: {
    perplexity: 'Marked: the quarter of the words that the model of clean text expected least.',
    fuzzy: 'Marked: words that the page kept does not have.',
    other: 'The reason concerns the whole page.',
  },
  clusters: 'Near copies, side by side',
  clustersNote: 'The page kept comes first; words that it does not have are marked in its copies.',
  stayed: 'kept',

  perplexity: 'Perplexity of the pages',
  perplexityNote: 'Dark: pages without facts, noise and adverts. Move the limit to see what another would drop.',
  limit: 'Limit',
  limitSays: (noise: number, all: number, clean: number, others: number) =>
    `Drops ${format.integer(noise)} of ${format.integer(all)} pages without facts and ${format.integer(clean)} of ${format.integer(others)} others.`,
  usual: 'The command’s own limit',
  histogram: (bins: readonly string[]) => `Pages by perplexity: ${bins.join('; ')}.`,
  bin: (from: number, others: number, noise: number) => `from ${from.toFixed(0)}: ${others} and ${noise} without facts`,

  matrix: 'What is left, by domain and quality',
  matrixNote: 'Pages, as small classifiers label them.',
  domain: 'domain',
  card: (attribute: string, accuracy: number, low: number, high: number, n: number) =>
    `${attribute} ${percent(accuracy)} right on ${n} pages not seen in training (95 % interval ${percent(low)} to ${percent(high)})`,

  weights: 'How the sources could share the tokens',
  weightsNote: 'Passes over a source in brackets, for a budget of two passes over all; more than four are marked ▲.',
  method: 'method',
  trainNote:
    '“Train with this” puts what is left, and the clean sources, into the recipe as your own text with these weights in every blend. ' +
    'Own files of the same names are replaced. The benchmarks of the preset do not ask about this text.',
  blend: 'as a blend',
  train: 'Train with this',
  trainWith: (method: string) => `Train with this: ${method}`,
  cell: (share: number, epochs: number, repeated: boolean) =>
    `${percent(share)} (${epochs.toFixed(1)}×)${repeated ? ' ▲' : ''}`,

  trained: 'What a model learns from each step',
  trainedNote: (seeds: number) =>
    `Models of ${seeds} seeds, trained on the processor with equal tokens. The paper’s gains stand beside, with the mark of their ` +
    'evidence: S a secondary text, M memory, M? doubtful memory. Compare signs, not sizes.',
  firstRun:
    'These are not the first figures. A first run dropped the worst 15 % of pages by perplexity, and some 12 % of what it left was random words: ' +
    'there the filtered web came to 70.0 % on four seeds, 22.1 points above raw (−3.1 to +47.3). The limit used here was chosen afterwards, on the ' +
    'same seeds 1 to 5. Why some arms show no gain is a guess: no arm tests the reason.',
  arm: 'arm',
  facts: 'facts answered, %',
  per100: 'true facts in 100 tokens',
  against: 'against',
  difference: 'difference, points (95 %)',
  paper: 'paper',
};
