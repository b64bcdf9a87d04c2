/** What the picture shows, worked out from the run and the reader's choices. */
import { computed, effect, signal } from '@preact/signals';
import { stepScale, type AxisChoice, type Unit } from '../chart/scale.ts';
import { otherLines } from '../runs/overlays.ts';
import { perStep, secondsOf } from '../chart/unit.ts';
import { DEFAULT_SMOOTHING, Smoother } from '../chart/smooth.ts';
import { shownConfig, shownPlan, sourcesOf } from './config.ts';
import { frame, history, logged, rewinds, runNumber } from './run.ts';

export const smoothing = signal(DEFAULT_SMOOTHING);
export const evenSteps = signal(false);
export const logX = signal(false);
export const logLoss = signal(false);
export const unit = signal<Unit>('step');
/** What is zoomed into, as shares of the whole picture. */
export const zoom = signal<readonly [number, number] | null>(null);
/** The step that the reading line stands at. */
export const reading = signal<number | null>(null);
export const wholeRange = signal(false);
export const frozen = signal(false);

/** Value of x of a step; seconds are measured where the run has been and guessed from its pace where it has not. */
const stepUnit = computed((): AxisChoice['unit'] => {
  const { tokensPerStep, firstStep } = shownPlan.value;
  if (unit.value === 'seconds') {
    void picture.value;
    return secondsOf(history, firstStep);
  }
  const each = perStep(unit.value, shownConfig.value, tokensPerStep);
  return { of: (step) => step * each, step: (value) => value / each };
});

const choice = computed(() => ({
  even: evenSteps.value,
  log: logX.value,
  unit: stepUnit.value,
  reach: reach.value,
}));
/** All of the run, whatever is zoomed into. */
export const wholeScale = computed(() => stepScale(shownPlan.value, { ...choice.value, window: null }));
export const shownScale = computed(() => stepScale(shownPlan.value, { ...choice.value, window: zoom.value }));

effect(() => {
  void runNumber.value;
  void unit.value;
  void logX.value;
  void evenSteps.value;
  zoom.value = null;
});

export const shownSources = computed(() => sourcesOf(shownConfig.value));

/** A new run or another strength begins a new average; its numbers do not depend on how the steps are drawn. */
const begun = computed(() => {
  void runNumber.value;
  void rewinds.value;
  return new Smoother(smoothing.value, stepScale(shownPlan.value, false).position);
});

/** The average, up to date whenever it is read: one object a run, extended by what was logged since. */
export const smoother = computed(() => {
  void logged.value;
  begun.value.extend(history.step, history.loss, history.phase, history.length);
  return begun.value;
});

/** The other runs in the picture. */
export const others = computed(() => otherLines(unit.value, smoothing.value));
/** Where the longest of them ends. */
const reach = computed(() => Math.max(-Infinity, ...others.value.map(({ x, length }) => x[length - 1] ?? -Infinity)));

/** Ticks when the picture should be drawn: with every frame, unless it is frozen. */
export const picture = signal(0);

effect(() => {
  const tick = frame.value;
  if (!frozen.value) picture.value = tick;
});

effect(() => {
  void runNumber.value;
  frozen.value = false;
});
