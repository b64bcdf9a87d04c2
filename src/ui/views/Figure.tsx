/** The one picture of the page, with its reading line, caption, and table. */
import { useSignal, type Signal } from '@preact/signals';
import { Strips } from '../chart/Strips.tsx';
import { ChartTable } from '../chart/ChartTable.tsx';
import { Key } from '../chart/Key.tsx';
import { lowerBound, nearest } from '../chart/downsample.ts';
import { PHASE_NAMES, summaryOf } from '../chart/summary.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import { shownConfig, shownPlan } from '../state/config.ts';
import { history, runConfig } from '../state/run.ts';
import {
  evenSteps,
  frozen,
  picture,
  shownScale,
  shownSources,
  smoother,
  smoothing,
  wholeRange,
} from '../state/shown.ts';
import { text } from '../strings.ts';
import { PlanNote } from './PlanNote.tsx';
import { Progress } from './Progress.tsx';

export function Figure() {
  const reading = useSignal<number | null>(null);
  const tableIsOpen = useSignal(false);
  void picture.value;
  const plan = shownPlan.value;
  const scale = shownScale.value;
  const summary = summaryOf(plan, history, smoother.value);
  const last = history.length - 1;
  const { base, continued } = shownConfig.value;
  const peak = Math.max(base.schedule.peak, continued?.schedule.peak ?? 0);

  const onKey = (event: KeyboardEvent) => {
    const step = nextReading(event, reading.value, plan);
    if (step === null) return;
    event.preventDefault();
    reading.value = step;
  };

  return (
    <figure class={`figure ${runConfig.value ? '' : 'idle'}`} aria-label={text.chart.heading}>
      <Progress />
      <div class="frame">
        <Strips
          input={{ plan, peak, scale, history, smoother: smoother.value, wholeRange: wholeRange.value }}
          redraw={picture}
          sources={shownSources.value}
          divisor={continued?.switchShare === null ? continued.switchDivisor : null}
          trained={runConfig.value ? (last < 0 ? plan.firstStep : history.step[last] + 1) : null}
          reading={reading.value}
          summary={summary}
          onRead={(step) => (reading.value = step)}
          onKey={onKey}
        />
        {!runConfig.value && <PlanNote />}
      </div>
      <div class="under">
        <p class={reading.value === null ? 'readout note' : 'readout'} aria-live="polite">
          {reading.value === null ? text.chart.readHint : readoutAt(reading.value)}
        </p>
        <div class="tools">
          {plan.firstStep === 0 && plan.phases.length > 1 && <Check label={text.chart.even} on={evenSteps} />}
          {runConfig.value && (
            <>
              <Check label={text.chart.wholeRange} on={wholeRange} />
              <label class="smoothing">
                {text.chart.smoothing}
                <input
                  type="range"
                  min={0}
                  max={0.99}
                  step={0.01}
                  value={smoothing.value}
                  onInput={(event) => (smoothing.value = event.currentTarget.valueAsNumber)}
                />
              </label>
              <button
                type="button"
                class="quiet"
                aria-pressed={frozen.value}
                onClick={() => (frozen.value = !frozen.value)}
              >
                {text.chart.freeze}
              </button>
              <button
                type="button"
                class="quiet"
                aria-expanded={tableIsOpen.value}
                onClick={() => (tableIsOpen.value = !tableIsOpen.value)}
              >
                {text.chart.table}
              </button>
            </>
          )}
        </div>
      </div>
      <Key sources={shownSources.value} />
      {runConfig.value && <figcaption>{summary}</figcaption>}
      {tableIsOpen.value && <ChartTable />}
    </figure>
  );
}

function Check({ label, on }: { label: string; on: Signal<boolean> }) {
  return (
    <label class="check">
      <input type="checkbox" checked={on.value} onChange={(event) => (on.value = event.currentTarget.checked)} />
      {label}
    </label>
  );
}

function readoutAt(step: number): string {
  const plan = shownPlan.value;
  const i = nearest(history.step, history.length, step);
  if (i >= 0 && step <= history.step[history.length - 1]) {
    const name = PHASE_NAMES[history.phase[i]];
    return text.chart.readout(history.step[i], name, history.loss[i], smoother.value.values[i], history.lr[i]);
  }
  const phase = plan.phases.findLast(({ firstStep }) => firstStep <= step) ?? plan.phases[0];
  return text.chart.readoutPlan(step, phase.name, plan.at(step).lr);
}

/** Where a key takes the reading line: along logged steps where there are some, else a hundredth of the plan. */
function nextReading(event: KeyboardEvent, reading: number | null, { firstStep, endStep }: RunPlan): number | null {
  const { length, step } = history;
  const end = length > 0 ? step[length - 1] : endStep - 1;
  if (event.key === 'Home') return length > 0 ? step[0] : firstStep;
  if (event.key === 'End') return end;
  const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (direction === 0) return null;
  if (reading === null) return end;
  const stride = direction * (event.shiftKey ? 10 : 1);
  if (length === 0)
    return Math.max(firstStep, Math.min(end, reading + stride * Math.ceil((endStep - firstStep) / 100)));
  const at = lowerBound(step, length, reading);
  return step[Math.max(0, Math.min(length - 1, at + stride))];
}
