/** Every sentence of the instruments' sheet, in one place, so that a translation is one more file of this shape. */
import type { OverfitResult } from '../../protocol.ts';
import * as format from '../format.ts';

const two = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

export const words = {
  heading: 'Instruments',
  about:
    'Checks for whoever is about to spend hours on a configuration. They train on the side: weights that are borrowed ' +
    'from a run are put back bit for bit.',
  worksOn: 'Trials begin with',
  fromStart: (preset: string, seed: number, base: boolean) =>
    base
      ? `the base checkpoint of preset ${preset}, seed ${seed}`
      : `untrained weights of preset ${preset}, seed ${seed}`,
  fromRun: (step: number, paused: boolean) =>
    `the ${paused ? 'paused run’s' : 'last run’s'} weights after step ${format.integer(step - 1)}`,
  change: 'The recipe is set on the sheet “A run”.',
  noMachine: 'No graphics processor is ready for a trial.',
  experimenting: 'An experiment is under way: stop it first.',
  running: 'A run is under way: pause it to try its weights, or wait for its end.',
  preparing: 'Preparing …',
  compiling: (done: number, total: number) => `Compiling kernels ${done}/${total} …`,
  stop: 'Stop',
  failed: (message: string) => `It could not be finished: ${message}`,

  first: {
    heading: 'The first step',
    empty:
      'Every run is checked at its first step: the loss against what untrained weights give, or the base’s own held-out loss; and a finite gradient for every tensor.',
    sound: 'Sound',
    wrong: 'Wrong',
    overfit: 'Learn one row by heart',
    overfitNote:
      'The same row of text over and over, at the base’s peak rate: what cannot learn that has a mistake in it.',
    overfitting: (steps: number, loss: number | undefined) =>
      `${format.integer(steps)} steps${loss === undefined ? '' : `, loss ${format.loss(loss)}`} …`,
    overfitted: ({ losses, learnt, rate }: OverfitResult, subject: string) => {
      const fell = `From ${subject}, at a rate of ${format.rate(rate)}: the loss of one row went from ${format.loss(losses[0])} to ${format.loss(losses.at(-1)!)} in ${format.integer(losses.length)} steps`;
      return learnt
        ? `${fell}.`
        : `${fell}, not to a tenth: stopped early, or the rate does not suit the model, or loss and data do not fit together.`;
    },
  },

  inside: {
    heading: 'Inside the model',
    empty: 'While a run trains, its tensors are measured every 5 % of the steps, and after every single step.',
    at: (step: number) => `After step ${format.integer(step)}`,
    note:
      'Gradient norms before clipping. An update of about a thousandth of a matrix is usual for large models at small ' +
      'rates; small ones move by a few hundredths at first. Silent units are those of the squared ReLU that are above ' +
      'zero on no token of the step.',
    clip: (share: number) => `${format.percent(share)} of the steps before it were clipped.`,
    layer: 'Layer',
    silent: 'Silent units',
    score: 'Largest score',
    layers: 'Layers',
    tensors: 'Tensors',
    tensor: 'Tensor',
    gradient: '‖g‖',
    weight: '‖w‖',
    ratio: '‖Δw‖/‖w‖',
    trend: 'So far',
    trendOf: (name: string, from: string, to: string) => `Relative update of ${name}: ${from} at first, ${to} now`,
    scoreTrendOf: (layer: number, from: string, to: string) =>
      `Largest score of layer ${layer}: ${from} at first, ${to} now`,
    whole: 'Matrices',
    all: 'Norms too',
    number: (value: number) => two.format(value),
    share: (value: number | null) => (value === null ? '–' : value === 0 ? '0' : format.rate(value)),
    notFinite: 'not finite',
  },

  alerts: {
    heading: 'Alerts',
    none: 'None. A run speaks up about spikes, numbers that are not finite, plateaus, constant clipping, silent units, saturated attention and updates out of their band.',
  },

  range: {
    heading: 'Learning-rate range test',
    begin: 'Sweep the rate',
    again: 'Sweep again',
    note:
      'One step a rate, from 1e-5 up to 1, forty to a factor of ten, until the loss stands a nat above its best. It finds ' +
      'where rates break things, not which is best after a whole run, and knows nothing of decay: take a peak from the ' +
      'band, and settle it with the grid below.',
    sweeping: (steps: number, rate: number) => `${format.integer(steps)} steps, at ${format.rate(rate)} …`,
    from: (subject: string) => `From ${subject}.`,
    ended: 'Ended before its time: the band is read from what there is.',
    chart: 'Loss by learning rate',
    loss: 'Loss, nats a token',
    rate: 'learning rate',
    band: 'worth trying',
    yours: 'peak of the recipe',
    table: 'Numbers',
    columns: ['Rate', 'Loss', 'Smoothed', 'Gradient norm'],
  },

  grid: {
    heading: 'Rate by batch, on equal tokens',
    begin: 'Fill the grid',
    again: 'Fill what is missing',
    note:
      'Base runs from untrained weights, each on the same number of tokens, with the recipe’s schedule scaled to it; ' +
      'scored by the held-out loss of the blend.',
    rates: 'Peak rates',
    batches: 'Rows a step',
    tokens: 'Tokens a run',
    seeds: 'Seeds',
    badField: 'Give numbers above 0, with commas between them; one number of tokens and of seeds.',
    cost: (runs: number, tokens: number) => `${format.integer(runs)} runs, ${format.short(tokens)} tokens in all.`,
    at: (rate: number, sequences: number, seed: number, share: number) =>
      `Rate ${format.rate(rate)}, ${sequences} rows, seed ${seed}: ${format.percent(Math.floor(100 * share) / 100)}`,
    caption: (preset: string, tokens: number) =>
      `Preset ${preset}, ${format.short(tokens)} tokens a run. Held-out loss, nats a token: mean ± standard error over seeds.`,
    peak: 'Peak rate',
    rows: (sequences: number) => `${sequences} rows`,
    best: 'best',
    tie: 'tie',
    worse: (difference: number) => `+${difference.toFixed(3)}`,
    oneSeed: 'one seed',
    diverged: 'diverged',
    ties: (count: number) =>
      count === 0
        ? 'Every other cell is worse than the best by more than the seeds’ noise.'
        : `${count === 1 ? 'One cell is' : `${count} cells are`} a tie with the best: no difference shown, the 95 % interval of the difference seed by seed spans zero.`,
    noTies: 'One seed cannot tell a difference from noise: give three.',
  },
};
