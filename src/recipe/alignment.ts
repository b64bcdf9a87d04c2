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
  /** Held-out pairs: by how much the gap of log-probabilities grew, and by how much the rewards wanted it to, nats. */
  gaps?: [gap: number, wanted: number][];
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

/** What a histogram needs. */
const hundredths = (value: number): number => Math.round(100 * value) / 100;

/** A row as the readers of every experiment's results take it. */
export const alignmentRow = (
  arm: string,
  seed: number,
  suites: Record<string, number>,
  flops: number,
  gaps?: readonly { chosen: number; rejected: number; wanted: number }[],
): AlignmentRow => ({
  ...{ arm, seed, suites, flops, heldOutLoss: {} },
  ...(gaps && {
    gaps: gaps.map(({ chosen, rejected, wanted }) => [hundredths(chosen - rejected), hundredths(wanted)]),
  }),
  average: 'know' in suites ? base4(suites) : mean(Object.values(suites)),
});

const unbiased = 'annotators without a liking for length';
const byModel = 'reward model as judge';

const claims: Readonly<Record<string, readonly Claim[]>> = {
  'sft-stages': [
    {
      claim: 'SFT lifts strict instruction following',
      paper: 'IFEval 46.4 → 61.4',
      above: ['sft', of('promptStrict')],
      below: ['code', of('promptStrict')],
    },
    {
      claim: 'two stages are above one mixed stage',
      paper: 'said, no number',
      above: ['sft', base4],
      below: ['mixed', base4],
    },
    {
      claim: 'code SFT lifts code',
      paper: 'HumanEval 57.3 → 70.7',
      above: ['code', of('code')],
      below: ['base', of('code')],
    },
  ],
  reward: [
    {
      claim: 'five attributes resist length better than pairs',
      paper: 'said, no number',
      above: ['regression', of('concise')],
      below: ['pairwise', of('concise')],
    },
    {
      claim: 'also where annotators do not like length',
      paper: 'no such control',
      above: [`regression, ${unbiased}`, of('concise')],
      below: [`pairwise, ${unbiased}`, of('concise')],
    },
    {
      claim: 'five attributes judge easy pairs better than chance',
      paper: 'Chat 95.8',
      above: ['regression', of('easy')],
      below: ['regression', () => 0.5],
    },
    {
      claim: 'and hard ones',
      paper: 'Chat-Hard 87.1',
      above: ['regression', of('hard')],
      below: ['regression', () => 0.5],
    },
    {
      claim: 'and better than pairs do',
      paper: 'said, no number',
      above: ['regression', of('hard')],
      below: ['pairwise', of('hard')],
    },
  ],
  'dpo-rpo': [
    {
      claim: 'DPO overshoots near ties, RPO stops at the reward’s gap',
      paper: 'said, no number',
      above: ['dpo', of('nearTieGap')],
      below: ['rpo', of('nearTieGap')],
    },
    {
      claim: 'DPO lowers the rejected answer more than the chosen one',
      paper: 'said, no number',
      above: ['dpo', of('chosenMoved')],
      below: ['dpo', of('rejectedMoved')],
    },
    {
      claim: 'DPO lifts the reward',
      paper: 'MT-Bench 7.99 → 7.90',
      above: ['dpo', of('reward')],
      below: ['sft', of('reward')],
    },
    {
      claim: 'and costs knowledge and skills',
      paper: 'said, no number',
      above: ['sft', base4],
      below: ['dpo', base4],
    },
    {
      claim: 'RPO’s reward is above DPO’s',
      paper: 'MT-Bench 7.90 → 8.21',
      above: ['rpo', of('reward')],
      below: ['dpo', of('reward')],
    },
    {
      claim: 'RPO follows instructions better than DPO',
      paper: 'IFEval 61.7 → 78.2',
      above: ['rpo', of('promptStrict')],
      below: ['dpo', of('promptStrict')],
    },
    {
      claim: 'RPO keeps knowledge and skills better than DPO',
      paper: 'GSM8K 88.5 → 91.1, HumanEval 67.1 → 70.7',
      above: ['rpo', base4],
      below: ['dpo', base4],
    },
    {
      claim: 'and better than DPO at half the rate',
      paper: 'no such control',
      above: ['rpo', base4],
      below: ['dpo at half the rate', base4],
    },
    {
      claim: 'the SFT term keeps instruction following under DPO',
      paper: 'said, no number',
      above: ['dpo', of('promptStrict')],
      below: ['dpo without the SFT term', of('promptStrict')],
    },
    {
      claim: 'with a reward model as judge too, RPO keeps more than DPO',
      paper: 'no such control',
      above: [`rpo, ${byModel}`, base4],
      below: [`dpo, ${byModel}`, base4],
    },
  ],
  rounds: [
    {
      claim: 'RPO 1 is above DPO',
      paper: 'IFEval 61.7 → 78.2',
      above: ['rpo 1', of('promptStrict')],
      below: ['dpo', of('promptStrict')],
    },
    {
      claim: 'RPO 2 is above RPO 1',
      paper: 'IFEval 78.2 → 79.9',
      above: ['rpo 2', of('promptStrict')],
      below: ['rpo 1', of('promptStrict')],
    },
    {
      claim: 'RPO 3 is above RPO 2',
      paper: 'IFEval 79.9 → 79.9',
      above: ['rpo 3', of('promptStrict')],
      below: ['rpo 2', of('promptStrict')],
    },
    {
      claim: 'RPO 3 is above DPO',
      paper: 'IFEval 61.7 → 79.9',
      above: ['rpo 3', of('promptStrict')],
      below: ['dpo', of('promptStrict')],
    },
    {
      claim: 'RPO 3 is above three rounds of DPO',
      paper: 'no such control',
      above: ['rpo 3', of('promptStrict')],
      below: ['dpo 3', of('promptStrict')],
    },
  ],
  'weak-to-strong': [
    {
      claim: 'a student is above its teacher',
      paper: 'said, no number',
      above: ['student', base4],
      below: ['teacher', base4],
    },
    {
      claim: 'in following instructions too',
      paper: 'said, no number',
      above: ['student', of('promptStrict')],
      below: ['teacher', of('promptStrict')],
    },
    {
      claim: 'without the verifier’s filter too',
      paper: 'no such control',
      above: ['student, unfiltered', base4],
      below: ['teacher', base4],
    },
    {
      claim: 'the same data on a stronger base are better',
      paper: 'said, no number',
      above: ['strongest base, first data', base4],
      below: ['student', base4],
    },
    {
      claim: 'better data on the same base are better',
      paper: 'said, no number',
      above: ['second student', base4],
      below: ['strongest base, first data', base4],
    },
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
  return (claims[experiment] ?? []).flatMap(({ claim, paper, above, below }) => {
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
