/** What an interval says of two arms, and nothing more. */

export const verdictWords = {
  noCommonSeed: (arm: string, control: string) => `${arm} and ${control} have no seed in common: nothing to compare.`,
  oneSeed: (arm: string, control: string, points: string) =>
    `One seed: ${arm} − ${control} is ${points} points, and one seed cannot tell that from noise.`,
  range: (percent: number, low: string, high: string, seeds: number) =>
    `${percent} % interval ${low} to ${high}, ${seeds} seeds`,
  noDifference: (arm: string, control: string, points: string, range: string) =>
    `No difference shown between ${arm} and ${control}: ${points} points (${range}).`,
  difference: (arm: string, above: boolean, control: string, size: string, range: string) =>
    `${arm} is ${above ? 'above' : 'below'} ${control} by ${size} points (${range}).`,
  tiny: 'less than 0.1',
};
