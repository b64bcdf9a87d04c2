/**
 * The recorded run that a page without a run of its own opens on: a visitor sees the recipe unfold before anything is trained, and
 * where nothing can be trained. It leaves as soon as there is something of the visitor's own to show: a run, or a changed recipe.
 */
import { computed, effect, signal } from '@preact/signals';
import { recordedColumns, RECORDED_RUN, type RecordedRun } from '../../recipe/results/recordedRun.ts';
import { baseSource, hasAskedForShipped } from '../recipe/base.ts';
import { config, isEdited, preset } from '../recipe/config.ts';
import { DEFAULT_PRESET } from '../../config/presets.ts';
import { files } from '../files/files.ts';
import { fittedHere } from './fitted.ts';
import { preflight } from './preflight.ts';
import { savesData } from '../runs/savesData.ts';
import { cameByLink } from '../page/route.ts';
import { beginRecorded, isRecorded, leaveRun, receive, runConfig, runNumber } from './run.ts';
import { isRecalled, records } from '../runs/ledger.ts';
import { machine, warmUp } from '../trainer.ts';

/** Seconds in which the whole run passes: long enough to follow, short enough to wait for. */
const PLAYED_IN = 8;

/** The run that is played; null: none is. */
export const recorded = signal<RecordedRun | null>(null);
/** It is still on its way through the picture. */
export const isPlaying = signal(false);

const isUntouched = computed(
  () => !isEdited.value && !cameByLink && (preset.value === DEFAULT_PRESET || fittedHere.value),
);
/** Nothing of the visitor's own is there to be shown instead. */
const isFirstVisit = computed(() => isRecalled.value && records.value.length === 0 && isUntouched.value);
const isWanted = computed(() => isFirstVisit.value || machine.value.kind === 'none');

/** null: this page was published without one, or it could not be fetched. */
async function fetchRecorded(): Promise<RecordedRun | null> {
  try {
    const response = await fetch(RECORDED_RUN);
    return response.ok ? ((await response.json()) as RecordedRun | null) : null;
  } catch {
    return null;
  }
}

/** Shows it whenever it is wanted, and has the visitor's own run prepared meanwhile. Returns what ends that. */
export function offerRecorded(): () => void {
  const ends = [showWhenWanted(), warmUpMeanwhile()];
  return () => ends.forEach((end) => end());
}

/** Once, when it is known what Start would do: it then trains seconds earlier. */
function warmUpMeanwhile(): () => void {
  let isDone = false;
  return effect(() => {
    const fits = preflight.value?.needs.verdict === 'fits';
    if (isDone || !isRecorded.value || !fits || !hasAskedForShipped.value || files.value.length > 0) return;
    isDone = true;
    // Whatever goes wrong is told when the run is started.
    if (!savesData()) void warmUp(config.peek(), baseSource.peek()).catch(() => {});
  });
}

function showWhenWanted(): () => void {
  let run: RecordedRun | null | undefined;
  return effect(() => {
    const shows = isWanted.value && runConfig.value === null;
    if (isRecorded.peek() && !isWanted.value) leaveRun();
    if (!shows || run === null) return;
    void (async () => {
      run ??= await fetchRecorded();
      if (run && isWanted.peek() && runConfig.peek() === null) play(run);
    })();
  });
}

/** From its beginning; at once for those who want no motion. */
export function play(run: RecordedRun): void {
  beginRecorded(run.config);
  recorded.value = run;
  isPlaying.value = true;
  const own = runNumber.peek();
  const { step } = run.metrics;
  let shown = 0;
  let measured = -Infinity;
  const showUpTo = (entries: number): void => {
    const next = step[entries] ?? Infinity;
    const isDue = (point: { step: number }): boolean => point.step >= measured && point.step < next;
    receive({
      metrics: recordedColumns(run, shown, entries),
      heldOut: run.heldOut.filter(isDue),
      samples: run.samples.filter(isDue),
    });
    shown = entries;
    measured = next;
    isPlaying.value = entries < step.length;
  };
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return showUpTo(step.length);
  let begun: number | null = null;
  const frame = (now: number): void => {
    // Another run has taken its place.
    if (runNumber.peek() !== own) return void (isPlaying.value = false);
    begun ??= now;
    const entries = Math.min(step.length, Math.ceil((step.length * (now - begun)) / (1000 * PLAYED_IN)));
    if (entries > shown) showUpTo(entries);
    if (entries < step.length) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
