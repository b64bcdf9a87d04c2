/** Raw text on its way through curation, made up or real: taken there by a worker of its own, which is ended where it is not waited for. */
import { computed, signal } from '@preact/signals';
import { proxy, wrap } from 'comlink';
import * as v from 'valibot';
import { REAL_SOURCES } from '../../config/sources.ts';
import type { ChosenSource, DataApi, DataReport, Role } from '../../recipe/curation/dataReport.ts';
import { resultsSchema } from '../../recipe/results/readResults.ts';
import type { ExperimentResults, ResultRow } from '../../recipe/results/results.ts';
import { files } from '../files/files.ts';

/** A crawl of which everything is known, or shipped and own text, of which nothing is. */
export type Origin = 'crawl' | 'text';
export const origin = signal<Origin>('crawl');
export const seed = signal(1);
export const survivor = signal<'older' | 'newer'>('older');
/** What the reader made of sources. */
export const roles = signal<Readonly<Record<string, Role | 'out'>>>({});
export const report = signal<DataReport | null>(null);
/** The stage under way, and how far its reading is; null: none. */
export const working = signal<{ stage: string; share: number } | null>(null);
export const problem = signal<string | null>(null);
/** What is shown documents of: a reason of a stage, or null for what it kept. */
export const chosen = signal<{ stage: string; reason: string | null } | null>(null);
/** A perplexity, where the reader has moved the limit. */
export const limit = signal<number | null>(null);
export const results = signal<ExperimentResults | null>(null);

/** What plays the clean text where the reader says nothing else. */
const CLEAN = ['books', 'encyclopedia'];

/** Files of the reader's, and shipped text beside them: to compare with, and to be judged where there is no other. */
export const sources = computed(() => {
  const own = files.value.map((file) => ({ name: file.source, file, usual: 'judged' as Role | 'out' }));
  const shipped = Object.keys(REAL_SOURCES)
    .filter((name) => !own.some((one) => one.name === name))
    .map((name) => ({ name, file: null, usual: usualRole(name, own.length > 0) }));
  return [...own, ...shipped].map(({ usual, ...one }) => ({ ...one, role: roles.value[one.name] ?? usual }));
});

function usualRole(name: string, besideOwn: boolean): Role | 'out' {
  if (CLEAN.includes(name)) return 'clean';
  if (besideOwn || name.startsWith('qa-')) return 'out';
  return name === 'code' ? 'code' : 'judged';
}

export const chosenSources = computed(() =>
  sources.value.flatMap(({ role, ...one }): ChosenSource[] => (role === 'out' ? [] : [{ ...one, role }])),
);

let worker: Worker | null = null;

/** Ends what is under way; what was made before stays. */
export function cancel(): void {
  worker?.terminate();
  worker = null;
  working.value = null;
}

/** Goes over to other text; the crawl is made at once, for it is the same for everybody. */
export function choose(next: Origin): void {
  cancel();
  origin.value = next;
  report.value = null;
  problem.value = null;
  if (next === 'crawl') void make();
}

/** Makes the report of what is chosen; a worker that is still at another one is ended. */
export async function make(): Promise<void> {
  cancel();
  const mine = new Worker(new URL('../../worker/data.worker.ts', import.meta.url), { type: 'module', name: 'data' });
  worker = mine;
  problem.value = null;
  working.value = { stage: '', share: 0 };
  const failed = new Promise<never>((_, reject) =>
    mine.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    }),
  );
  try {
    const onProgress = proxy((stage: string, share: number) => {
      if (worker === mine) working.value = { stage, share };
    });
    const api = wrap<DataApi>(mine);
    const asked =
      origin.peek() === 'crawl'
        ? api.crawl(seed.peek(), survivor.peek(), onProgress)
        : api.text(chosenSources.peek(), survivor.peek(), onProgress);
    const made = await Promise.race([asked, failed]);
    if (worker !== mine) return;
    report.value = made;
    limit.value = null;
    const first = made.stages.find(({ reasons }) => reasons.length > 0);
    chosen.value = first ? { stage: first.name, reason: first.reasons[0]!.reason } : null;
  } catch (error) {
    if (worker === mine) problem.value = (error as Error).message;
  } finally {
    mine.terminate();
    if (worker === mine) cancel();
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
