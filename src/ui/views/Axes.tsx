/** How the picture counts and scales: asked for by few, so behind one button. */
import type { RefObject } from 'preact';
import type { Signal } from '@preact/signals';
import type { Unit } from '../chart/scale.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import { runConfig } from '../state/run.ts';
import { evenSteps, logLoss, logX, unit, wholeRange } from '../state/shown.ts';
import { text } from '../strings.ts';

const UNITS = Object.keys(text.chart.units) as Unit[];

export function Axes({ plan, figure }: { plan: RunPlan; figure: RefObject<HTMLElement | null> }) {
  const canStretch = plan.firstStep === 0 && plan.phases.length > 1 && !logX.value;
  return (
    <div class="axes">
      <label>
        {text.chart.unit}{' '}
        <select value={unit.value} onChange={(event) => (unit.value = event.currentTarget.value as Unit)}>
          {UNITS.map((name) => (
            <option key={name} value={name}>
              {text.chart.units[name]}
            </option>
          ))}
        </select>
      </label>
      {canStretch && <Check label={text.chart.even} on={evenSteps} />}
      <Check label={text.chart.logX} on={logX} />
      <Check label={text.chart.logLoss} on={logLoss} />
      {runConfig.value && <Check label={text.chart.wholeRange} on={wholeRange} />}
      {document.fullscreenEnabled && (
        <button type="button" class="quiet" onClick={() => void figure.current?.requestFullscreen()}>
          {text.chart.fullScreen}
        </button>
      )}
      <span class="note">{text.chart.zoomHint}</span>
    </div>
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
