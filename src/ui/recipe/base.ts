/** Where a run's base comes from: trained by the run, shipped beside the page, or a model folder the reader opens. */
import { computed, effect, signal } from '@preact/signals';
import { PRESETS } from '../../config/presets.ts';
import type { BaseOffer, BaseSource, ModelFile } from '../../protocol.ts';
import { parseBaseMetadata } from '../../recipe/baseCheckpoint.ts';
import { isModelFile, missingModelFiles } from '../../recipe/modelFiles.ts';
import { offeredBase } from '../trainer.ts';
import { recipeWords } from '../words/recipe.ts';
import { chosenShipped, choosePreset, givenBase, ownConfig, preset, startsFromShipped } from './config.ts';

/** The shipped base that fits the recipe as it stands; null: none does. */
export const shippedBase = signal<BaseOffer | null>(null);
/** Whether that is known by now. */
export const hasAskedForShipped = signal(false);
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

/** Takes a model folder's files, or a .zip of them. What is wrong with them is said in a sentence, and nothing changes. */
export async function openFolder(list: readonly File[]): Promise<void> {
  folderProblem.value = null;
  try {
    const files = await readFiles(list);
    const missing = missingModelFiles(
      files.map(({ name }) => name),
      true,
    );
    if (missing.length > 0) throw new Error(recipeWords.base.lacks(missing));
    const metadata = parseBaseMetadata(parse(files.find(({ name }) => name === 'rekindle.json')!.bytes));
    const known = PRESETS.find(({ name, config: { continued } }) => name === metadata.preset && continued);
    if (known && preset.value !== known.name) choosePreset(known.name);
    const name =
      list.length === 1 ? list[0]!.name : list[0]?.webkitRelativePath.split('/')[0] || recipeWords.base.folder;
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

/**
 * Bytes of a model folder that are read. The largest model that trains here, a hundred million parameters of 4 bytes, is a
 * fifth of it, and a browser gives no array of more than twice as much.
 */
const LARGEST_FOLDER = 2 ** 31;
/** What a zip may unpack to, times its size: weights do not pack, and the JSON beside them packs to a tenth. */
const LARGEST_RATIO = 20;
/** Files in a zip that are looked through for those. A forged table of contents can claim four billion. */
const MOST_ENTRIES = 10_000;

/** Only what is needed is read, and of a zip only what its table of contents says is not too much. */
export async function readFiles(list: readonly File[]): Promise<ModelFile[]> {
  const zip = list.find(({ name }) => name.endsWith('.zip'));
  const wanted = zip ? [zip] : list.filter(({ name }) => isModelFile(name));
  const size = wanted.reduce((sum, file) => sum + file.size, 0);
  if (size > LARGEST_FOLDER) throw new Error(recipeWords.base.tooLarge(size, LARGEST_FOLDER));
  const read = await Promise.all(
    wanted.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  if (!zip) return read;
  const { unzipSync } = await import('fflate');
  const most = Math.min(LARGEST_FOLDER, LARGEST_RATIO * size);
  let unpacked = 0;
  let entries = 0;
  const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (++entries > MOST_ENTRIES) throw new Error(recipeWords.base.tooMany(MOST_ENTRIES));
    if (!isModelFile(name.split('/').at(-1)!)) return false;
    unpacked += originalSize;
    if (unpacked > most) throw new Error(recipeWords.base.tooLarge(unpacked, most));
    return true;
  };
  // fflate unpacks into as many bytes as the table says: one that lies gives a damaged file, not a larger one.
  return Object.entries(unzipSync(read[0]!.bytes, { filter }))
    .map(([path, bytes]) => ({ name: path.split('/').at(-1)!, bytes }))
    .filter(({ name }) => isModelFile(name));
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Error(recipeWords.base.notJson);
  }
}
