/** What the comparisons of alignment are about, told from rows of arms and seeds; the paper's numbers beside (papers.md §4.5). */
import { mean, pairedDifference, type PairedDifference, standardDeviation } from './statistics.ts';

export interface AlignmentRow {
  arm: string;
  seed: number;
  /** Mean of know, math, code and translation; of a reward model, of its accuracies. */
  average: number;
  /** Shares in 0 … 1, rewards, nats. */
  suites: Record<string, number>;
  /** By source, as other experiments have it: nothing is held out by source here. */
  heldOutLoss: Record<string, number>;
  /** Of training since the base; of the base in its own row. */
  flops: number;
}

/** A claim: `of` is larger in one arm than in the other, or one measure than another in one arm. */
interface Claim {
  claim: string;
  paper: string;
  above: [arm: string, of: Measure];
  below: [arm: string, of: Measure];
}
type Measure = (suites: Record<string, number>) => number;

const of =
  (name: string): Measure =>
  (suites) =>
    suites[name] ?? NaN;
/** Mean of the four suites that ask for knowledge and skills. */
const base4: Measure = ({ know = NaN, math = NaN, code = NaN, translation = NaN }) =>
  (know + math + code + translation) / 4;

/** A row as the readers of every experiment's results take it. */
export const alignmentRow = (
  arm: string,
  seed: number,
  suites: Record<string, number>,
  flops: number,
): AlignmentRow => ({
  ...{ arm, seed, suites, flops, heldOutLoss: {} },
  average: 'know' in suites ? base4(suites) : mean(Object.values(suites)),
});

/** One measure, larger in the arm `more` than in the arm `less`. */
const claims = (claim: string, paper: string, measure: Measure, more: string, less: string): Claim => ({
  ...{ claim, paper },
  above: [more, measure],
  below: [less, measure],
});
const untold = 'said, no number';
const ours = 'no such control';

const strict = of('promptStrict');

const claimsOf: Readonly<Record<string, readonly Claim[]>> = {
  'sft-stages': [
    claims('SFT lifts strict instruction following', 'IFEval prompt strict 61.4', strict, 'two stages', 'code'),
    claims('two stages are above one mixed stage', untold, base4, 'two stages', 'mixed'),
    claims('code SFT lifts code', 'HumanEval 57.3 → 70.7', of('code'), 'code', 'base'),
  ],
  reward: [
    claims('five attributes resist length better than pairs', untold, of('concise'), 'regression', 'pairwise'),
    claims('five attributes judge hard pairs better', 'Chat-Hard 87.1', of('hard'), 'regression', 'pairwise'),
  ],
  'dpo-rpo': [
    claims('DPO overshoots near ties, RPO stops at the reward’s gap', untold, of('nearTieGap'), 'dpo', 'rpo'),
    {
      claim: 'DPO lowers the rejected answer more than the chosen one',
      paper: untold,
      above: ['dpo', of('chosenMoved')],
      below: ['dpo', of('rejectedMoved')],
    },
    claims(
      'RPO keeps knowledge and skills better than DPO',
      'GSM8K 88.5 → 91.1, HumanEval 67.1 → 70.7',
      base4,
      'rpo',
      'dpo',
    ),
    claims('and better than DPO at half the rate', ours, base4, 'rpo', 'dpo at half the rate'),
  ],
  rounds: [
    claims('RPO 1 is above DPO', 'IFEval 61.7 → 78.2', strict, 'rpo 1', 'dpo'),
    claims('RPO 3 is above RPO 1', 'IFEval 78.2 → 79.9', strict, 'rpo 3', 'rpo 1'),
    claims('RPO 3 is above three rounds of DPO', ours, strict, 'rpo 3', 'dpo 3'),
  ],
  'weak-to-strong': [
    claims('a student is above its teacher', untold, base4, 'student', 'teacher'),
    claims('without the verifier’s filter too', ours, base4, 'student, unfiltered', 'teacher'),
    claims('the same data on a stronger base are better', untold, base4, 'strongest base, first data', 'student'),
    claims('better data on the same base are better', untold, base4, 'second student', 'strongest base, first data'),
  ],
};

export interface Finding {
  claim: string;
  paper: string;
  difference: PairedDifference;
  /** `shown`: the interval leaves out 0 on the claim's side; `failed`: on the other; else a tie. One seed says nothing. */
  verdict: 'shown' | 'tie' | 'failed' | 'one seed';
}

export function findings(experiment: string, rows: readonly AlignmentRow[]): Finding[] {
  return (claimsOf[experiment] ?? []).flatMap(({ claim, paper, above, below }) => {
    const at = ([arm, measure]: [string, Measure]) =>
      new Map(rows.filter((row) => row.arm === arm).map(({ seed, suites }) => [seed, measure(suites)]));
    const [one, other] = [at(above), at(below)];
    const seeds = [...one.keys()].filter((seed) => other.has(seed));
    const values = (all: Map<number, number>): number[] => seeds.map((seed) => all.get(seed)!);
    const difference = pairedDifference(values(one), values(other));
    if (!difference) return [];
    return [{ claim, paper, difference, verdict: verdictOf(difference) }];
  });
}

function verdictOf({ interval }: PairedDifference): Finding['verdict'] {
  if (!interval) return 'one seed';
  return interval[0] > 0 ? 'shown' : interval[1] < 0 ? 'failed' : 'tie';
}

const shown = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '–');

/** Means ± standard deviations by arm, then each claim with its difference, interval and verdict. */
export function findingsTable(experiment: string, rows: readonly AlignmentRow[]): string {
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  const names = [...new Set(rows.flatMap(({ suites }) => Object.keys(suites)))];
  const cell = (arm: string, name: string): string => {
    const values = rows.filter((row) => row.arm === arm && name in row.suites).map(({ suites }) => suites[name]!);
    if (values.length === 0) return '';
    return values.length === 1 ? shown(values[0]!) : `${shown(mean(values))} ± ${shown(standardDeviation(values))}`;
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = (count: number): string => `|${' --- |'.repeat(count)}`;
  const told = findings(experiment, rows).map(
    ({ claim, paper, difference: { n, mean: by, interval, wins }, verdict }) =>
      line([
        claim,
        paper,
        `${shown(by)}${interval ? ` (${interval.map(shown).join(' … ')})` : ''}`,
        `${wins}/${n}`,
        verdict,
      ]),
  );
  return [
    ...[line(['arm', ...names]), rule(names.length + 1)],
    ...arms.map((arm) => line([arm, ...names.map((name) => cell(arm, name))])),
    ...['', line(['claim', 'paper', 'difference (95 %)', 'seeds', '']), rule(5), ...told, ''],
  ].join('\n');
}
