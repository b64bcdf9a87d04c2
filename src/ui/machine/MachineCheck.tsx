/** The dialog of "Check this machine": the adapter, what it was measured to do, and all of it as text. */
import '../style/machine.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { AdapterReport, MachineReport } from '../../protocol.ts';
import { isActive } from '../run/controls.ts';
import { runState } from '../run/run.ts';
import { machine } from '../trainer.ts';
import * as format from '../format.ts';
import { adapterName, optionalFeatures, peakOf, plainReport, type PresetTime, shownLimits } from './report.ts';
import { check, isOpen, measure } from './state.ts';
import { about, gigaflops, milliseconds, words } from './words.ts';

export function MachineCheck() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = isOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const state = check.value;
  const busy = isActive(runState.value);
  const ready = machine.value.kind === 'ready' ? machine.value.adapter : null;
  return (
    <dialog
      ref={dialog}
      class="machine stack-4"
      aria-labelledby="machine-heading"
      onClose={() => (isOpen.value = false)}
    >
      <h2 id="machine-heading">{words.heading}</h2>
      {ready && <Adapter adapter={ready} limits={state.kind === 'done' ? state.report.limits : null} />}
      <p class="note">{words.note}</p>
      {busy && <p class="note">{words.busy}</p>}
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={busy || state.kind === 'measuring'}
          onClick={() => void measure()}
        >
          {state.kind === 'done' ? words.again : words.measure}
        </button>
        <button type="button" onClick={() => (isOpen.value = false)}>
          {words.close}
        </button>
      </div>
      <p class="note" role="status">
        {state.kind === 'measuring' && (state.progress ? words.progress(state.progress) : words.waiting)}
        {state.kind === 'done' && words.done}
      </p>
      {state.kind === 'failed' && <p role="alert">{words.failed(state.message)}</p>}
      {state.kind === 'done' && <Results report={state.report} times={state.times} />}
    </dialog>
  );
}

function Adapter({ adapter, limits }: { adapter: AdapterReport; limits: Record<string, number> | null }) {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter;
  const rows = [
    [words.name, adapterName(adapter)],
    [words.kind, adapter.processor ? words.processor : adapter.software ? words.software : words.hardware],
    // The processor has neither.
    ...(adapter.processor
      ? []
      : [
          [words.features, optionalFeatures(adapter).join(', ') || words.noFeatures],
          [words.limits, shownLimits(limits ?? { maxBufferSize, maxStorageBufferBindingSize }).join(', ')],
        ]),
  ];
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Results({ report, times }: { report: MachineReport; times: PresetTime[] }) {
  const peak = peakOf(report);
  const sizes = [...new Set(report.products.map(({ n }) => n))];
  const kinds = ['nt', 'nn', 'tn'] as const;
  return (
    <>
      <section class="stack-2">
        <h3>{words.products}</h3>
        <Table
          columns={[words.size, ...kinds.map((kind) => words.role[kind])]}
          rows={sizes.map((size) => [
            `${size}³`,
            ...kinds.map((kind) => {
              const product = report.products.find((one) => one.n === size && one.kind === kind);
              return product ? gigaflops(product.flopsPerSecond) : '';
            }),
          ])}
        />
        <p class="note">{words.productsNote}</p>
      </section>
      <section class="stack-2">
        <h3>{words.steps}</h3>
        <Table
          columns={[words.preset, words.ms, words.tokens, words.gflops, words.share]}
          rows={report.steps.map(({ preset, msPerStep, tokensPerSecond, flopsPerSecond }) => [
            preset,
            milliseconds(msPerStep),
            format.short(tokensPerSecond),
            gigaflops(flopsPerSecond),
            format.percent(Math.round((100 * flopsPerSecond) / peak) / 100),
          ])}
        />
        <p class="note">{words.stepsNote(peak)}</p>
      </section>
      <section class="stack-2">
        <h3>{words.times}</h3>
        <Table
          columns={[words.preset, words.parameters, words.time]}
          rows={times.map(({ preset, parameters, seconds, measured }) => [
            preset,
            format.short(parameters),
            measured ? `${about(seconds)}, ${words.measured}` : about(seconds),
          ])}
        />
        <p class="note">{words.timesNote}</p>
      </section>
      <AsText text={plainReport(report, navigator.userAgent)} />
    </>
  );
}

function Table({ columns, rows }: { columns: readonly string[]; rows: readonly (readonly string[])[] }) {
  return (
    <table>
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, i) => (
              <td key={columns[i + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AsText({ text }: { text: string }) {
  const answer = useSignal('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      answer.value = words.copied;
    } catch {
      answer.value = words.notCopied;
    }
  };
  return (
    <section class="stack-2">
      <h3 id="machine-report">{words.report}</h3>
      <pre class="scroll" role="region" tabIndex={0} aria-labelledby="machine-report">
        {text}
      </pre>
      <div class="buttons">
        <button type="button" onClick={() => void copy()}>
          {words.copy}
        </button>
        <span class="note" role="status">
          {answer.value}
        </span>
      </div>
    </section>
  );
}
