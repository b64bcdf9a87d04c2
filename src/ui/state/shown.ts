/** What the picture shows, worked out from the run and the reader's choices. */
import { computed, effect, signal } from '@preact/signals';
import { stepScale } from '../chart/scale.ts';
import { Smoother } from '../chart/smooth.ts';
import { shownConfig, shownPlan, sourcesOf } from './config.ts';
import { frame, history, logged, runConfig } from './run.ts';

/**
 * Half-life of 13.5 thousandths of the run (ln 2 / −ln s): calms the noise of small batches, keeps the step at the
 * switch.
 */
export const DEFAULT_SMOOTHING = 0.95;

export const smoothing = signal(DEFAULT_SMOOTHING);
export const evenSteps = signal(false);
export const wholeRange = signal(false);
export const frozen = signal(false);

export const shownScale = computed(() => stepScale(shownPlan.value, evenSteps.value));
export const shownSources = computed(() => sourcesOf(shownConfig.value));

/** A new run or another strength begins a new average; its numbers do not depend on how the steps are drawn. */
const begun = computed(() => {
  void runConfig.value;
  return new Smoother(smoothing.value, stepScale(shownPlan.value, false).position);
});

/** The average, up to date whenever it is read: one object a run, extended by what was logged since. */
export const smoother = computed(() => {
  void logged.value;
  begun.value.extend(history.step, history.loss, history.phase, history.length);
  return begun.value;
});

/** Ticks when the picture should be drawn: with every frame, unless it is frozen. */
export const picture = signal(0);

effect(() => {
  const tick = frame.value;
  if (!frozen.value) picture.value = tick;
});

effect(() => {
  void runConfig.value;
  frozen.value = false;
});
