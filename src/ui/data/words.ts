/** The sentences of the sheet of data. */
import * as format from '../format.ts';

const percent = (share: number): string => format.percent(share);

export const words = {
  heading: 'Data',
  aboutCrawl:
    'The steps of “Data, Data Everywhere”, on a crawl of made-up pages. What is true, copied or noise is known for every page, ' +
    'so each step can be judged.',
  thick: 'Faults are far more common here than on the web, so the effects are far larger than the paper’s.',
  aboutText:
    'The steps of “Data, Data Everywhere”, on shipped text and your own, in this tab. Nobody knows what is noise in real text: ' +
    'read what was dropped, and judge for yourself.',
  origin: 'Text',
  crawl: 'a made-up crawl',
  text: 'shipped and own text',
  sources: 'What each source is',
  ownSource: (name: string) => `${name} (yours)`,
  roles: { judged: 'English', code: 'code', clean: 'clean', out: 'left out' },
  rolesNote:
    'English and code have different rules. Clean text only loses its copies, and the rest is compared with it.',
  addOwn: 'Add your own text on the Train sheet, under “Your own text”.',
  addOwnLink: 'Go there',
  noClean: 'Without a clean source there is nothing to compare with: perplexity and DSIR are left out.',
  start: 'Run the steps',
  again: 'Run the steps again',
  cancel: 'Cancel',
  progress: 'How far the step is',
  nothingLeft: 'No document is left, so there are no weights to choose.',
  nothingYet: 'The steps have not been run yet.',
  seed: 'Seed of the crawl',
  survivor: 'Copy to keep',
  older: 'the older',
  newer: 'the newer',
  working: (step: string) => (step === '' ? 'Reading …' : `Working: ${step} …`),
  failed: (message: string) =>
    `The steps could not be run on this text: ${message.replace(/\.$/, '')}. Choose other text, or reload the page.`,

  flow: 'What is left after each step',
  flowNote:
    'The bar is the tokens that are left, each document once; its pale end went in this step. Press a reason to read what it dropped.',
  unread: (count: number) =>
    count === 1
      ? 'One line could not be read and is left out.'
      : `${format.integer(count)} lines could not be read and are left out.`,
  cut: (names: readonly string[]) =>
    `Only the beginning of ${names.join(', ')} was read; the terminal reads files of any size.`,
  raw: 'raw web',
  rawText: 'raw text',
  left: (pages: number, tokens: number) => `${format.integer(pages)} documents, ${format.integer(tokens)} tokens`,
  about: (stage: string): string => {
    switch (stage) {
      case 'exact':
        return 'One of the documents with the same text stays.';
      case 'fuzzy':
        return 'One of the documents that are nearly the same stays.';
      case 'perplexity':
        return 'Documents that surprise a model of the clean text are dropped.';
      case 'heuristics':
        return 'Rules of thumb: too short, too many symbols, the same line again and again.';
      default:
        return 'Selection: the documents of each source that are most like the clean text stay; chance has a part in it.';
    }
  },
  dropped: (reason: string, count: number) => `${reason} · ${format.integer(count)}`,
  someKept: 'some that were kept',
  nothing: 'nothing dropped',
  truth: (facts: number, right: number) =>
    `${facts.toFixed(2)} true facts in 100 tokens; ${percent(right)} of values right`,
  caught: (what: string, precision: number, recall: number) =>
    `${what}: ${percent(recall)} found; they are ${percent(precision)} of the dropped pages`,

  documents: (stage: string, reason: string) => `Dropped by ${stage}${reason === stage ? '' : `: ${reason}`}`,
  kept: (stage: string) => `Kept by ${stage}`,
  documentsNote: (stage: string, kept: boolean): string => {
    switch (stage) {
      case 'exact':
        return kept
          ? 'Nothing is marked: no other document has the same text.'
          : 'Nothing is marked: the whole text is that of the document kept.';
      case 'fuzzy':
        return kept
          ? 'Nothing is marked: these have no copy, or are the copy kept.'
          : 'Marked: words that the document kept does not have.';
      case 'perplexity':
        return 'Marked: the quarter of the words that the model of clean text expected least.';
      case 'heuristics':
        return kept
          ? 'Nothing is marked: no rule was broken.'
          : 'Marked: what the rule counts. A rule about lengths marks nothing.';
      default:
        return 'Marked: the quarter of the words that count most against the document: they are rarer in clean text than in its source.';
    }
  },
  clusters: 'Near copies, side by side',
  clustersNote: 'The document kept comes first; words that it does not have are marked in its copies.',
  stayed: 'kept',

  perplexity: 'Perplexity of the documents',
  perplexityNote: (known: boolean, tallest: number) =>
    `Further right, a document is less like the clean text: each word surprises a model of clean text more. The tallest column is ${format.integer(tallest)} documents. ` +
    `${known ? 'Dark: pages without facts, noise and adverts. ' : ''}Drag the limit to see what another limit would drop.`,
  limit: 'Limit',
  limitSays: (noise: number, all: number, clean: number, others: number) =>
    `Drops ${format.integer(noise)} of ${format.integer(all)} pages without facts and ${format.integer(clean)} of ${format.integer(others)} others.`,
  limitDrops: (dropped: number, all: number) => `Drops ${format.integer(dropped)} of ${format.integer(all)} documents.`,
  usual: 'The command’s own limit',
  histogram: (bins: readonly string[]) => `Documents by perplexity: ${bins.join('; ')}.`,
  bin: (from: number, others: number, noise: number | null) =>
    `from ${from.toFixed(0)}: ${others}${noise === null ? '' : ` and ${noise} without facts`}`,

  matrix: 'What is left, by domain and quality',
  matrixNote: 'Pages, as small classifiers label them. On pages not seen in training, these are right:',
  domain: 'domain',
  attributes: 'Attributes',
  attribute: 'attribute',
  attributeNames: ['toxicity', 'quality', 'domain', 'type of speech'],
  notLabelled: 'not labelled, documents',
  notLabelledNote:
    'The paper labels with classifiers that people taught. The shipped text has no such labels, and a classifier trained on its sources would know ' +
    'one novel and one fact book, and nothing else. So nothing is labelled.',
  card: (attribute: string, accuracy: number, low: number, high: number, n: number) =>
    `${attribute} on ${percent(accuracy)} of ${n} (95 % interval ${percent(low)} to ${percent(high)})`,

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
    `Models of ${seeds} seeds, trained on the processor with equal tokens. The paper’s gains are marked by their ` +
    'evidence: S a secondary text, M memory, M? doubtful memory. Compare signs, not sizes.',
  firstRun:
    'These are not the first figures. A first run dropped the worst 15 % of pages by perplexity, and about 12 % of what it left was random words: ' +
    'the filtered web then reached 70.0 % on four seeds, 22.1 points above raw (−3.1 to +47.3). The limit used here was chosen afterwards, on the ' +
    'same seeds 1 to 5. On seeds 6 to 10, which it was not chosen on, the filtered web is 40.3 points above raw (+32.8 to +47.7). ' +
    'Why some arms show no gain is a guess: no arm tests the reason.',
  groups: 'What the 15B report measures',
  groupsNote:
    'Groups of benchmarks in the report on Nemotron-4 15B, after its continued training (S), and the suites that play their part when a run ' +
    'trains on the synthetic world. The preset world-15b has the report’s shares: 70 % English, 15 % another language, 15 % code.',
  group: 'group',
  benchmarks: 'benchmarks',
  reported: 'reported, %',
  here: 'here',
  noneHere: 'nothing',
  arm: 'arm',
  facts: 'facts answered, %',
  per100: 'true facts in 100 tokens',
  against: 'against',
  difference: 'difference, points (95 %)',
  paper: 'paper',
};
