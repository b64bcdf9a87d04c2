/**
 * What an experiment leaves behind: `results.json`, one row an arm and seed, and `table.md` made from it. Scores are
 * shares in 0 … 1 in the file and percent in the table.
 */
import { type Experiment, PAPER_BASE, type PaperFigure } from '../experiments.ts';
import {
  mean,
  pairedDifference,
  type PairedDifference,
  signed,
  sizeInPoints,
  standardError,
  verdict,
} from '../statistics.ts';
import { resultsFileWords, tradeWords } from '../../words/results.ts';
import { verdictWords } from '../../words/verdict.ts';

/** What weights can do, at one moment of a run. */
export interface ResultScores {
  /** Plain mean of the suites' accuracies, retention included. */
  average: number;
  /** Accuracy by suite: those of the average, then probes. */
  suites: Record<string, number>;
  /** Nats a token by source. */
  heldOutLoss: Record<string, number>;
  /**
   * The two numbers that `average` puts together: skills and facts that continued training repeats, and those it
   * hardly does.
   */
  averageWithoutRetention?: number | null;
  retention?: number | null;
  /** Mean log-probability of the right answers over the suites of the average, nats. */
  logProb?: number;
}

/** Scores of the weights before a step, counted over base and continued run together. */
export interface ResultPoint extends ResultScores {
  step: number;
}

/** The data of an arm of curation, by what was planted in it. */
export interface RowData {
  /** Of the web that is left: pages, tokens, share of the stated values that are right, true facts in a hundred tokens. */
  pages: number;
  tokens: number;
  right: number;
  factsPer100: number;
  /** Share of the training tokens by source, and passes over each. */
  shares: Record<string, number>;
  epochs: Record<string, number>;
}

/** Scores at an arm's end. */
export interface ResultRow extends ResultScores {
  /** An arm's name, or 'base' for the checkpoint all arms branch from. */
  arm: string;
  seed: number;
  /** Floating-point operations of training from the base checkpoint on (of the base itself in its row). */
  flops: number;
  /** Scores on the way: at the switch and at the end. */
  points?: ResultPoint[];
  /** What it was trained on, where that is what arms differ in. */
  data?: RowData;
  /** Training loss: means of neighbouring steps, each with its last step. */
  curve?: [step: number, loss: number][];
  /** Of preferences: by how much the gap of each held-out pair grew, and by how much the rewards wanted it to, nats. */
  gaps?: [gap: number, wanted: number][];
}

export interface ExperimentResults {
  experiment: string;
  preset: string;
  rows: ResultRow[];
  /** Accuracy of answering at random: of the average and by suite. */
  chance?: { average: number; suites: Record<string, number> };
}

const BASE = 'base';
/** Measures of which arms are compared with the control. */
const MEASURES: { title: string; of(row: ResultRow): number | null | undefined }[] = [
  { title: 'average', of: (row) => row.average },
  { title: 'without retention', of: (row) => row.averageWithoutRetention },
  { title: 'retention', of: (row) => row.retention },
];

/** There is one: NaN is a share of nothing. */
const isNumber = (value: number | null | undefined): value is number => Number.isFinite(value);

/** Rows of an arm by seed. */
function rowsOf(results: ExperimentResults, arm: string): Map<number, ResultRow> {
  return new Map(results.rows.filter((row) => row.arm === arm).map((row) => [row.seed, row]));
}

/** Difference of two arms in a measure, over the seeds both have. */
export function difference(
  results: ExperimentResults,
  arm: string,
  control: string,
  of: (row: ResultRow) => number | null | undefined = (row) => row.average,
): PairedDifference | null {
  const controls = rowsOf(results, control);
  const pairs: [number, number][] = [];
  for (const [seed, row] of rowsOf(results, arm)) {
    const other = controls.get(seed);
    const a = of(row),
      b = other && of(other);
    if (isNumber(a) && isNumber(b)) pairs.push([a, b]);
  }
  return pairedDifference(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
}

/**
 * What the intervals say, the largest difference first: a sentence an arm that names what is gained and what is forgotten, and one for
 * all arms of which no difference is shown. An arm of one seed has a sentence that claims nothing.
 */
export function verdicts(experiment: Experiment, results: ExperimentResults): string[] {
  const { control } = experiment;
  const ties: { name: string; n: number }[] = [];
  const told: { sentence: string; size: number }[] = [];
  for (const { name } of experiment.arms) {
    if (name === control || rowsOf(results, name).size === 0) continue;
    const [average, learnt, retained] = MEASURES.map(({ of }) => difference(results, name, control, of));
    const size = Math.max(...[average, learnt, retained].map((found) => (isClear(found) ? Math.abs(found!.mean) : 0)));
    if (average?.interval && size === 0) ties.push({ name, n: average.n });
    else
      told.push({
        size,
        sentence:
          average?.interval && learnt && retained
            ? trade(name, control, average, learnt, retained)
            : verdict(name, control, average!),
      });
  }
  const sentences = told.sort((a, b) => b.size - a.size).map(({ sentence }) => sentence);
  if (ties.length === 0) return sentences;
  const seeds = [...new Set(ties.map(({ n }) => n))].sort((a, b) => a - b).join(tradeWords.or);
  return [
    ...sentences,
    tradeWords.ties(
      control,
      seeds,
      ties.map(({ name }) => name),
    ),
  ];
}

const isClear = (found: PairedDifference | null | undefined): boolean =>
  Boolean(found?.interval && (found.interval[0] > 0 || found.interval[1] < 0));

/** "a answers 3.7 points better than b but forgets 14.5 more; equal in the mean (…)": equal where the interval spans zero. */
function trade(
  arm: string,
  control: string,
  average: PairedDifference,
  learnt: PairedDifference,
  retained: PairedDifference,
): string {
  const size = ({ mean: centre }: PairedDifference) => sizeInPoints(centre);
  const answers = isClear(learnt)
    ? tradeWords.answers(size(learnt), learnt.mean > 0, control)
    : tradeWords.answersAsWell(control);
  const forgets = isClear(retained) ? tradeWords.forgets(size(retained), retained.mean < 0) : tradeWords.forgetsAsMuch;
  const opposed = isClear(learnt) && isClear(retained) && learnt.mean > 0 !== retained.mean > 0;
  const balance = isClear(average) ? tradeWords.balance(size(average), average.mean > 0) : tradeWords.equal;
  const points = (value: number) => signed(100 * value);
  const [low, high] = average.interval!;
  const interval = verdictWords.range(Math.round(100 * average.level), points(low), points(high), average.n);
  const range = isClear(average) ? interval : tradeWords.pointsAnd(points(average.mean), interval);
  return tradeWords.trade(arm, answers, opposed, forgets, balance, range);
}

/** The results as Markdown: scores, paired differences, held-out loss, verdicts. */
export function resultsTable(experiment: Experiment, results: ExperimentResults): string {
  const arms = [{ name: BASE, label: resultsFileWords.base, paper: PAPER_BASE }, ...experiment.arms].filter(
    ({ name }) => rowsOf(results, name).size > 0,
  );
  const suites = keysOf(results.rows, (row) => row.suites);
  const sources = keysOf(results.rows, (row) => row.heldOutLoss);
  const values = (arm: string, of: (row: ResultRow) => number | null | undefined) =>
    [...rowsOf(results, arm).values()].map(of).filter(isNumber);
  const percent = (list: number[]) =>
    spread(
      list.map((value) => 100 * value),
      1,
    );

  const scores = table(
    ['arm', '', 'seeds', ...MEASURES.map(({ title }) => title), ...suites, 'log p', 'paper'],
    arms.map(({ name, label, paper }) => [
      `\`${name}\``,
      label,
      String(rowsOf(results, name).size),
      ...MEASURES.map(({ of }) => percent(values(name, of))),
      ...suites.map((suite) => percent(values(name, (row) => row.suites[suite]))),
      spread(
        values(name, (row) => row.logProb),
        2,
      ),
      paperCell(paper),
    ]),
  );
  const { chance } = results;
  const differences = table(
    ['arm', ...MEASURES.map(({ title }) => title), 'seeds won'],
    arms
      .filter(({ name }) => name !== experiment.control)
      .map(({ name }) => [
        `\`${name}\``,
        ...MEASURES.map(({ of }) => differenceCell(difference(results, name, experiment.control, of))),
        wins(difference(results, name, experiment.control)),
      ]),
  );
  const losses = table(
    ['arm', ...sources],
    arms.map(({ name }) => [
      `\`${name}\``,
      ...sources.map((source) =>
        spread(
          values(name, (row) => row.heldOutLoss[source]),
          3,
        ),
      ),
    ]),
  );
  const [takeaway, ...more] = verdicts(experiment, results);
  return [
    `# ${experiment.title}`,
    '',
    ...(takeaway === undefined ? [] : [`**${takeaway}**`, '']),
    resultsFileWords.about(experiment.question, results.preset),
    '',
    resultsFileWords.accuracy,
    '',
    scores,
    '',
    ...(chance
      ? [
          resultsFileWords.chance(
            (100 * chance.average).toFixed(1),
            suites
              .filter((suite) => suite in chance.suites)
              .map((suite) => `${suite} ${(100 * chance.suites[suite]!).toFixed(1)}`)
              .join(', '),
          ),
          '',
        ]
      : []),
    resultsFileWords.marks,
    '',
    resultsFileWords.differences(experiment.control),
    '',
    differences,
    '',
    resultsFileWords.intervals,
    '',
    ...(sources.length ? [resultsFileWords.heldOut, '', losses, ''] : []),
    ...(more.length ? [resultsFileWords.inWords, '', ...more.map((sentence) => `- ${sentence}`), ''] : []),
    resultsFileWords.terms,
    '',
  ].join('\n');
}

function keysOf(rows: readonly ResultRow[], of: (row: ResultRow) => Record<string, number>): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(of(row))))];
}

/** mean ± standard error; the value alone for one seed, a dash for none. */
function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return '–';
  const centre = mean(values).toFixed(digits).replace('-', '−');
  return values.length === 1 ? centre : `${centre} ± ${standardError(values).toFixed(digits)}`;
}

function differenceCell(found: PairedDifference | null): string {
  if (!found) return '–';
  const points = (value: number) => signed(100 * value);
  if (!found.interval) return resultsFileWords.oneSeed(points(found.mean));
  const [low, high] = found.interval;
  return resultsFileWords.interval(points(found.mean), points(low), points(high), low > 0 || high < 0);
}

function wins(found: PairedDifference | null): string {
  return found ? `${found.wins} of ${found.n}` : '–';
}

function paperCell(paper: PaperFigure | undefined): string {
  return paper ? `${paper.average.toFixed(1)} [${paper.mark}] ${paper.where}` : '';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
