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
import type { MetricRow } from '../../recipe/measurements.ts';
import { isListed, type Listed, listOf, type RunEvent, type RunListener } from './listener.ts';

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

/** What was said before `step` was taken, evaluations of the weights it found included, but for one that is still `evaluating`. */
export function historyBefore(history: History, step: number, evaluating = false): History {
  const { metrics, heldOut, benchmarks, samples, switches, sources, notices, checks, inspections, device } = history;
  const before = <T extends { step: number }>(entries: readonly T[]): T[] =>
    entries.filter((entry) => (evaluating ? entry.step < step : entry.step <= step));
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
  for (const kind of Object.keys(listOf) as Listed[])
    for (const said of history[listOf[kind]]) listener.tell({ kind, said } as RunEvent);
  if (history.sources.length > 0) listener.tell({ kind: 'sources', said: history.sources });
}

/** A listener that passes everything on to `next` and remembers it in what `history` gives. */
export function recording(history: () => History, next: RunListener): RunListener {
  return {
    wants: (kind) => next.wants(kind),
    tell(event) {
      const { kind, said } = event;
      if (kind === 'sources') history().sources = said;
      else if (isListed(kind)) (history()[listOf[kind]] as unknown[]).push(said);
      next.tell(event);
    },
  };
}
