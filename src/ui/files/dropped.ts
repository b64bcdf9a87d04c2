/** Everything that was dropped: the files, and those in folders and in folders of theirs. */
import type { Dropped } from '../components/DropZone.tsx';

/** Files looked at: a person drops a folder of documents or of a model, not a disk. One more is found where there are more. */
const MOST = 10_000;

/** `path`: from the dropped folder on, `/letters/1.txt` of one called letters. */
interface FoundFile {
  path: string;
  bytes: File;
}

/** Hidden files and folders are not looked at: they are a program's, and there may be very many. */
export async function filesBelow(entries: readonly FileSystemEntry[]): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const waiting = [...entries];
  for (let entry = waiting.shift(); entry && found.length <= MOST; entry = waiting.shift()) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory) waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
    else found.push({ path: entry.fullPath, bytes: await fileOf(entry as FileSystemFileEntry) });
  }
  return found;
}

export async function droppedFiles({ files, entries }: Dropped): Promise<readonly File[]> {
  if (entries.every(({ isFile }) => isFile)) return files;
  return (await filesBelow(entries)).map(({ bytes }) => bytes);
}

export const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((yes, no) => entry.file(yes, no));

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives a hundred at a time, and none at its end.
    const some = await new Promise<FileSystemEntry[]>((yes, no) => reader.readEntries(yes, no));
    if (some.length === 0 || all.length > MOST) return all;
    all.push(...some);
  }
}
