/** The reader's own model: opened and looked at by the worker, tried, and taken as what the next run continues. */
import { signal } from '@preact/signals';
import { DEFAULT_PRESET, PRESETS, presetConfig } from '../../config/presets.ts';
import { LORA_TARGETS, type Lora } from '../../config/run.ts';
import type { FolderBlob, ModelTrial } from '../../protocol.ts';
import { isModelFile, LARGEST_FOLDER, missingModelFiles } from '../../recipe/modelFiles.ts';
import { folder } from '../recipe/base.ts';
import { choosePreset, config, givenBase, lora, preset } from '../recipe/config.ts';
import { files } from '../files/files.ts';
import { describeModel, tryModel } from '../trainer.ts';
import { words } from './words.ts';

export const problem = signal<string | null>(null);
/** The name of a folder that is being looked at. */
export const reading = signal<string | null>(null);
export const trial = signal<ModelTrial | 'trying' | null>(null);

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Takes a model folder's files, or a .zip of them. What is wrong with them is said in a sentence, and nothing changes. */
export async function openModel(list: readonly File[]): Promise<void> {
  const name = list.length === 1 ? list[0]!.name : list[0]?.webkitRelativePath.split('/')[0] || words.someFolder;
  await takeModel(name, () => filesOf(list));
}

/** `load` gives the files of the folder `name`. */
export async function takeModel(name: string, load: () => Promise<FolderBlob[]>): Promise<void> {
  if (reading.value !== null) return;
  problem.value = null;
  reading.value = name;
  try {
    const given = await load();
    const missing = missingModelFiles(
      given.map((file) => file.name),
      false,
    );
    if (missing.length > 0) throw new Error(words.lacks(missing));
    // A model made elsewhere knows none of a synthetic world's words.
    const chosen = presetConfig(preset.value);
    const text = chosen.data.world === null && chosen.continued ? preset.value : DEFAULT_PRESET;
    const report = await describeModel(given, presetConfig(text));
    const its = PRESETS.find((one) => one.name === report.metadata.preset && one.config.continued);
    if (its && preset.value !== its.name) choosePreset(its.name);
    folder.value = { name, files: given, report };
    givenBase.value = report.metadata;
    trial.value = null;
  } catch (error) {
    problem.value = told(error);
  } finally {
    reading.value = null;
  }
}

export function closeModel(): void {
  folder.value = null;
  givenBase.value = null;
  lora.value = null;
  problem.value = null;
  trial.value = null;
}

/** What the model does on the recipe's text before it is trained. */
export async function tryIt(): Promise<void> {
  const opened = folder.value;
  if (!opened || trial.value === 'trying') return;
  problem.value = null;
  trial.value = 'trying';
  try {
    const found = await tryModel(config.value, [...files.value], { kind: 'folder', files: opened.files });
    if (folder.value === opened) trial.value = found;
  } catch (error) {
    trial.value = null;
    problem.value = told(error);
  }
}

/** Products read four columns at a time. */
export const isLora = ({ rank, alpha, targets = [] }: Lora): boolean =>
  Number.isInteger(rank) &&
  rank >= 4 &&
  rank <= 256 &&
  rank % 4 === 0 &&
  alpha > 0 &&
  alpha < 1e6 &&
  targets.length > 0;

export const usualLora: Lora = { rank: 8, alpha: 16, targets: LORA_TARGETS.slice(0, 2) };

/** Only what is needed is handed on, and of a zip only what its table of contents says is not too much. */
export async function filesOf(list: readonly File[]): Promise<FolderBlob[]> {
  const zip = list.find(({ name }) => name.endsWith('.zip'));
  if (zip) return filesOfZip(zip);
  const wanted = list.filter(({ name }) => isModelFile(name));
  checkSize(wanted.reduce((sum, file) => sum + file.size, 0));
  return wanted.map((file) => ({ name: file.name, bytes: file }));
}

export async function filesOfZip(zip: Blob): Promise<FolderBlob[]> {
  checkSize(zip.size);
  const { modelOfZip } = await import('../../recipe/zip.ts');
  const unpacked = modelOfZip(new Uint8Array(await zip.arrayBuffer()), LARGEST_FOLDER);
  return unpacked.map(({ name, bytes }) => ({ name, bytes: new Blob([bytes as BlobPart]) }));
}

function checkSize(bytes: number): void {
  if (bytes > LARGEST_FOLDER) throw new Error(words.tooLarge(bytes, LARGEST_FOLDER));
}
