/** The arms of the comparisons of alignment, and what the fourth paper claims of them; its numbers beside (papers.md §4.5). */

/** A claim: `of` is larger in one arm than in the other, or one measure than another in one arm. */
export interface Claim {
  claim: string;
  paper: string;
  /** Of the difference; absent: both are shares. */
  unit?: 'nats' | 'reward';
  above: [arm: string, of: Measure];
  below: [arm: string, of: Measure];
}
export type Measure = (suites: Record<string, number>) => number;

const of =
  (name: string): Measure =>
  (suites) =>
    suites[name] ?? NaN;
/** Mean of the four suites that ask for knowledge and skills. */
export const base4: Measure = ({ know = NaN, math = NaN, code = NaN, translation = NaN }) =>
  (know + math + code + translation) / 4;

const unbiased = 'annotators without a liking for length';
const byModel = 'reward model as judge';

/** In the order of the tables. */
export const alignmentArms: Readonly<Record<string, readonly string[]>> = {
  'sft-stages': ['base', 'code', 'sft', 'mixed'],
  reward: ['regression', 'pairwise', `regression, ${unbiased}`, `pairwise, ${unbiased}`],
  'dpo-rpo': [
    ...['sft', 'dpo', 'rpo', 'dpo at half the rate', 'dpo without the SFT term'],
    ...[`dpo, ${byModel}`, `rpo, ${byModel}`],
  ],
  rounds: ['sft', 'dpo', 'rpo 1', 'rpo 2', 'rpo 3', 'dpo 2', 'dpo 3'],
  'weak-to-strong': [
    ...['teacher', 'stronger base, human data', 'student', 'student, unfiltered', 'student, rpo'],
    ...['strongest base, first data', 'second student', 'second student, rpo'],
  ],
};

/** A control of ours, which the paper has not. */
const ownControl = 'no such control';
/** What the paper has, with the mark of the evidence: read in a secondary text, all of it. */
export const paperCell = (paper: string): string => (paper === ownControl ? paper : `${paper} [S]`);

export const claims: Readonly<Record<string, readonly Claim[]>> = {
  'sft-stages': [
    {
      claim: 'SFT lifts strict instruction following',
      paper: 'IFEval 46.4 → 61.4',
      above: ['sft', of('promptStrict')],
      below: ['code', of('promptStrict')],
    },
    {
      claim: 'above what the base does',
      paper: 'said, no number',
      above: ['sft', of('promptStrict')],
      below: ['base', of('promptStrict')],
    },
    {
      claim: 'two stages are above one mixed stage',
      paper: 'said, no number',
      above: ['sft', base4],
      below: ['mixed', base4],
    },
    {
      claim: 'most of all in code',
      paper: 'said, no number',
      above: ['sft', of('code')],
      below: ['mixed', of('code')],
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
      paper: ownControl,
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
      unit: 'nats',
      above: ['dpo', of('nearTieGap')],
      below: ['rpo', of('nearTieGap')],
    },
    {
      claim: 'DPO lowers the rejected answer more than the chosen one',
      paper: 'said, no number',
      unit: 'nats',
      above: ['dpo', of('chosenMoved')],
      below: ['dpo', of('rejectedMoved')],
    },
    {
      claim: 'DPO lifts the reward',
      paper: 'MT-Bench 7.99 → 7.90',
      unit: 'reward',
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
      unit: 'reward',
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
      paper: ownControl,
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
      paper: ownControl,
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
      claim: 'its reward, too',
      paper: 'MT-Bench 7.90 → 8.22',
      unit: 'reward',
      above: ['rpo 3', of('reward')],
      below: ['dpo', of('reward')],
    },
    {
      claim: 'RPO 3 is above three rounds of DPO',
      paper: ownControl,
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
      paper: ownControl,
      above: ['student, unfiltered', base4],
      below: ['teacher', base4],
    },
    {
      claim: 'RPO lifts a student further',
      paper: 'said, no number',
      above: ['student, rpo', base4],
      below: ['student', base4],
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
