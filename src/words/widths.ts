/** What is said of a sweep of widths. */

const rate = (value: number): string => String(Number(value.toPrecision(3)));

export const widthWords = {
  name: { standard: 'standard parametrization', mup: 'µP' },
  title: { standard: 'Standard', mup: 'µP' },
  peak: 'peak rate',
  width: (width: number) => `width ${width}`,
  diverged: 'diverged',
  tie: '(tie)',
  table: (tokens: number) =>
    `Held-out loss, nats a token, after ${tokens} tokens; mean ± standard error over seeds. Bold: the best of its width;\n"tie": the 95 % interval of the seed-by-seed difference to it spans zero.`,
  coordinateColumns: ['parametrization', 'site', 'step'],
  rms: (width: number) => `rms, ${width}`,
  change: (width: number) => `change, ${width}`,
  noSuchModel: 'A sweep of widths trains whole models with a head of their own: turn off LoRA and tied embeddings.',
  noWholeHeads: (width: number, step: number) =>
    `Width ${width} gives no whole number of heads of this size: give multiples of ${step}.`,
  size: (widths: number, mostWidths: number, rates: number, mostRates: number, seeds: number) =>
    `The sweep has ${widths} widths, ${rates} rates and ${seeds} seeds: give 2 to ${mostWidths} widths, 1 to ${mostRates} rates and a seed.`,
  moves: (name: string, first: number, firstRate: number, last: number, lastRate: number) => {
    const best = `In the ${name} the best rate is ${rate(firstRate)} at width ${first}`.replace('the µP', 'µP');
    const doublings = Math.log2(lastRate / firstRate);
    if (lastRate === firstRate) return `${best} and the same at ${last}.`;
    const factor = rate(2 ** Math.abs(doublings));
    return `${best} and ${rate(lastRate)} at ${last}, ${factor} times ${doublings < 0 ? 'lower' : 'higher'}.`;
  },
  carriedCosts: (firstRate: number, last: number, cost: number, interval: [number, number] | null) =>
    `Taken to width ${last}, ${rate(firstRate)} costs ${cost.toFixed(3)} nats a token${
      interval
        ? ` (95 % interval ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}${interval[0] <= 0 ? ', no difference shown' : ''})`
        : ' (one seed, which cannot tell it from noise)'
    }.`,
  carriedDiverges: (firstRate: number, last: number) => `Taken to width ${last}, ${rate(firstRate)} diverges.`,
  allDiverged: (name: string, width: number) =>
    `In the ${name} every rate diverges at width ${width}.`.replace('the µP', 'µP'),
};
