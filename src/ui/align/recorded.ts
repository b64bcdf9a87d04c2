/** The paper's comparisons as this project's command has recorded them; absent where a page is published without. */
import { computed, signal } from '@preact/signals';
import * as v from 'valibot';
import type { ShownGap } from '../../recipe/alignApi.ts';
import { alignmentArms, type AlignmentRow } from '../../recipe/alignment.ts';
import { resultsSchema } from '../../recipe/results/readResults.ts';
import { words } from './words.ts';

const indexSchema = v.array(v.object({ preset: v.string(), file: v.string() }));

export const recorded = signal<{ rows: AlignmentRow[]; adapter: string } | null>(null);

export async function fetchRecorded(): Promise<void> {
  if (recorded.value) return;
  try {
    const read = async (file: string): Promise<unknown> => (await fetch(`results/${file}`)).json();
    const entry = v.parse(indexSchema, await read('index.json')).find(({ preset }) => preset === 'alignment');
    if (!entry) return;
    const { rows, adapter = '' } = v.parse(resultsSchema, await read(entry.file));
    recorded.value = { rows: rows as AlignmentRow[], adapter };
  } catch {
    // Nothing is shown in their place.
  }
}

/** Held-out pairs of the arms that are compared by them, all seeds together. */
export const recordedGaps = computed(() => {
  const rows = (recorded.value?.rows ?? []).filter(({ gaps }) => gaps);
  const arms = alignmentArms['dpo-rpo']!.flatMap((name): { name: string; gaps: ShownGap[] }[] => {
    const gaps = rows.filter(({ arm }) => arm === name).flatMap((row) => row.gaps!);
    return gaps.length > 0 ? [{ name: words.armName(name), gaps }] : [];
  });
  return { arms, seeds: new Set(rows.map(({ seed }) => seed)).size };
});
