/** Every sentence of the instruments' sheet, in one place, so that a translation is one more file of this shape. */
import type { OverfitResult } from '../../protocol.ts';
import type { Parametrization } from '../../recipe/widths/widths.ts';
import { widthWords } from '../../words/widths.ts';
import * as format from '../format.ts';

const two = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

export const words = {
  heading: 'Instruments',
  about:
    'Checks to make before you spend hours on a configuration. If they use the weights of a run, ' +
    'they put them back bit for bit.',
  worksOn: 'Trials start from',
  fromStart: (preset: string, seed: number, base: boolean) =>
    base
      ? `the base checkpoint of preset ${preset}, seed ${seed}`
      : `untrained weights of preset ${preset}, seed ${seed}`,
  fromRun: (step: number, paused: boolean) =>
    `the ${paused ? 'paused run’s' : 'last run’s'} weights after step ${format.integer(step - 1)}`,
  change: 'Change the settings on the Train sheet.',
  noMachine: 'A trial needs WebGPU, or WebAssembly with SIMD.',
  experimenting: 'An experiment is running: stop it first.',
  running: 'A run is in progress: pause it to use its weights, or wait until it ends.',
  preparing: 'Preparing …',
  compiling: (done: number, total: number) => `Compiling kernels ${done}/${total} …`,
  stop: 'Stop',
  failed: (message: string) => `The trial could not finish: ${message}`,

  first: {
    heading: 'The first step',
    empty:
      'The first step of every run is checked: its loss against that of untrained weights (or the base’s held-out loss), ' +
      'and a finite gradient for every tensor.',
    sound: 'Sound',
    wrong: 'Wrong',
    overfit: 'Overfit one row',
    overfitNote:
      'Trains on one row of text again and again, at the base’s peak rate. A set-up that cannot learn that has a bug.',
    overfitting: (steps: number, loss: number | undefined) =>
      `${format.integer(steps)} steps${loss === undefined ? '' : `, loss ${format.loss(loss)}`} …`,
    overfitted: ({ losses, learnt, rate }: OverfitResult, subject: string) => {
      const fell = `From ${subject}, at a rate of ${format.rate(rate)}: the loss of one row went from ${format.loss(losses[0])} to ${format.loss(losses.at(-1)!)} in ${format.integer(losses.length)} steps`;
      return learnt
        ? `${fell}.`
        : `${fell}. It did not fall to a tenth: the trial was stopped early, the rate does not suit the model, or loss and data do not match.`;
    },
  },

  inside: {
    heading: 'Inside the model',
    empty: 'During a run the tensors are measured every 5 % of the steps, and after each step that you take singly.',
    at: (step: number) => `After step ${format.integer(step)}`,
    note:
      'Gradient norms before clipping. An update of about a thousandth of a matrix is usual for large models at small ' +
      'rates; small models move by a few hundredths at first. Silent units are squared-ReLU units that are zero on every ' +
      'token of the step.',
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
    none: 'None. A run warns about loss spikes, numbers that are not finite, plateaus, constant clipping, silent units, saturated attention and updates of unusual size.',
  },

  range: {
    heading: 'Learning-rate range test',
    begin: 'Sweep the rate',
    again: 'Sweep again',
    note:
      'One step at each rate, from 1e-5 up to 1, forty rates per factor of ten, until the loss is one nat above its best. ' +
      'It finds where rates break training, not which rate is best after a whole run, and it ignores decay: take a peak ' +
      'from this range, then settle it with the grid below.',
    sweeping: (steps: number, rate: number) => `${format.integer(steps)} steps, at ${format.rate(rate)} …`,
    from: (subject: string) => `From ${subject}.`,
    ended: 'Stopped early: the range is read from what was measured.',
    chart: 'Loss by learning rate',
    loss: 'Loss, nats a token',
    rate: 'learning rate',
    band: 'worth trying',
    yours: 'peak rate of the settings',
    table: 'Numbers',
    columns: ['Rate', 'Loss', 'Smoothed', 'Gradient norm'],
  },

  grid: {
    heading: 'Learning rate and batch size, on equal tokens',
    begin: 'Run all combinations',
    again: 'Run the missing ones',
    note:
      'Base runs from untrained weights, each on the same number of tokens, with the schedule scaled to that number. ' +
      'Scored by the held-out loss of the blend.',
    rates: 'Peak rates',
    batches: 'Rows a step',
    tokens: 'Tokens a run',
    seeds: 'Seeds',
    badField: 'Give numbers above 0, separated by commas; a single number for tokens and for seeds.',
    badSeeds: (most: number) => `Give a whole number of seeds, ${most} at most.`,
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
        : `${count === 1 ? 'One cell is' : `${count} cells are`} a tie with the best: the 95 % interval of the seed-by-seed difference includes zero.`,
    noTies: 'One seed cannot tell a difference from noise: use three.',
  },

  widths: {
    heading: 'Does the rate hold at other widths?',
    begin: 'Sweep the widths',
    again: 'Run the missing ones',
    note:
      'Base runs from untrained weights on equal tokens, at several widths, with standard weights and in µP, a way to start and ' +
      'move weights under which the best rate should stay. Heads stay as wide as they are; there are more of them.',
    widths: 'Widths',
    cost: (models: number, runs: number, tokens: number) =>
      `${format.integer(models)} models, ${format.integer(runs)} runs, ${format.short(tokens)} tokens in all. Twice the width costs up to four times as much.`,
    model: (parametrization: Parametrization, width: number) => `${widthWords.title[parametrization]}, width ${width}`,
    measuring: (model: string, seed: number, share: number) =>
      `${model}, seed ${seed}: measuring activations, ${format.percent(share)}`,
    at: (model: string, rate: number, seed: number, share: number) =>
      `${model}, rate ${format.rate(rate)}, seed ${seed}: ${format.percent(Math.floor(100 * share) / 100)}`,
    caption: (preset: string, tokens: number) =>
      `Preset ${preset}, ${format.short(tokens)} tokens a run. Held-out loss, nats a token, by peak rate.`,
    losses: (parametrization: Parametrization) => `Loss by peak rate: ${widthWords.title[parametrization]}`,
    width: (width: number) => `width ${width}`,
    rate: 'peak rate',
    oneSeed: 'One seed cannot tell neighbouring rates apart: take three before you rely on it.',
    coordinates: 'How large the model’s numbers become',
    coordinatesNote: (rate: number) =>
      `Root mean square over one batch, before training and after 1 and 10 steps at a rate of ${format.rate(rate)}. ` +
      'Lines that rise with width mean that the rate does not hold.',
    sites: 'What is measured',
    site: (site: string) => (site === 'logits' ? 'Logits' : 'Last layer'),
    activations: (parametrization: Parametrization) => `By width: ${widthWords.title[parametrization]}`,
    step: (step: number) => (step === 0 ? 'before' : `step ${step}`),
    wide: 'width',
    table: 'Numbers',
    summary: (title: string, line: string, from: string, to: string) => `${title}. ${line}: ${from} to ${to}.`,
    kit: 'A run’s launch kit takes this along, with the arguments of Megatron-LM for µP.',
  },
};
