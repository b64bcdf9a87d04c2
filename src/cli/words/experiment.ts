/** What `experiment` says: the paper's comparisons, those of curated data and those of alignment. */

export const experimentWords = {
  about: 'Runs the arms of one or more of the paper’s comparisons over seeds; the same command again continues.',
  base: 'trains every base, even where a shipped one fits',
  out: 'the folder of results, updated after every arm',
  plan: (adapter: string, arms: number, seeds: readonly number[], done: number) =>
    `adapter: ${adapter}; ${arms} arms, seeds ${seeds.join(', ')}, ${done} rows already done`,
  arm: (seed: number, arm: string, steps: number) => `seed ${seed}, ${arm}: ${steps} steps`,
  progress: (step: number, end: number, loss: number, tokensPerSecond: number) =>
    `  step ${step}/${end} loss ${loss.toFixed(3)} ${tokensPerSecond.toFixed(0)} tokens/s`,
  row: (seed: number, arm: string, average: number, seconds: number) =>
    `seed ${seed}, ${arm}: benchmark average ${(100 * average).toFixed(1)} % (${seconds.toFixed(0)} s)`,
  dataRow: (seed: number, arm: string, average: number, factsPer100: number) =>
    `seed ${seed}, ${arm}: facts answered ${(100 * average).toFixed(1)} %, ${factsPer100.toFixed(2)} true facts in 100 tokens`,
  seed: (seed: number, line: string) => `seed ${seed}: ${line}`,
  measures: (seed: number, arm: string, measures: Readonly<Record<string, number>>) =>
    `seed ${seed}, ${arm}: ${Object.entries(measures)
      .map(([key, value]) => `${key} ${value.toFixed(2)}`)
      .join(' ')}`,
  removeResults: 'remove it, and every arm is evaluated again',
  removeRow: 'remove it, and its arm is run again',
  otherExperiment: (folder: string, held: string, asked: string) =>
    `The folder ${folder} has results of ${held}, not of ${asked}: choose another --out.`,
  results: 'results',
};
