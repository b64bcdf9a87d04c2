/**
 * The run on the page, as signals. `receive` is the only way in: it takes the worker's batches of events. Metrics go
 * into typed columns at once; what is drawn from them follows `frame`, which ticks at most four times a second and
 * only when something came.
 */
import { batch, computed, signal } from '@preact/signals';
import type { RunConfig } from '../../config/run.ts';
import type { RunPart } from '../../recipe/phases.ts';
import type {
  BenchmarkPoint,
  FirstCheck,
  HeldOutPoint,
  Inspection,
  Notice,
  RunEvents,
  RunState,
  Sample,
  SourceCount,
  Switch,
} from '../../protocol.ts';
import { History } from '../chart/columns.ts';
import { commandsOf, isActive } from './controls.ts';

/** Milliseconds between redraws: four a second read as live and leave the main thread idle. */
const FRAME = 250;

export const runState = signal<RunState>({ kind: 'idle' });
/** The configuration of the run on the page; null until the first start. */
export const runConfig = signal<RunConfig | null>(null);
/** Counts the runs begun on this page. */
export const runNumber = signal(0);
/** Counts how often a run went back to a save. */
export const rewinds = signal(0);
/** The run on the page is trained by another tab: it takes no commands here, and its weights are not here. */
export const isWatched = signal(false);
/** The run on the page is a recorded one, played to a visitor: nothing trains and it has no weights (state/recorded.ts). */
export const isRecorded = signal(false);
/** What the buttons and keys can ask of the run on the page. */
export const commands = computed(() => (isWatched.value && isActive(runState.value) ? [] : commandsOf(runState.value)));
/** What it is saved as; null: not at all yet, or another tab's. */
export const savedAs = signal<string | null>(null);
/** Which part of it runs: the continued one where it starts from a base checkpoint. */
export const runPart = signal<RunPart>('all');
export const history = new History();
export const frame = signal(0);
/** Steps logged so far, at once and not only with the next frame: what the averages follow. */
export const logged = signal(0);
export const heldOut = signal<readonly HeldOutPoint[]>([]);
export const benchmarks = signal<readonly BenchmarkPoint[]>([]);
export const samples = signal<readonly Sample[]>([]);
export const switches = signal<readonly Switch[]>([]);
export const sources = signal<readonly SourceCount[]>([]);
export const log = signal<readonly string[]>([]);
export const notices = signal<readonly Notice[]>([]);
/** What the first step showed. */
export const checks = signal<readonly FirstCheck[]>([]);
/** Looks inside the model, in the order of their steps. */
export const inspections = signal<readonly Inspection[]>([]);

let timer: ReturnType<typeof setTimeout> | null = null;

function drawSoon(): void {
  timer ??= setTimeout(() => {
    timer = null;
    frame.value++;
  }, FRAME);
}

/** Where a run comes from that was begun before: saved here, or trained by another tab. */
export interface Origin {
  saved?: string;
  watched?: boolean;
  recorded?: boolean;
}

export function beginRun(config: RunConfig, part: RunPart, origin: Origin = {}): void {
  empty(config, { kind: 'preparing', what: '', done: 0, total: 0 }, part, origin);
}

/** Back to a page without a run. */
export const leaveRun = (): void => empty(null, { kind: 'idle' }, 'all', {});

/** A page ready to start, with a recorded run in its picture. */
export const beginRecorded = (config: RunConfig): void => empty(config, { kind: 'idle' }, 'all', { recorded: true });

function empty(
  config: RunConfig | null,
  state: RunState,
  part: RunPart,
  { saved, watched = false, recorded = false }: Origin,
): void {
  history.clear();
  batch(() => {
    runNumber.value++;
    runConfig.value = config;
    runPart.value = part;
    isWatched.value = watched;
    isRecorded.value = recorded;
    savedAs.value = saved ?? null;
    runState.value = state;
    heldOut.value = [];
    benchmarks.value = [];
    samples.value = [];
    switches.value = [];
    sources.value = [];
    log.value = [];
    notices.value = [];
    checks.value = [];
    inspections.value = [];
    logged.value = 0;
    frame.value++;
  });
}

export function receive(events: RunEvents): void {
  batch(() => {
    if (events.rewind) goBackTo(events.rewind.to);
    if (events.metrics && events.metrics.step.length > 0) {
      history.append(events.metrics);
      logged.value = history.length;
      drawSoon();
    }
    if (events.heldOut) heldOut.value = joined(heldOut.value, events.heldOut);
    if (events.benchmarks) benchmarks.value = joined(benchmarks.value, events.benchmarks);
    if (events.samples)
      samples.value = joined(samples.value, events.samples, ({ step, prompt }) => `${step} ${prompt}`);
    if (events.switches) switches.value = [...switches.value, ...events.switches];
    if (events.sources) sources.value = events.sources;
    if (events.log) log.value = [...log.value, ...events.log];
    if (events.notices) notices.value = [...notices.value, ...events.notices];
    if (events.checks)
      checks.value = [
        ...checks.value.filter(({ name }) => !events.checks!.some((one) => one.name === name)),
        ...events.checks,
      ];
    if (events.inspections) inspections.value = joined(inspections.value, events.inspections);
    if (events.saved && !isWatched.value) savedAs.value = events.saved.id;
    if (events.state) runState.value = events.state;
  });
}

/** A run that went back measures the step it went back to once more: the same numbers, which take the old ones' place. */
function joined<T extends { step: number }>(
  old: readonly T[],
  fresh: readonly T[],
  keyOf: (one: T) => string | number = ({ step }) => step,
): readonly T[] {
  const again = new Set(fresh.map(keyOf));
  return [...old.filter((one) => !again.has(keyOf(one))), ...fresh];
}

/** What was said of the steps from `step` on is void. */
function goBackTo(step: number): void {
  history.goBackTo(step);
  logged.value = history.length;
  rewinds.value++;
  heldOut.value = heldOut.value.filter((point) => point.step <= step);
  benchmarks.value = benchmarks.value.filter((point) => point.step <= step);
  samples.value = samples.value.filter((sample) => sample.step <= step);
  switches.value = switches.value.filter((change) => change.step < step);
  inspections.value = inspections.value.filter((inspection) => inspection.step < step);
  drawSoon();
}
