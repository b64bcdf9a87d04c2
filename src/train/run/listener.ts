/** What a run tells whoever drives it, as one union of events. */
import type {
  BenchmarkPoint,
  FirstCheck,
  HeldOutPoint,
  Inspection,
  Notice,
  Rewind,
  RunState,
  Sample,
  Saved,
  SourceCount,
  Switch,
} from '../../protocol.ts';
import type { MetricRow } from '../../recipe/measurements.ts';
import type { EventOf, Listener } from '../../util/events.ts';

export interface RunNews {
  state: RunState;
  metric: MetricRow;
  heldOut: HeldOutPoint;
  /** Scored only where somebody wants them. */
  benchmark: BenchmarkPoint;
  /** Drawn only where somebody wants them. */
  sample: Sample;
  switched: Switch;
  sources: SourceCount[];
  /** A batch that was passed over, a loss that jumped, a return to a save. */
  notice: Notice;
  /** The run goes on from an earlier step: what was said of later ones is void. */
  rewound: Rewind;
  /** What the first step shows, if it is taken and looked into. */
  check: FirstCheck;
  /** A look inside the model, taken only where somebody wants it. */
  inspection: Inspection;
  /** Told by what keeps the run. */
  saved: Saved;
}

export type RunEvent = EventOf<RunNews>;
export type RunListener = Listener<RunNews>;

/** Kinds of which a run says many: the list that keeps them, in a history and in what is sent to the page. */
export const listOf = {
  metric: 'metrics',
  heldOut: 'heldOut',
  benchmark: 'benchmarks',
  sample: 'samples',
  switched: 'switches',
  notice: 'notices',
  check: 'checks',
  inspection: 'inspections',
} as const satisfies { [Kind in keyof RunNews]?: string };

export type Listed = keyof typeof listOf;
export const isListed = (kind: keyof RunNews): kind is Listed => kind in listOf;
