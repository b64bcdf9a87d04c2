/** Folders of text: each is packed as one file (config/folder.ts), which is then looked at, kept and read like any other. */
import { signal } from '@preact/signals';
import type { TextFolderFile } from '../../config/folder.ts';
import { UserError } from '../../util/errors.ts';
import { recipeWords } from '../words/recipe.ts';
import { fileOf, filesBelow } from './dropped.ts';
import { addFiles, fileProblems } from './files.ts';
import { words } from './words.ts';

interface Folder {
  /** With a slash at its end, which tells it from a file. */
  name: string;
  files: readonly (TextFolderFile & { bytes: File })[];
}

/** The folder whose files are being gathered; null: none. */
export const packing = signal<string | null>(null);

/** As old as its youngest file: after a change in any of them it is another text. */
async function pack({ name, files }: Folder): Promise<File> {
  const { packFolder } = await import('../../config/folder.ts');
  const lastModified = files.reduce((latest, { bytes }) => Math.max(latest, bytes.lastModified), 0);
  return new File([await packFolder(name, files)], name, { lastModified });
}

function problemOf(name: string, error: unknown): string {
  if (error instanceof UserError) return recipeWords.setup.refused(error.message, error.code ?? 'text');
  return recipeWords.setup.unread(name, error instanceof Error ? error.message : String(error));
}

/** `alone`: files beside the folders. */
async function add(folders: readonly Folder[], alone: readonly File[], awaited?: string): Promise<void> {
  const packed: File[] = [];
  const problems: string[] = [];
  for (const folder of folders) {
    packing.value = folder.name;
    await pack(folder).then(
      (file) => packed.push(file),
      (error) => problems.push(problemOf(folder.name, error)),
    );
  }
  packing.value = null;
  const added = addFiles([...alone, ...packed], awaited);
  fileProblems.value = [...fileProblems.value, ...problems];
  await added;
}

/** The files of a folder that was chosen; `awaited`: the source, named by the recipe, whose folder this is. */
export async function addPicked(list: readonly File[], awaited?: string): Promise<void> {
  const [first] = list;
  // Nobody says which.
  if (first === undefined) return void (fileProblems.value = [words.emptyFolder]);
  const name = first.webkitRelativePath.replace(/\/.*/s, '/');
  const files = list.map((bytes) => ({ path: bytes.webkitRelativePath.slice(name.length), bytes }));
  await add([{ name, files }], [], awaited);
}

export async function addDropped(entries: readonly FileSystemEntry[]): Promise<void> {
  const folders: Folder[] = [];
  const alone: File[] = [];
  for (const entry of entries) {
    if (entry.isDirectory) {
      const name = `${entry.name}/`;
      packing.value = name;
      const found = await filesBelow([entry]);
      folders.push({ name, files: found.map(({ path, bytes }) => ({ path: path.slice(name.length + 1), bytes })) });
    } else alone.push(await fileOf(entry as FileSystemFileEntry));
  }
  await add(folders, alone);
}
