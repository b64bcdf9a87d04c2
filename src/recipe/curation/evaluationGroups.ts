/** How the 15B report measures a base model, group by group, and what stands for each in the synthetic world. Values are marked S: secondary texts. */
export interface EvaluationGroup {
  group: string;
  benchmarks: string;
  value: string;
  /** Benchmarks of the world that ask for the same kind of thing; null: none does. */
  here: string | null;
}

export const EVALUATION_GROUPS: readonly EvaluationGroup[] = [
  {
    group: 'common sense',
    benchmarks: 'SIQA, ARC-e, ARC-c, PIQA, WinoGrande, HellaSwag, 0-shot, mean',
    value: '73.4',
    here: null,
  },
  { group: 'knowledge', benchmarks: 'MMLU, 5-shot', value: '64.2', here: 'facts, archive' },
  { group: 'reasoning', benchmarks: 'BBH, 3-shot', value: '58.7', here: null },
  { group: 'mathematics', benchmarks: 'GSM8K, 8-shot', value: '46.0', here: 'arithmetic' },
  {
    group: 'code',
    benchmarks: 'HumanEval 0-shot, MBPP 3-shot, MultiPL-E mean of 11',
    value: '31.6, 40.6, 24.5',
    here: 'code',
  },
  {
    group: 'other languages',
    benchmarks: 'XCOPA 0- and 4-shot, TyDiQA-GoldP 1-shot, MGSM 8-shot',
    value: '59.5 and 68.9, 50.5, 41.3',
    here: null,
  },
  { group: 'translation', benchmarks: 'FLORES-101 from Chinese, 8-shot, spBLEU', value: '23.2', here: 'translate' },
];
