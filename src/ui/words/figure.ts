/** The picture of the run: stages, axes, legend, reading line. */
import type { BatchStage } from '../../config/ramp.ts';
import type { PhaseName, RunState } from '../../protocol.ts';
import type { Unit } from '../chart/scale.ts';
import * as format from '../format.ts';
import { isTouch } from '../page/pointer.ts';

const phase: Record<PhaseName, string> = { base: 'Base run', general: 'General blend', qa: 'QA blend' };
/** Inside a sentence. */
const phaseWithin: Record<PhaseName, string> = { base: 'base run', general: 'general blend', qa: 'QA blend' };

export const figureWords = {
  phase,
  phaseShort: { base: 'Base', general: 'General', qa: 'QA' } satisfies Record<PhaseName, string>,
  stage(state: RunState): string {
    switch (state.kind) {
      case 'idle':
        return 'Ready';
      case 'preparing':
        return state.what || 'Preparing';
      case 'compiling':
        return `Compiling kernels ${state.done}/${state.total}`;
      case 'training':
        return `Training — ${phaseWithin[state.phase]}`;
      case 'evaluating':
        return 'Measuring held-out loss';
      case 'paused':
        return 'Paused';
      case 'done':
        return 'Done';
      case 'stopped':
        return 'Stopped';
      case 'moved':
        return 'Continued in another tab';
      case 'diverged':
        return 'Diverged';
      case 'failed':
        return 'Failed';
    }
  },
  progress: {
    label: 'Progress of the run',
    planned: 'The plan, before training starts',
    step: (step: number, total: number) => `step ${format.integer(step)} of ${format.integer(total)}`,
    tokens: (tokens: number) => `${format.short(tokens)} tokens`,
    speed: (perSecond: number) => `${format.short(perSecond)} tokens/s`,
    left: (seconds: number) => `about ${format.duration(seconds)} left`,
    spread: (low: number, high: number) =>
      `Between ${format.duration(low)} and ${format.duration(high)}, at the speed of recent steps`,
  },
  chart: {
    heading: 'The run as a picture',
    loss: 'Loss',
    blend: 'Data blend',
    rate: 'Learning rate',
    step: 'step',
    switchAt: (step: number) => `switch at step ${format.integer(step)}`,
    switchRate: (divisor: number) => (divisor > 1 ? `rate down to 1/${divisor}` : 'from the first step'),
    planBase: (steps: number) => `From random weights, ${format.integer(steps)} steps on mixed text.`,
    planRamp: ([first, ...later]: readonly BatchStage[]) =>
      `Its batch grows: ${[
        `${first!.sequences} sequences`,
        ...later.map(({ sequences, firstStep }) => `${sequences} from step ${format.integer(firstStep)}`),
      ].join(', ')}.`,
    planFromBase: (steps: number) =>
      `Already trained: this run starts from a checkpoint after ${format.integer(steps)} steps.`,
    planGeneral: (steps: number) =>
      `Continues at the base run’s final rate, without warm-up: ${format.integer(steps)} steps on cleaner text.`,
    planQa: (divisor: number, step: number) =>
      divisor > 1
        ? `Once that rate has fallen to 1/${divisor}, at step ${format.integer(step)}, questions and answers join in.`
        : `Questions and answers from step ${format.integer(step)} on.`,
    planSame: 'The same blend as before, so nothing switches.',
    planNoSwitch: 'With these settings the blend never switches.',
    empty: 'No step has been logged yet.',
    planned: (steps: number, switchStep: number | null) =>
      `Planned: ${format.integer(steps)} steps` +
      (switchStep === null ? ', one blend.' : `; the blend switches at step ${format.integer(switchStep)}.`),
    summary: (first: number, last: number, step: number) =>
      `Loss, in nats a token, went from ${format.loss(first)} to ${format.loss(last)} in ${format.integer(step)} ` +
      (step === 1 ? 'step.' : 'steps.'),
    summarySwitch: (step: number, past: boolean) =>
      `The blend ${past ? 'switched' : 'switches'} at step ${format.integer(step)}.`,
    get readHint() {
      return isTouch.value
        ? 'Touch the chart to read values.'
        : 'Point at the chart, or use the arrow keys, to read values.';
    },
    keys:
      'Arrow keys move along the curve, with Shift ten times as far; Home and End go to its ends; plus and minus zoom, ' +
      '0 shows all of the run.',
    readout: (step: number, name: PhaseName, raw: number, smooth: number, rate: number) =>
      `Step ${format.integer(step)}, ${phaseWithin[name]}: loss ${format.loss(raw)}, ` +
      `smoothed ${format.loss(smooth)}, learning rate ${format.rate(rate)}`,
    readoutBeside: (readings: readonly (readonly [name: string, loss: number])[]) =>
      readings.map(([name, loss]) => ` · ${name} ${format.loss(loss)}`).join(''),
    readoutPlan: (step: number, name: PhaseName, rate: number) =>
      `Step ${format.integer(step)}, ${phaseWithin[name]}: planned learning rate ${format.rate(rate)}`,
    freeze: 'Freeze',
    wholeRun: 'Whole run',
    axes: 'Axes and downloads',
    unit: 'X axis',
    units: { step: 'steps', tokens: 'tokens', seconds: 'seconds of training', flops: 'FLOPs' } satisfies Record<
      Unit,
      string
    >,
    logX: 'Log X axis',
    logLoss: 'Log loss axis',
    fullScreen: 'Full screen',
    get zoomHint() {
      return isTouch.value ? 'Zooming in takes a mouse or a keyboard.' : 'Drag across the chart to zoom in.';
    },
    table: 'Table',
    drawn: 'In the chart:',
    legend: 'Lines and sources; press one to hide it',
    lines: { average: 'loss, smoothed', raw: 'loss of each step' },
    heldOut: 'Held-out losses',
    bent: 'The scale changes at the mark //: the base run is drawn narrower.',
    even: 'Same scale for all phases',
    wholeRange: 'Whole range',
    smoothing: 'Smoothing',
    columns: ['Step', 'Phase', 'Loss', 'Smoothed', 'Learning rate', 'Tokens/s'],
  },
  alerts: {
    heading: 'Alerts',
    none: 'No alerts.',
  },
  files: {
    save: 'Save as',
    picture: 'rekindle-picture',
    title: (preset: string, seed: number) => `Rekindle · preset ${preset}, seed ${seed}`,
    group: (name: string) => `seeds of ${name}: mean and range`,
    thisRun: 'this run',
    noPng: 'The PNG could not be made: save the picture as SVG.',
  },
};
