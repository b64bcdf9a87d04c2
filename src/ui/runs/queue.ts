/**
 * Runs that wait for their turn: the graphics processor serves one at a time. The next begins when one is done or has
 * diverged; a run stopped by hand or failed holds the queue until it is sent on. Files and a base chosen for a run stay
 * in this tab, so the queue does too.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import type { RunConfig } from '../../config/run.ts';
import { trainingFlopsPerToken } from '../../model/estimate.ts';
import type { BaseSource, UserFile } from '../../protocol.ts';
import { planRun } from '../../recipe/phases.ts';
import { isActive } from '../run/controls.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { paceOf } from '../run/progress.ts';
import { frame, history, runConfig, runPart, runState } from '../run/run.ts';
import { machine, offeredBase, start } from '../trainer.ts';
import { currentId, expect, forget, newRecord, records } from './ledger.ts';
import type { RunRecord } from './record.ts';

interface Waiting {
  id: string;
  config: RunConfig;
  files: readonly UserFile[];
  base: BaseSource | null;
}

const queue = signal<readonly Waiting[]>([]);
/** Those still in the list of runs, first come first; deleting a row takes its run out. */
export const waiting = computed(() => {
  const rows = new Set(records.value.filter(({ state }) => state.kind === 'queued').map(({ id }) => id));
  return queue.value.filter(({ id }) => rows.has(id));
});
export const isHeld = signal(false);

/** This recipe with `seeds` seeds, counted up from its own. A shipped base is one of a seed: each seed asks for its own. */
export async function enqueue(
  config: RunConfig,
  files: readonly UserFile[],
  base: BaseSource | null,
  seeds: number,
): Promise<void> {
  const entries: Omit<Waiting, 'id'>[] = [];
  for (let i = 0; i < seeds; i++) {
    const seeded = { ...config, seed: config.seed + i };
    const isShipped = base?.kind === 'shipped';
    entries.push({ config: seeded, files, base: isShipped && !(await offeredBase(seeded)) ? null : base });
  }
  batch(() => {
    for (const entry of entries) {
      const record = newRecord(entry.config, entry.base ? 'continued' : 'all', { kind: 'queued' });
      records.value = [record, ...records.value];
      queue.value = [...queue.value, { ...entry, id: record.id }];
    }
    if (!isActive(runState.value)) isHeld.value = false;
  });
}

export const emptyQueue = (): void => forget(waiting.value.map(({ id }) => id));

/** Sends the queue on whenever nothing else has the graphics processor. */
export function runQueue(): void {
  effect(() => {
    const { kind } = runState.value;
    isHeld.value = kind === 'stopped' || kind === 'failed';
  });
  effect(() => {
    const [next] = waiting.value;
    const isFree = !isActive(runState.value) && !isExperimenting.value && machine.value.kind === 'ready';
    if (!next || !isFree || isHeld.value) return;
    // Not inside the effect: the last events of the run before may still be on their way through it.
    setTimeout(() => {
      if (waiting.peek()[0] !== next || isActive(runState.peek())) return;
      queue.value = queue.peek().filter((entry) => entry !== next);
      expect(next.id);
      void start(next.config, [...next.files], next.base);
    });
  });
}

/** FLOPs of steps `from` … end of a run. */
function workOf({ config, part }: Pick<RunRecord, 'config' | 'part'>, from?: number): number {
  const { firstStep, endStep, tokensBefore } = planRun(config, part);
  return (
    (tokensBefore(endStep) - tokensBefore(from ?? firstStep)) *
    trainingFlopsPerToken(config.model, config.batch.length).total
  );
}

/** FLOPs a second: of the run on the page, else of the latest run that got anywhere; null: nobody knows yet. */
function speed(): number | null {
  const config = runConfig.value;
  const pace = config && paceOf(history.tokensPerSecond, history.length, 0);
  if (config && pace) return pace.tokensPerSecond * trainingFlopsPerToken(config.model, config.batch.length).total;
  const past = records.value.find(({ figures, id }) => figures.seconds > 0 && id !== currentId.value);
  if (!past) return null;
  const { config: old, figures } = past;
  return (figures.tokens * trainingFlopsPerToken(old.model, old.batch.length).total) / figures.seconds;
}

/** Seconds until each waiting run begins, and until all are done, at the speed of the run under way; null: not known. */
export const schedule = computed((): { starts: ReadonlyMap<string, number>; end: number } | null => {
  void frame.value;
  const perSecond = speed();
  if (perSecond === null || waiting.value.length === 0) return null;
  const config = runConfig.value;
  let end = 0;
  if (config && isActive(runState.value)) {
    const from = history.length > 0 ? history.step[history.length - 1] + 1 : undefined;
    end = workOf({ config, part: runPart.value }, from) / perSecond;
  }
  const starts = new Map<string, number>();
  for (const { id, config: next, base } of waiting.value) {
    starts.set(id, end);
    end += workOf({ config: next, part: base ? 'continued' : 'all' }) / perSecond;
  }
  return { starts, end };
});
