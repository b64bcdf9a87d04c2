/** The one picture of the page, with its reading line, caption, and table. */
import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { Strips } from './Strips.tsx';
import { ChartTable } from './ChartTable.tsx';
import { Key } from './Key.tsx';
import { NARROWEST, zoomBy } from './scale.ts';
import { lowerBound, nearest } from './downsample.ts';
import { phaseNames } from '../../recipe/measurements.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import { shownConfig, shownPlan } from '../recipe/config.ts';
import { conclusion } from '../results/conclusion.ts';
import { history, runConfig } from '../run/run.ts';
import {
  frozen,
  others,
  picture,
  plotsInput,
  reading,
  shownScale,
  shownSources,
  showsHeldOut,
  smoother,
  smoothing,
  progressSentence,
  shownSummary,
  wholeScale,
  zoom,
} from '../run/shown.ts';
import { isHidden } from '../page/lesson.ts';
import { figureWords } from '../words/figure.ts';
import { Axes } from './Axes.tsx';
import { PlanNote } from '../recipe/PlanNote.tsx';
import { Progress } from '../run/Progress.tsx';

export function Figure() {
  const tableIsOpen = useSignal(false);
  const axesAreOpen = useSignal(false);
  const figure = useRef<HTMLElement>(null);
  void picture.value;
  const plan = shownPlan.value;
  const last = history.length - 1;
  const { continued } = shownConfig.value;

  const onKey = (event: KeyboardEvent) => {
    const window = nextZoom(event.key, reading.value);
    if (window !== undefined) {
      event.preventDefault();
      zoom.value = window;
      return;
    }
    const step = nextReading(event, reading.value, plan);
    if (step === null) return;
    event.preventDefault();
    reading.value = step;
  };

  return (
    <figure
      ref={figure}
      class={`figure ${runConfig.value || others.value.length > 0 ? '' : 'idle'}`}
      aria-label={figureWords.chart.heading}
    >
      <Progress />
      <div class="frame">
        <Strips
          input={plotsInput()}
          redraw={picture}
          sources={shownSources.value}
          divisor={continued?.switchShare === null ? continued.switchDivisor : null}
          trained={runConfig.value ? (last < 0 ? plan.firstStep : history.step[last] + 1) : null}
          reading={reading.value}
          summary={shownSummary()}
          onRead={(step) => (reading.value = step)}
          onZoom={(window) => (zoom.value = window && within(window))}
          onKey={onKey}
        />
        {!runConfig.value && others.value.length === 0 && <PlanNote />}
      </div>
      <div class="under">
        <p class={reading.value === null ? 'readout note' : 'readout'} aria-live="polite">
          {reading.value === null
            ? figureWords.chart.readHint
            : readoutAt(reading.value) + readoutBeside(reading.value)}
        </p>
        <div class="tools">
          {zoom.value && (
            <button type="button" class="quiet" onClick={() => (zoom.value = null)}>
              {figureWords.chart.wholeRun}
            </button>
          )}
          {(runConfig.value || others.value.length > 0) && (
            <label class="smoothing">
              {figureWords.chart.smoothing}
              <input
                type="range"
                min={0}
                max={0.99}
                step={0.01}
                value={smoothing.value}
                onInput={(event) => (smoothing.value = event.currentTarget.valueAsNumber)}
              />
            </label>
          )}
          {runConfig.value && (
            <>
              <button
                type="button"
                class="quiet"
                aria-pressed={showsHeldOut.value}
                onClick={() => (showsHeldOut.value = !showsHeldOut.value)}
              >
                {figureWords.chart.heldOut}
              </button>
              <button
                type="button"
                class="quiet"
                aria-pressed={frozen.value}
                onClick={() => (frozen.value = !frozen.value)}
              >
                {figureWords.chart.freeze}
              </button>
              <button
                type="button"
                class="quiet"
                aria-expanded={tableIsOpen.value}
                onClick={() => (tableIsOpen.value = !tableIsOpen.value)}
              >
                {figureWords.chart.table}
              </button>
            </>
          )}
          {!isHidden('axes') && (
            <button
              type="button"
              class="quiet"
              aria-expanded={axesAreOpen.value}
              onClick={() => (axesAreOpen.value = !axesAreOpen.value)}
            >
              {figureWords.chart.axes}
            </button>
          )}
        </div>
      </div>
      {axesAreOpen.value && <Axes plan={plan} figure={figure} />}
      <Key />
      {runConfig.value && <Caption />}
      {tableIsOpen.value && <ChartTable />}
    </figure>
  );
}

/** What a finished run shows, the finding first; how far it has come. */
function Caption() {
  void picture.value; // the smoother stays the same object as it grows
  const [finding, ...more] = conclusion.value;
  const progress = progressSentence();
  if (finding === undefined) return <figcaption>{progress}</figcaption>;
  return (
    <figcaption>
      <p class="finding">{finding}</p>
      {[...more, progress].map((sentence) => (
        <p key={sentence} class="note">
          {sentence}
        </p>
      ))}
    </figcaption>
  );
}

/** A stretch of what is shown, as shares of the whole picture; too narrow a one changes nothing. */
function within([from, to]: readonly [number, number]): readonly [number, number] | null {
  const [first, last] = zoom.value ?? [0, 1];
  const extent = last - first;
  return (to - from) * extent < NARROWEST ? zoom.value : [first + from * extent, first + to * extent];
}

/** What a key makes of the zoom, about the reading line where there is one; undefined: nothing. */
function nextZoom(key: string, line: number | null): readonly [number, number] | null | undefined {
  const [from, to] = zoom.value ?? [0, 1];
  const at = line === null ? -1 : wholeScale.value.position(line);
  const centre = at >= from && at <= to ? at : (from + to) / 2;
  if (key === '+' || key === '=') return zoomBy(zoom.value, 1 / ZOOM, centre);
  if (key === '-') return zoomBy(zoom.value, ZOOM, centre);
  return key === '0' ? null : undefined;
}

function readoutAt(step: number): string {
  const plan = shownPlan.value;
  const i = nearest(history.step, history.length, step);
  if (i >= 0 && step <= history.step[history.length - 1]) {
    const name = phaseNames[history.phase[i]];
    return figureWords.chart.readout(history.step[i], name, history.loss[i], smoother.value.values[i], history.lr[i]);
  }
  const phase = plan.phases.findLast(({ firstStep }) => firstStep <= step) ?? plan.phases[0];
  return figureWords.chart.readoutPlan(step, phase.name, plan.at(step).lr);
}

/** Other runs told beside this one's; more would push the page about. */
const MOST_BESIDE = 3;

/** Where the other runs stood at the reading line. */
function readoutBeside(step: number): string {
  const { values } = shownScale.value;
  const x = values.value(shownScale.value.position(step));
  // There and back through the scale a step is not quite itself.
  const slack = 1e-9 * Math.abs(x);
  const readings = others.value
    .filter((other) => other.length > 0 && x >= other.x[0] - slack && x <= other.x[other.length - 1] + slack)
    .slice(0, MOST_BESIDE)
    .map((other) => [other.name, other.y[nearest(other.x, other.length, x)]] as const);
  return figureWords.chart.readoutBeside(readings);
}

/** What one press of a key zooms by. */
const ZOOM = 2;

/** Where a key takes the reading line: along logged steps where there are some, else a hundredth of the plan. */
function nextReading(event: KeyboardEvent, line: number | null, { firstStep, endStep }: RunPlan): number | null {
  const { length, step } = history;
  const end = length > 0 ? step[length - 1] : endStep - 1;
  if (event.key === 'Home') return length > 0 ? step[0] : firstStep;
  if (event.key === 'End') return end;
  const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (direction === 0) return null;
  if (line === null) return end;
  const stride = direction * (event.shiftKey ? 10 : 1);
  if (length === 0) return Math.max(firstStep, Math.min(end, line + stride * Math.ceil((endStep - firstStep) / 100)));
  const at = lowerBound(step, length, line);
  return step[Math.max(0, Math.min(length - 1, at + stride))];
}
