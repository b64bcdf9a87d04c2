/** Results of whole experiments, recorded with this project's own command and published beside the page. */
import { computed, signal } from '@preact/signals';
import * as v from 'valibot';
import { resultsSchema } from '../../recipe/results/readResults.ts';
import type { ResultRow } from '../../recipe/results/results.ts';
import { experimentName, preset, WORLD_PRESETS } from './state.ts';
import { BASE, type Results, traceOf } from './results.ts';

const indexSchema = v.array(
  v.object({
    preset: v.string(),
    file: v.string(),
    adapter: v.optional(v.string()),
    experiments: v.array(v.string()),
    seeds: v.union([v.number(), v.array(v.number())]),
  }),
);
type Entry = v.InferOutput<typeof indexSchema>[number];

const FOLDER = 'results/';

/** null: not asked yet; an empty list: this page was published without results. */
export const recordedIndex = signal<readonly Entry[] | null>(null);
const files = signal<Readonly<Record<string, Results | 'fetching' | 'damaged'>>>({});

/** `choose`: turn to the preset whose results come first, which the reader has not chosen otherwise. */
export async function fetchIndex(choose: boolean): Promise<void> {
  const index = (await fetched(indexSchema, 'index.json')) ?? [];
  const first = index.find(({ experiments }) => experiments.includes(experimentName.value));
  recordedIndex.value = index;
  if (choose && first && WORLD_PRESETS.some(({ name }) => name === first.preset)) preset.value = first.preset;
}

/** null: it is not there, or is something else. */
async function fetched<T extends v.GenericSchema>(schema: T, file: string): Promise<v.InferOutput<T> | null> {
  try {
    const response = await fetch(FOLDER + file);
    const read = v.safeParse(schema, await response.json());
    return response.ok && read.success ? read.output : null;
  } catch {
    return null;
  }
}

const entry = computed(() =>
  recordedIndex.value?.find((one) => one.preset === preset.value && one.experiments.includes(experimentName.value)),
);

/** Whether there is something recorded of the chosen experiment with the chosen preset. */
export const isRecorded = computed(() => entry.value !== undefined);

/** Fetches what the choice asks for, once. */
export async function fetchChosen(): Promise<void> {
  const one = entry.value;
  if (!one || files.value[one.file]) return;
  files.value = { ...files.value, [one.file]: 'fetching' };
  const read = await fetched(resultsSchema, one.file);
  const rows = (read?.rows ?? []) as ResultRow[];
  const results = read && {
    ...read,
    rows,
    adapter: read.adapter ?? one.adapter,
    traces: rows.filter(({ arm }) => arm !== BASE).map(traceOf),
  };
  files.value = { ...files.value, [one.file]: results ?? 'damaged' };
}

export type Recorded = Results | 'asking' | 'none' | 'fetching' | 'damaged';

export const recorded = computed((): Recorded => {
  if (recordedIndex.value === null) return 'asking';
  const one = entry.value;
  return one ? (files.value[one.file] ?? 'fetching') : 'none';
});
