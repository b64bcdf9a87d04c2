/** What the picture shows, worked out from the run and the reader's choices. */
import { computed, effect, signal } from '@preact/signals';
import type { HeldOutLine, PlotsInput } from '../chart/drawn.ts';
import { stepScale, type AxisChoice, type Unit } from '../chart/scale.ts';
import { summaryOf } from '../chart/summary.ts';
import { otherLines } from '../runs/overlays.ts';
import { conclusion } from '../results/conclusion.ts';
import { countedIn, secondsOf } from '../chart/unit.ts';
import { DEFAULT_SMOOTHING, Smoother } from '../chart/smooth.ts';
import { shownConfig, shownPlan, sourcesOf } from '../recipe/config.ts';
import { isActive } from './controls.ts';
import { frame, heldOut, history, isRecorded, logged, rewinds, runNumber, runState } from './run.ts';

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
/** Whether the held-out losses are drawn as curves. */
export const showsHeldOut = signal(false);

/** A line or a source of the legend: 'average', 'raw', `run ${id}`, `source ${name}`. */
export type Entry = 'average' | 'raw' | `run ${string}` | `source ${string}`;
/** What a press in the legend has put away. */
export const putAway = signal<ReadonlySet<Entry>>(new Set());
export function toggle(entry: Entry): void {
  const next = new Set(putAway.peek());
  if (!next.delete(entry)) next.add(entry);
  putAway.value = next;
}

/** Value of x of a step; seconds are measured where the run has been and guessed from its pace where it has not. */
const stepUnit = computed((): AxisChoice['unit'] => {
  if (unit.value === 'seconds') {
    void picture.value;
    return secondsOf(history, shownPlan.value.firstStep);
  }
  return countedIn(unit.value, shownConfig.value, shownPlan.value);
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

/** The other runs that may be drawn, and those that the legend leaves in the picture. */
export const otherRuns = computed(() => otherLines(unit.value, smoothing.value));
export const others = computed(() => otherRuns.value.filter(({ id }) => !putAway.value.has(`run ${id}`)));
/** Where the longest of them ends. */
const reach = computed(() => Math.max(-Infinity, ...others.value.map(({ x, length }) => x[length - 1] ?? -Infinity)));

const heldOutLines = computed((): readonly HeldOutLine[] => {
  if (!showsHeldOut.value) return [];
  return shownSources.value.flatMap((name, place) => {
    const points = heldOut.value.filter(({ loss }) => loss[name] !== undefined);
    if (points.length === 0 || putAway.value.has(`source ${name}`)) return [];
    return [{ name, place, step: points.map(({ step }) => step), loss: points.map(({ loss }) => loss[name]!) }];
  });
});

/** Everything the plots are drawn from, on the page and in a file. */
export function plotsInput(): PlotsInput {
  const { base, continued, model } = shownConfig.value;
  return {
    plan: shownPlan.value,
    peak: Math.max(base.schedule.peak, continued?.schedule.peak ?? 0),
    scale: shownScale.value,
    history,
    smoother: smoother.value,
    wholeRange: wholeRange.value,
    logLoss: logLoss.value,
    unit: unit.value,
    others: others.value,
    heldOut: heldOutLines.value,
    hidden: hiddenLines.value,
    guess: Math.log(model.vocab_size),
  };
}
const hiddenLines = computed(() => new Set((['average', 'raw'] as const).filter((line) => putAway.value.has(line))));

/** How far the run has come. */
export const progressSentence = (): string =>
  summaryOf(shownPlan.value, history, smoother.value, !isActive(runState.value) && !isRecorded.value);

/** The picture in words: how far the run has come and, once it is over, what it shows. */
export const shownSummary = (): string => [progressSentence(), ...conclusion.value].join(' ');

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
