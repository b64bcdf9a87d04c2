/** What is said of a sweep of widths. */

const rate = (value: number): string => Number(value.toPrecision(3)).toExponential();

/** Of one width; `range`: the lowest and the highest rate of those about it that all tie with it. */
export interface BestRate {
  width: number;
  rate: number;
  range: readonly [number, number];
}

export const widthWords = {
  name: { standard: 'the standard parametrization', mup: 'µP' },
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
  /** `overlap`: a rate of the first width's best or ties is one of the last's too. */
  moves: (name: string, first: BestRate, last: BestRate, edge: string | null, overlap: boolean) => {
    const ties = ({ range: [low, high] }: BestRate): string =>
      low === high ? '' : ` (${rate(low)} to ${rate(high)} tie)`;
    const beyond = edge === null ? '' : `; ${rate(last.rate)} is the ${edge} that was tried`;
    const start = `In ${name} the best rate is ${rate(first.rate)}${ties(first)} at width ${first.width}`;
    if (last.rate === first.rate) return `${start} and the same${ties(last)} at ${last.width}${beyond}.`;
    const [low, high] = [first.rate, last.rate].sort((a, b) => a - b) as [number, number];
    const moved = overlap
      ? 'no difference shown, for there are common ties'
      : `${Number((high / low).toPrecision(3))} times ${last.rate < first.rate ? 'lower' : 'higher'}`;
    return `${start} and ${rate(last.rate)}${ties(last)} at ${last.width}: ${moved}${beyond}.`;
  },
  carriedCosts: (firstRate: number, last: number, cost: number, interval: [number, number] | null) =>
    `Taken to width ${last}, ${rate(firstRate)} costs ${cost.toFixed(3)} nats a token${
      interval
        ? ` (95 % interval ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}${interval[0] <= 0 ? ', no difference shown' : ''})`
        : ' (one seed, which cannot tell it from noise)'
    }.`,
  carriedDiverges: (firstRate: number, last: number) => `Taken to width ${last}, ${rate(firstRate)} diverges.`,
  allDiverged: (name: string, width: number) => `In ${name} every rate diverges at width ${width}.`,
};
