/** How the picture counts and scales, and the picture as files: asked for by few, so behind one button. */
import type { RefObject } from 'preact';
import { useSignal, type Signal } from '@preact/signals';
import type { Unit } from './scale.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import { runConfig } from '../run/run.ts';
import { saveFile } from '../results/save.ts';
import { evenSteps, logLoss, logX, others, unit, wholeRange } from '../run/shown.ts';
import { figureWords } from '../words/figure.ts';

const UNITS = Object.keys(figureWords.chart.units) as Unit[];

export function Axes({ plan, figure }: { plan: RunPlan; figure: RefObject<HTMLElement | null> }) {
  const canStretch = plan.firstStep === 0 && plan.phases.length > 1 && !logX.value;
  return (
    <div class="axes">
      <label>
        {figureWords.chart.unit}{' '}
        <select value={unit.value} onChange={(event) => (unit.value = event.currentTarget.value as Unit)}>
          {UNITS.map((name) => (
            <option key={name} value={name}>
              {figureWords.chart.units[name]}
            </option>
          ))}
        </select>
      </label>
      {canStretch && <Check label={figureWords.chart.even} on={evenSteps} />}
      <Check label={figureWords.chart.logX} on={logX} />
      <Check label={figureWords.chart.logLoss} on={logLoss} />
      {runConfig.value && <Check label={figureWords.chart.wholeRange} on={wholeRange} />}
      {document.fullscreenEnabled && (
        <button type="button" class="quiet" onClick={() => void figure.current?.requestFullscreen()}>
          {figureWords.chart.fullScreen}
        </button>
      )}
      {(runConfig.value || others.value.length > 0) && <Files />}
      <span class="note">{figureWords.chart.zoomHint}</span>
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

type Kind = 'png' | 'svg' | 'csv';
const KINDS: readonly Kind[] = ['png', 'svg', 'csv'];

function Files() {
  const problem = useSignal<string | null>(null);
  const save = async (kind: Kind) => {
    problem.value = null;
    try {
      const { pngBlob, svgBlob, csvBlob } = await import('./pictures.ts');
      const blob = await { png: pngBlob, svg: svgBlob, csv: csvBlob }[kind]();
      saveFile(`${figureWords.files.picture}.${kind}`, blob);
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <span class="files">
      {figureWords.files.save}{' '}
      {KINDS.map((kind) => (
        <button key={kind} type="button" class="quiet" onClick={() => void save(kind)}>
          {kind.toUpperCase()}
        </button>
      ))}
      {problem.value && <span role="alert"> {problem.value}</span>}
    </span>
  );
}
