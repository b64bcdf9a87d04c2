/** What an experiment tells whoever drives it, as one union of events. Work comes in the order seed by seed: base, then arms. */
import type { FolderFile } from '../../export/huggingface.ts';
import type { BenchmarkPoint, HeldOutPoint, Notice } from '../../protocol.ts';
import type { MetricRow } from '../../recipe/measurements.ts';
import type { ResultRow } from '../../recipe/results/results.ts';
import type { EventOf, Listener } from '../../util/events.ts';
import type { Run } from '../run/run.ts';

interface Of {
  arm: string;
  seed: number;
}

export interface ExperimentNews {
  /** A base or an arm begins; `run` can be paused and stopped, and tells how many steps it will take. */
  begin: Of & { run: Run };
  compiling: { done: number; total: number };
  metric: Of & { row: MetricRow };
  heldOut: Of & { point: HeldOutPoint };
  benchmark: Of & { point: BenchmarkPoint };
  row: ResultRow;
  /** Something that a person should read. */
  notice: Notice;
  /** The model folder of a base that was trained here; made only where somebody wants it. */
  base: { seed: number; files: FolderFile[] };
  /** For a device that is refused: seconds that have passed, and all of them. */
  waiting: { done: number; total: number };
}

export type ExperimentEvent = EventOf<ExperimentNews>;
export type ExperimentListener = Listener<ExperimentNews>;
