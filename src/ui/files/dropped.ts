/** Everything that was dropped: the files, and those in folders and in folders of theirs. */

/** Files looked at: a person drops a folder of documents or of a model, not a disk. */
const MOST = 10_000;

export async function droppedFiles(transfer: DataTransfer | null): Promise<File[]> {
  // Entries are to be asked for before anything is awaited: the transfer is empty afterwards.
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
  if (entries.every((entry) => entry === null || entry.isFile)) return [...(transfer?.files ?? [])];
  const found: File[] = [];
  const waiting = entries.filter((entry) => entry !== null);
  for (let entry = waiting.shift(); entry && found.length < MOST; entry = waiting.shift()) {
    if (entry.isDirectory) waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
    else found.push(await new Promise<File>((yes, no) => (entry as FileSystemFileEntry).file(yes, no)));
  }
  return found;
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives a hundred at a time, and none at its end.
    const some = await new Promise<FileSystemEntry[]>((yes, no) => reader.readEntries(yes, no));
    if (some.length === 0 || all.length >= MOST) return all;
    all.push(...some);
  }
}
