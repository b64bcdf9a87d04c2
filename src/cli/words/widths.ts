/** What `widths` says. */
export const widthCommandWords = {
  about: 'Trains the model at several widths and rates, standard and µP: does a rate hold? The same command continues.',
  widths: 'hidden sizes; by default the preset’s, twice and four times it; µP is the standard way at the first',
  rates: 'peak rates; by default five around the preset’s',
  tokens: 'tokens of every run; by default a tenth of the base run’s',
  out: 'the folder of the sweep: widths.json, table.md, losses.csv, coordinates.csv',
  results: 'a sweep of widths',
  wanted: 'give the folder that `widths` has filled',
  unreadable: 'choose another --out or remove it',
  plan: (widths: readonly number[], rates: number, seeds: readonly number[]) =>
    `widths ${widths.join(', ')}, ${rates} rates, seeds ${seeds.join(', ')}`,
  measured: (name: string, width: number, seed: number, logits: number) =>
    `${name}, width ${width}, seed ${seed}: logits move by ${logits.toPrecision(3)} in ten steps (rms)`,
  row: (name: string, width: number, rate: number, seed: number, loss: number | null, seconds: number) =>
    `${name}, width ${width}, rate ${rate.toPrecision(3)}, seed ${seed}: ${loss?.toFixed(4) ?? 'diverged'} (${seconds.toFixed(0)} s)`,
};
