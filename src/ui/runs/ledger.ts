/**
 * The runs the page knows, newest first: those of earlier visits as the store has them, and the one under way, which is
 * written down every few seconds and when it ends. A run that a closed tab cut off is 'stopped'; the same recipe begun
 * again takes its row over, for it is the same run.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import { describeDifference } from '../../config/difference.ts';
import { undoTime } from '../../util/kept.ts';
import { isActive } from '../run/controls.ts';
import { History } from '../chart/columns.ts';
import { visiblePoints } from '../chart/downsample.ts';
import { recall, remember } from '../run/memory.ts';
import {
  heldOut,
  history,
  isRecorded,
  isWatched,
  runConfig,
  runNumber,
  runPart,
  runState,
  savedAs,
} from '../run/run.ts';
import { bySeedlessKey, figuresOf, freePlace, nameFor, NO_FIGURES, type RunRecord } from './record.ts';
import { runsWords } from '../words/runs.ts';
import type { SharedRun } from './shared/sharedRun.ts';
import { openStore, type Curve, type Store } from './store.ts';

/** Milliseconds between two writes of a run under way: what a crash may cost of its curve. */
const INTERVAL = 10_000;
/** Points kept of a curve, lowest and highest of each stretch: more than any screen has columns, half a megabyte. */
const KEPT = 9000;

export const records = signal<readonly RunRecord[]>([]);
/** Rows that were deleted and can be had back, with their curves. */
export const removedRows = signal<readonly { record: RunRecord; curve: History | null }[]>([]);
/** Rows that count when a name or a colour is chosen: a deleted one may come back. */
const all = () => [...records.peek(), ...removedRows.peek().map(({ record }) => record)];
/** Of the runs that are over; the one under way is drawn from state/run.ts. */
export const curves = signal<ReadonlyMap<string, History>>(new Map());
/** The run on the page: under way, or over with its weights still there. */
export const currentId = signal<string | null>(null);
const starred = signal<string | null>(recall('baseline'));
effect(() => remember('baseline', starred.value ?? ''));

/** What differences are told against: the starred run, else the oldest one. */
export const baseline = computed(
  () =>
    records.value.find(({ id }) => id === starred.value) ??
    records.value.findLast(({ state }) => state.kind !== 'queued') ??
    null,
);
export const star = (id: string) => (starred.value = id);

export function differenceOf(record: RunRecord): string | null {
  const from = baseline.value;
  return !from || from.id === record.id ? null : describeDifference(record.config, from.config);
}

const isUnderWay = (state: RunRecord['state']) => state.kind !== 'queued' && isActive(state);

let store: Promise<Store> | null = null;
const kept = () => (store ??= openStore());

/** A store that fails later on (a full disk) loses a row and nothing else. */
async function write(record: RunRecord, curve?: Curve): Promise<void> {
  try {
    await (await kept()).put(record, curve);
  } catch (error) {
    console.warn(runsWords.notKept(record.name), error);
  }
}

async function erase(id: string): Promise<void> {
  await (await kept()).remove(id);
}

/** Ids of runs that a closed tab cut off. */
const cutOff = new Set<string>();

/** The runs of earlier visits are in the list, if the browser has kept any. */
export const isRecalled = signal(false);
let recalled: Promise<void> = Promise.resolve();
export const whenRecalled = (): Promise<void> => recalled;

/** Brings in the runs of earlier visits. */
export async function recallRuns(): Promise<void> {
  const found = await (await kept()).all();
  const known = new Set(all().map(({ id }) => id));
  const unknown = found.filter(({ record }) => !known.has(record.id));
  const fresh = unknown.filter(({ record }) => record.deletedAt === undefined);
  const gone = unknown.filter(({ record }) => record.deletedAt !== undefined);
  const passed = gone.filter(({ record }) => record.deletedAt! + undoTime <= Date.now());
  for (const { record } of passed) void erase(record.id);
  batch(() => {
    removedRows.value = [
      ...removedRows.peek(),
      ...gone
        .filter((row) => !passed.includes(row))
        .map(({ record, curve }) => ({ record, curve: curve && historyOf(curve) })),
    ];
    curves.value = new Map([
      ...curves.peek(),
      ...fresh.flatMap(({ record: { id }, curve }) => (curve ? [[id, historyOf(curve)] as const] : [])),
    ]);
    const past = fresh.map(({ record }): RunRecord => {
      if (!isUnderWay(record.state)) return record;
      cutOff.add(record.id);
      return { ...record, state: { kind: 'stopped' } };
    });
    records.value = [...records.peek(), ...past].sort((a, b) => b.startedAt - a.startedAt);
  });
}

/** Changes a record, here and in the store. */
export function amend(id: string, changes: Partial<RunRecord>): void {
  records.value = records.peek().map((record) => (record.id === id ? { ...record, ...changes } : record));
  const record = records.peek().find((one) => one.id === id);
  if (record && record.state.kind !== 'queued') void write(record);
}

function historyOf(curve: Curve): History {
  const past = new History();
  past.append(curve);
  return past;
}

/** Takes rows out of the list, from where `restoreRows` has them back as they were. */
export function removeRows(ids: readonly string[], deletedAt: number): void {
  const gone = records.peek().filter(({ id }) => ids.includes(id));
  const rows = gone.map((record) => ({
    record: { ...record, deletedAt },
    curve: curves.peek().get(record.id) ?? null,
  }));
  batch(() => {
    removedRows.value = [...rows, ...removedRows.peek()];
    drop(ids);
  });
  for (const { record } of rows) if (record.state.kind !== 'queued') void write(record);
}

export function restoreRows(ids: readonly string[]): void {
  const back = removedRows.peek().filter(({ record }) => ids.includes(record.id));
  const rows = back.map(({ record, curve }) => ({ record: asItWas(record), curve }));
  batch(() => {
    removedRows.value = removedRows.peek().filter((row) => !back.includes(row));
    records.value = [...records.peek(), ...rows.map(({ record }) => record)].sort((a, b) => b.startedAt - a.startedAt);
    curves.value = new Map([
      ...curves.peek(),
      ...rows.flatMap(({ record, curve }) => (curve ? [[record.id, curve] as const] : [])),
    ]);
  });
  for (const { record } of rows) if (record.state.kind !== 'queued') void write(record);
}

function asItWas(deleted: RunRecord): RunRecord {
  const record = { ...deleted };
  delete record.deletedAt;
  return record;
}

/** For good. */
export function eraseRows(ids: readonly string[]): void {
  removedRows.value = removedRows.peek().filter(({ record }) => !ids.includes(record.id));
  for (const id of ids) void erase(id);
}

function drop(ids: readonly string[]): void {
  records.value = records.peek().filter(({ id }) => !ids.includes(id));
  curves.value = new Map([...curves.peek()].filter(([id]) => !ids.includes(id)));
}

/** Takes runs that never began out of the list. */
export function forget(ids: readonly string[]): void {
  batch(() => drop(ids));
  for (const id of ids) void erase(id);
}

/** A record of a run yet to come. */
export function newRecord(config: RunRecord['config'], part: RunRecord['part'], state: RunRecord['state']): RunRecord {
  const [number, more] = crypto.getRandomValues(new Uint32Array(2));
  const taken = new Set(all().map(({ name }) => name));
  return {
    id: number.toString(36) + more.toString(36),
    name: nameFor(number, taken),
    note: '',
    config,
    part,
    state,
    startedAt: Date.now(),
    place: freePlace(all()),
    hidden: false,
    pinned: false,
    figures: NO_FIGURES,
  };
}

/** A run that somebody shared, as a row like any other: it is drawn, compared and kept. Settles when it is written down. */
export async function addShared({ config, part, state, figures, curve }: SharedRun, note: string): Promise<RunRecord> {
  const record: RunRecord = { ...newRecord(config, part, state), figures, note, shared: true };
  batch(() => {
    records.value = [record, ...records.peek()];
    curves.value = new Map(curves.peek()).set(record.id, curve);
  });
  await write(record, thinned(curve));
  return record;
}

/** The queued record whose turn it is; its row becomes the run's. */
let expected: string | null = null;
export const expect = (id: string) => (expected = id);

/** The run on the page is a saved one, looked at, or another tab's. */
let isOnlyShown = false;

function begin(): void {
  isOnlyShown = false;
  const config = runConfig.peek();
  // A recorded run is nobody's.
  if (!config || isRecorded.peek()) return void (currentId.value = null);
  const part = runPart.peek();
  const saved = savedAs.peek() ?? undefined;
  const own = records.peek().find((record) => saved !== undefined && record.saved === saved);
  // A run that is only shown again keeps its row as it is, and the tab that trains one writes it down.
  isOnlyShown = isWatched.peek() || (own !== undefined && !isActive(runState.peek()));
  if (isOnlyShown) return void (currentId.value = own?.id ?? null);
  const same = (record: RunRecord) =>
    cutOff.has(record.id) && JSON.stringify([record.config, record.part]) === JSON.stringify([config, part]);
  const row = records.peek().find(({ id }) => id === expected) ?? own ?? records.peek().find(same);
  expected = null;
  const state = { kind: 'preparing', what: '', done: 0, total: 0 } as const;
  // A run begun again has another save; one that is gone on with keeps its own.
  const record = row
    ? { ...row, part, state, startedAt: Date.now(), figures: NO_FIGURES, saved }
    : { ...newRecord(config, part, state), saved };
  cutOff.delete(record.id);
  batch(() => {
    currentId.value = record.id;
    records.value = [record, ...records.peek().filter(({ id }) => id !== record.id)];
  });
}

const lastHeldOut = (): Record<string, number> => Object.assign({}, ...heldOut.peek().map(({ loss }) => loss));

/** Writes the run on the page down; a run that never logged a step is not worth a row in the store. */
function writeDown(): void {
  const record = records.peek().find(({ id }) => id === currentId.peek());
  const state = runState.peek();
  if (!record || isOnlyShown || state.kind === 'idle') return;
  const next = {
    ...record,
    state,
    figures: figuresOf(record, history, lastHeldOut()),
    saved: savedAs.peek() ?? record.saved,
  };
  const over = !isActive(state);
  batch(() => {
    records.value = records.peek().map((one) => (one.id === next.id ? next : one));
    if (!over || history.length === 0) return;
    const curve = new History();
    curve.append(thinned(history));
    curves.value = new Map(curves.peek()).set(next.id, curve);
  });
  if (history.length > 0) void write(next, thinned(history));
}

function thinned(whole: History): ReturnType<History['pick']> {
  const { step, loss, length } = whole;
  const end = length > 0 ? step[length - 1]! + 1 : 1;
  return whole.pick(visiblePoints(step, loss, length, step[0] ?? 0, end, KEPT / 3));
}

/** Follows the run on the page from now on. */
export function keepRuns(): void {
  recalled = recallRuns().finally(() => (isRecalled.value = true));
  let number = 0;
  let kind = '';
  effect(() => {
    const state = runState.value;
    // One effect for both, so that no state of a new run is written into the row of the one before.
    if (runNumber.value !== number) {
      number = runNumber.value;
      kind = '';
      begin();
    }
    const now = isActive(state) ? 'under way' : state.kind;
    if (now === kind) return;
    kind = now;
    writeDown();
  });
  setInterval(() => {
    if (isActive(runState.peek()) && history.length > 0) writeDown();
  }, INTERVAL);
}

/** Another run than the one on the page: only then is there anything to compare. */
export const hasRunsToCompare = computed(() => records.value.some(({ id }) => id !== currentId.value));

/** Runs that differ in their seed alone, newest first; only groups of several. */
export const groups = computed(() => {
  const begun = records.value.filter(({ state }) => state.kind !== 'queued');
  return bySeedlessKey(begun, (record) => record).filter((members) => members.length > 1);
});
