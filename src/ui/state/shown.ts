/** What the picture shows, worked out from the run and the reader's choices. */
import { computed, effect, signal } from '@preact/signals';
import { stepScale } from '../chart/scale.ts';
import { Smoother } from '../chart/smooth.ts';
import { shownConfig, shownPlan, sourcesOf } from './config.ts';
import { frame, history, runConfig } from './run.ts';

/** Half-life of 6.6 thousandths of the run (ln 2 / −ln s): follows the steep beginning, calms the noise of small batches. */
export const DEFAULT_SMOOTHING = 0.9;

export const smoothing = signal(DEFAULT_SMOOTHING);
export const evenSteps = signal(false);
export const wholeFall = signal(false);
export const frozen = signal(false);

export const shownScale = computed(() => stepScale(shownPlan.value, evenSteps.value));
export const shownSources = computed(() => sourcesOf(shownConfig.value));

/** A new run or another strength begins a new average. */
export const smoother = computed(() => {
  void runConfig.value;
  return new Smoother(smoothing.value, shownPlan.value.endStep);
});

/** Ticks when the picture should be drawn: with every frame, unless it is frozen. The average is brought up to date first. */
export const picture = signal(0);

effect(() => {
  const tick = frame.value;
  const current = smoother.value;
  current.extend(history.step, history.loss, history.phase, history.length);
  if (!frozen.value) picture.value = tick;
});

effect(() => {
  void runConfig.value;
  frozen.value = false;
});
