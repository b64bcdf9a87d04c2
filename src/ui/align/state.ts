/** An alignment as the sheet shows it: what a worker of its own has made of a base so far. */
import { batch, computed, signal } from '@preact/signals';
import { proxy, type Remote, wrap } from 'comlink';
import {
  type AlignApi,
  type AlignBase,
  type AlignEvent,
  type AlignSettings,
  type AlignStage,
  alignStages,
  type AlignWork,
  beforeStage,
  type CheckpointName,
  type KeptAlignment,
  newStage,
  type OpenedBase,
  stageAfter,
  type StageSoFar,
  stagesFrom,
  usualAlignSettings,
} from '../../recipe/alignApi.ts';
import { deviceChoice } from '../machine/device.ts';
import { recall, remember, unlearn } from '../run/memory.ts';

export const opened = signal<OpenedBase | null>(null);
export const stages = signal<Partial<Record<AlignStage, StageSoFar>>>({});
/** What is under way; null: nothing. */
export const work = signal<{ stage: AlignStage | 'base'; work: AlignWork } | null>(null);
export const problem = signal<string | null>(null);
/** Why what is made goes with this tab; null: it is kept. */
export const unkept = signal<string | null>(null);
export const settings = signal<AlignSettings>(usualAlignSettings);
/** Rows of the base under training: it is no stage. */
export const baseRows = signal(0);

export const isDone = (name: CheckpointName): boolean =>
  name === 'base' ? opened.value !== null : stages.value[name]?.state === 'done';

/** Checkpoints that answer. */
export const speakers = computed((): CheckpointName[] =>
  (['base', ...alignStages] as const).filter((name) => name !== 'reward' && isDone(name)),
);

/** The first stage that is not done, in the paper's order; null: all are. */
export const nextStage = computed((): AlignStage | null => alignStages.find((stage) => !isDone(stage)) ?? null);

/** Whether a stage can begin or go on: what it starts from is there, and so is its judge. */
export const canRun = (stage: AlignStage): boolean =>
  work.value === null &&
  isDone(beforeStage[stage]) &&
  (settings.value.judge === 'truth' || stage === 'code' || stage === 'sft' || stage === 'reward' || isDone('reward'));

/** Under which it is remembered that something is kept. */
const KEPT = 'aligned';

let worker: Worker | null = null;
let link: { remote: Remote<AlignApi>; gone: Promise<never> } | null = null;

function connect(): NonNullable<typeof link> {
  const mine = new Worker(new URL('../../worker/align.worker.ts', import.meta.url), { type: 'module', name: 'align' });
  worker = mine;
  const gone = new Promise<never>((_, reject) =>
    mine.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error(event.message));
      end();
    }),
  );
  gone.catch(() => {});
  return { remote: wrap<AlignApi>(mine), gone };
}

/** What it held is gone but for what is kept. */
function end(): void {
  worker?.terminate();
  worker = link = null;
  show(null);
  work.value = null;
}

function show(found: KeptAlignment | null): void {
  batch(() => {
    opened.value = found?.base ?? null;
    stages.value = found?.stages ?? {};
  });
}

/** What the worker may call. */
export const heard = <T>(listen: (what: T) => void) => proxy(listen);

/** Every call settles: of a worker that has died, too. */
export async function ask<T>(call: (remote: Remote<AlignApi>) => Promise<T>): Promise<T> {
  const { remote, gone } = (link ??= connect());
  return Promise.race([call(remote), gone]);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function hear(event: AlignEvent): void {
  if (event.kind === 'unkept') unkept.value = event.why;
}

/** The alignment of an earlier visit; a browser that has none is not asked, which would start a worker. */
export async function restore(): Promise<void> {
  if (link || recall(KEPT) === null) return;
  work.value = { stage: 'base', work: 'kept' };
  try {
    const found = await ask((remote) => remote.reopen(deviceChoice.value, heard(hear)));
    show(found);
    if (!found && unkept.value === null) unlearn(KEPT);
  } catch (error) {
    problem.value = messageOf(error);
  }
  work.value = null;
}

/** Another base is the beginning of another alignment; until it is there, what there was stays. */
export async function open(base: AlignBase, name: string): Promise<void> {
  problem.value = unkept.value = null;
  work.value = { stage: 'base', work: 'base' };
  baseRows.value = 0;
  const onEvent = heard((event: AlignEvent) => {
    hear(event);
    if (event.kind === 'work' && work.value?.stage === 'base') work.value = { stage: 'base', work: event.work };
    if (event.kind === 'rows') baseRows.value += event.rows.length;
  });
  try {
    const found = await ask((remote) => remote.open(base, name, deviceChoice.value, onEvent));
    if (found) {
      show({ base: found, stages: {} });
      remember(KEPT, 'yes');
    }
  } catch (error) {
    problem.value = messageOf(error);
  }
  work.value = null;
}

export async function forget(): Promise<void> {
  try {
    await ask((remote) => remote.forget());
    show(null);
    unlearn(KEPT);
  } catch (error) {
    problem.value = messageOf(error);
  }
}

function change(stage: AlignStage, to: Partial<StageSoFar>): void {
  stages.value = { ...stages.value, [stage]: { ...stages.value[stage]!, ...to } };
}

function receive(stage: AlignStage, event: AlignEvent): void {
  const record = stages.value[stage];
  if (!record) return;
  // Events come by a way of their own, and may come after the answer: nothing is under way then.
  if (event.kind === 'work') {
    if (record.state === 'running') work.value = { stage, work: event.work };
  } else change(stage, stageAfter(record, event));
  hear(event);
}

/** False: it was stopped or failed. */
export async function run(stage: AlignStage): Promise<boolean> {
  problem.value = null;
  const left = stages.value[stage]?.state === 'stopped' ? stages.value[stage] : null;
  const used = left?.settings ?? settings.value;
  // A stage made again takes what was made from it with it.
  if (!left) forgetFrom(stage);
  stages.value = {
    ...stages.value,
    [stage]: left ? { ...left, state: 'running' } : newStage(used),
  };
  work.value = { stage, work: 'data' };
  let done = false;
  try {
    const onEvent = heard((event: AlignEvent) => receive(stage, event));
    done = await ask((remote) => remote.run(stage, used, onEvent));
    change(stage, { state: done ? 'done' : 'stopped' });
  } catch (error) {
    problem.value = messageOf(error);
    if (stages.value[stage]) change(stage, { state: 'stopped' });
  }
  work.value = null;
  return done;
}

function forgetFrom(stage: AlignStage): void {
  const gone = stagesFrom(stage);
  stages.value = Object.fromEntries(Object.entries(stages.value).filter(([name]) => !gone.has(name as AlignStage)));
}

/** Stage after stage, until all are done or one is stopped. */
export async function runAll(): Promise<void> {
  for (let stage = nextStage.value; stage !== null; stage = nextStage.value) if (!(await run(stage))) return;
}

export async function stop(): Promise<void> {
  await ask((remote) => remote.stop()).catch(() => {});
}
