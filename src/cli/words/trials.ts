/** What `range` and `grid` say. */

export const rangeWords = {
  about: 'Sweeps the learning rate from a seed’s or a base’s weights and suggests a range.',
  out: 'the folder to make and fill: range.json, table.md',
  underWay: (preset: string) => `A range test of preset ${preset} is running.`,
  fromBase: (seed: number) => `the base of seed ${seed}`,
  fromStart: (seed: number) => `random weights of seed ${seed}`,
  point: (rate: number, loss: number) => `rate ${rate.toExponential(1)} loss ${loss.toFixed(3)}`,
  heading: (preset: string) => `# Learning-rate range test, preset ${preset}`,
  from: (weights: string, verdict: string) => `From ${weights}. ${verdict}`,
  columns: '| rate | loss | smoothed | gradient norm |',
};

export const gridWords = {
  about: 'Compares peak rates and batch sizes on equal tokens, over seeds; the same command again continues.',
  rates: 'peak rates; by default five around the preset’s',
  batches: 'rows of a batch; by default the preset’s and half of them',
  tokens: 'tokens of every run; by default a tenth of the base run’s',
  out: 'the folder of the grid: grid.json, table.md',
  results: 'a grid',
  unreadable: 'choose another --out or remove it',
  plan: (rates: number, batches: number, seeds: readonly number[]) =>
    `${rates} rates, ${batches} batch sizes, seeds ${seeds.join(', ')}`,
  row: (rate: number, sequences: number, seed: number, loss: number | null, seconds: number) =>
    `rate ${rate.toPrecision(3)}, ${sequences} rows, seed ${seed}: ${loss?.toFixed(4) ?? 'diverged'} (${seconds.toFixed(0)} s)`,
};
