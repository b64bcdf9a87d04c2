/** Where a run's base comes from: trained by the run, shipped beside the page, or a model folder the reader opens. */
import { computed, effect, signal } from '@preact/signals';
import type { BaseOffer, BaseSource, FolderBlob, FolderReport } from '../../protocol.ts';
import { offeredBase } from '../trainer.ts';
import { chosenShipped, givenBase, ownConfig, startsFromShipped } from './config.ts';

/** The shipped base that fits the recipe as it stands; null: none does. */
export const shippedBase = signal<BaseOffer | null>(null);
/** Whether that is known by now. */
export const hasAskedForShipped = signal(false);
export const wantsShipped = signal(true);
/** The reader's own model (src/ui/model). */
export const folder = signal<{ name: string; files: FolderBlob[]; report: FolderReport } | null>(null);

export const baseSource = computed((): BaseSource | null => {
  if (folder.value) return { kind: 'folder', files: folder.value.files };
  return startsFromShipped.value ? { kind: 'shipped' } : null;
});

/** Asks anew whenever what a base is trained by changes. */
export function askForShippedBase(): void {
  const asked = computed(() => {
    const { preset: name, seed, model, tokenizer, data, batch, optimizer, base, continued } = ownConfig.value;
    if (!continued || givenBase.value) return null;
    return JSON.stringify([name, data.world && seed, model, tokenizer, data, batch, optimizer, base]);
  });
  const ask = async (key: string) => {
    const base = await offeredBase(ownConfig.peek());
    if (asked.peek() !== key) return;
    shippedBase.value = base;
    hasAskedForShipped.value = true;
  };
  effect(() => {
    const key = asked.value;
    shippedBase.value = null;
    if (key !== null) void ask(key);
  });
  effect(() => void (chosenShipped.value = wantsShipped.value ? (shippedBase.value?.metadata ?? null) : null));
}
