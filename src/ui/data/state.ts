/** A raw web on its way through curation: made by a worker of its own when this sheet is first opened. */
import { signal } from '@preact/signals';
import { proxy, wrap } from 'comlink';
import * as v from 'valibot';
import { resultsSchema } from '../../recipe/results/readResults.ts';
import type { DataApi, DataReport } from '../../recipe/curation/dataReport.ts';
import type { ExperimentResults, ResultRow } from '../../recipe/results/results.ts';

export const seed = signal(1);
export const survivor = signal<'older' | 'newer'>('older');
export const report = signal<DataReport | null>(null);
/** The step under way; null: none. */
export const working = signal<string | null>(null);
export const problem = signal<string | null>(null);
/** The reason whose documents are shown. */
export const chosen = signal<{ stage: string; reason: string } | null>(null);
/** A perplexity, where the reader has moved the limit. */
export const limit = signal<number | null>(null);
export const results = signal<ExperimentResults | null>(null);

let worker: Worker | null = null;

/** Makes the report of what is chosen; a worker that is still at another one is ended. */
export async function make(): Promise<void> {
  worker?.terminate();
  const mine = new Worker(new URL('../../worker/data.worker.ts', import.meta.url), { type: 'module', name: 'data' });
  worker = mine;
  problem.value = null;
  working.value = '';
  const failed = new Promise<never>((_, reject) =>
    mine.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    }),
  );
  try {
    const onStage = proxy((name: string) => void (worker === mine && (working.value = name)));
    const made = await Promise.race([wrap<DataApi>(mine).report(seed.value, survivor.value, onStage), failed]);
    if (worker !== mine) return;
    report.value = made;
    limit.value = null;
    const first = made.stages.find(({ reasons }) => reasons.length > 0);
    chosen.value = first ? { stage: first.name, reason: first.reasons[0]!.reason } : null;
  } catch (error) {
    if (worker === mine) problem.value = (error as Error).message;
  } finally {
    mine.terminate();
    if (worker === mine) {
      worker = null;
      working.value = null;
    }
  }
}

const indexSchema = v.array(v.object({ file: v.string(), experiments: v.array(v.string()) }));

/** What training on every step's web came to, as the index of recorded results names it; absent where a page is published without. */
export async function fetchResults(): Promise<void> {
  if (results.value) return;
  try {
    const read = async (file: string): Promise<unknown> => (await fetch(`results/${file}`)).json();
    const entry = v.parse(indexSchema, await read('index.json')).find((one) => one.experiments.includes('curation'));
    if (!entry) return;
    const found = v.parse(resultsSchema, await read(entry.file));
    results.value = { ...found, rows: found.rows as ResultRow[] };
  } catch {
    // Nothing is shown in their place.
  }
}
