/** What a run has said so far: saved with it, so that a resumed run has its whole curve. */
import type {
  BenchmarkPoint,
  FirstCheck,
  HeldOutPoint,
  Inspection,
  Notice,
  Sample,
  SourceCount,
  Switch,
} from '../../protocol.ts';
import type { Executor } from '../../graph/executor.ts';
import type { MetricRow, RunListener } from './listener.ts';

export interface History {
  metrics: MetricRow[];
  heldOut: HeldOutPoint[];
  benchmarks: BenchmarkPoint[];
  samples: Sample[];
  switches: Switch[];
  /** The latest counts. */
  sources: SourceCount[];
  notices: Notice[];
  checks: FirstCheck[];
  inspections: Inspection[];
  /** What computed it last; null: nothing has yet, or an older save does not say. */
  device: Executor['kind'] | null;
}

/** `notes`: what is to be said of the data of a run that begins. */
export const newHistory = (notes: readonly string[] = []): History => ({
  metrics: [],
  heldOut: [],
  benchmarks: [],
  samples: [],
  switches: [],
  sources: [],
  notices: notes.map((message) => ({ code: 'data', step: null, message })),
  checks: [],
  inspections: [],
  device: null,
});

/** What was said before `step` was taken, evaluations of the weights it found included. */
export function historyBefore(history: History, step: number): History {
  const { metrics, heldOut, benchmarks, samples, switches, sources, notices, checks, inspections, device } = history;
  const before = <T extends { step: number }>(entries: readonly T[]): T[] =>
    entries.filter((entry) => entry.step <= step);
  return {
    metrics: metrics.filter((row) => row.step < step),
    heldOut: before(heldOut),
    benchmarks: before(benchmarks),
    samples: before(samples),
    switches: before(switches),
    sources,
    notices: notices.filter((notice) => notice.step === null || notice.step <= step),
    checks: [...checks],
    inspections: inspections.filter((inspection) => inspection.step < step),
    device,
  };
}

/** Tells `listener` everything again. */
export function retell(history: History, listener: RunListener): void {
  history.metrics.forEach((row) => listener.metric(row));
  history.heldOut.forEach((point) => listener.heldOut(point));
  history.benchmarks.forEach((point) => listener.benchmark?.(point));
  history.samples.forEach((sample) => listener.sample?.(sample));
  history.switches.forEach((change) => listener.switched(change));
  if (history.sources.length > 0) listener.sources(history.sources);
  history.notices.forEach((notice) => listener.notice?.(notice));
  history.checks.forEach((check) => listener.check?.(check));
  history.inspections.forEach((inspection) => listener.inspection?.(inspection));
}

/** A listener that passes everything on to `next` and remembers it in what `history` gives. */
export function recording(history: () => History, next: RunListener): RunListener {
  return {
    ...next,
    metric(row) {
      history().metrics.push(row);
      next.metric(row);
    },
    heldOut(point) {
      history().heldOut.push(point);
      next.heldOut(point);
    },
    switched(change) {
      history().switches.push(change);
      next.switched(change);
    },
    sources(counts) {
      history().sources = counts;
      next.sources(counts);
    },
    notice:
      next.notice &&
      ((notice) => {
        history().notices.push(notice);
        next.notice!(notice);
      }),
    check:
      next.check &&
      ((check) => {
        history().checks.push(check);
        next.check!(check);
      }),
    inspection:
      next.inspection &&
      ((inspection) => {
        history().inspections.push(inspection);
        next.inspection!(inspection);
      }),
    benchmark:
      next.benchmark &&
      ((point) => {
        history().benchmarks.push(point);
        next.benchmark!(point);
      }),
    sample:
      next.sample &&
      ((sample) => {
        history().samples.push(sample);
        next.sample!(sample);
      }),
  };
}

const phases = ['base', 'general', 'qa'] as const;
const columns = ['step', 'loss', 'gradNorm', 'clip', 'lr', 'tokens', 'tokensPerSecond'] as const;
const width = columns.length + 1;

/** Rows as a table of numbers: (rows, columns), the phase's index last. */
export function tableOf(rows: readonly MetricRow[]): { shape: [number, number]; data: Float64Array } {
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    columns.forEach((column, c) => (data[i * width + c] = row[column]));
    data[i * width + columns.length] = phases.indexOf(row.phase);
  });
  return { shape: [rows.length, width], data };
}

export function rowsOf(data: Float64Array): MetricRow[] {
  return Array.from({ length: data.length / width }, (_, i) => {
    const numbers = Object.fromEntries(columns.map((column, c) => [column, data[i * width + c]!]));
    return {
      ...(numbers as Record<(typeof columns)[number], number>),
      phase: phases[data[i * width + columns.length]!]!,
    };
  });
}
