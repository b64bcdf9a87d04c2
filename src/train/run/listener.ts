/** What a run tells whoever drives it. */
import type {
  BenchmarkPoint,
  FirstCheck,
  HeldOutPoint,
  Inspection,
  Notice,
  Rewind,
  RunState,
  Sample,
  SourceCount,
  Switch,
} from '../../protocol.ts';
import type { MetricRow } from '../../recipe/measurements.ts';

export type { MetricRow } from '../../recipe/measurements.ts';

export interface RunListener {
  state(state: RunState): void;
  metric(row: MetricRow): void;
  heldOut(point: HeldOutPoint): void;
  switched(change: Switch): void;
  sources(counts: SourceCount[]): void;
  /** A batch that was passed over, a loss that jumped, a return to a save. Absent: nobody reads them. */
  notice?(notice: Notice): void;
  /** The run goes on from an earlier step: what was said of later ones is void. */
  rewound?(rewind: Rewind): void;
  /** Absent: the benchmarks are not scored. */
  benchmark?(point: BenchmarkPoint): void;
  /** Absent: no samples are drawn. */
  sample?(sample: Sample): void;
  /** What the first step shows, if it is taken and looked into. */
  check?(check: FirstCheck): void;
  /** Absent: nobody looks inside the model. */
  inspection?(inspection: Inspection): void;
}
