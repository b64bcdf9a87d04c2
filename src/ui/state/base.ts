/** Where a run's base comes from: trained by the run, shipped beside the page, or a model folder the reader opens. */
import { computed, effect, signal } from '@preact/signals';
import { PRESETS } from '../../config/presets.ts';
import type { BaseSource, ModelFile } from '../../protocol.ts';
import { parseBaseMetadata } from '../../recipe/baseCheckpoint.ts';
import { offeredBase } from '../trainer.ts';
import { text } from '../strings.ts';
import { choosePreset, config, givenBase, preset, startsFromShipped } from './config.ts';

/** The shipped base that fits the recipe as it stands; null: none does. */
export const shippedBase = signal<{ bytes: number } | null>(null);
export const wantsShipped = signal(true);
const folder = signal<{ name: string; files: ModelFile[] } | null>(null);
export const folderName = computed(() => folder.value?.name ?? null);
export const folderProblem = signal<string | null>(null);

export const baseSource = computed((): BaseSource | null => {
  if (folder.value) return { kind: 'folder', files: folder.value.files };
  return startsFromShipped.value ? { kind: 'shipped' } : null;
});

/** Asks anew whenever what a base is trained by changes. */
export function askForShippedBase(): void {
  const asked = computed(() => {
    const { preset: name, seed, model, data, batch, optimizer, base, continued } = config.value;
    return data.world && continued ? JSON.stringify([name, seed, model, data, batch, optimizer, base]) : null;
  });
  const ask = async (key: string) => {
    const base = await offeredBase(config.peek());
    if (asked.peek() === key) shippedBase.value = base;
  };
  effect(() => {
    const key = asked.value;
    shippedBase.value = null;
    if (key === null) return;
    void ask(key);
  });
  effect(
    () => void (startsFromShipped.value = wantsShipped.value && shippedBase.value !== null && givenBase.value === null),
  );
}

const NEEDED = ['config.json', 'model.safetensors', 'tokenizer.json', 'rekindle.json'];

/** Takes a model folder's files, or a .zip of them. What is wrong with them is said in a sentence, and nothing changes. */
export async function openFolder(list: readonly File[]): Promise<void> {
  folderProblem.value = null;
  try {
    const files = await readFiles(list);
    const missing = NEEDED.filter((name) => !files.some((file) => file.name === name));
    if (missing.length > 0) throw new Error(text.base.lacks(missing));
    const metadata = parseBaseMetadata(parse(files.find(({ name }) => name === 'rekindle.json')!.bytes));
    const known = PRESETS.find(({ name, config: { continued } }) => name === metadata.preset && continued);
    if (known && preset.value !== known.name) choosePreset(known.name);
    const name = list.length === 1 ? list[0]!.name : list[0]?.webkitRelativePath.split('/')[0] || text.base.folder;
    folder.value = { name, files };
    givenBase.value = metadata;
  } catch (error) {
    folderProblem.value = error instanceof Error ? error.message : String(error);
  }
}

export function closeFolder(): void {
  folder.value = null;
  givenBase.value = null;
  folderProblem.value = null;
}

async function readFiles(list: readonly File[]): Promise<ModelFile[]> {
  const read = await Promise.all(
    list.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  const zip = read.find(({ name }) => name.endsWith('.zip'));
  if (!zip) return read.filter(({ name }) => NEEDED.includes(name));
  const { unzipSync } = await import('fflate');
  const entries = Object.entries(unzipSync(zip.bytes));
  return entries
    .map(([path, bytes]) => ({ name: path.split('/').at(-1)!, bytes }))
    .filter(({ name }) => NEEDED.includes(name));
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Error(text.base.notJson);
  }
}
