/**
 * The reader's own files in the origin private file system: `texts/<size>-<lastModified>-<name>/text`. A copy is whole when it has the
 * bytes its folder's name says: what a closed tab left half written never has them, for a writer's bytes appear when it closes.
 * A Web Lock on each folder keeps tabs apart: shared by those that use a copy, held alone by who writes or deletes it.
 */
import { type KeptText, textId } from './keptTexts.ts';

const FOLDER = 'texts';
const FILE = 'text';

/** A folder of the store's, whose name may have no slash: a folder's text ends in what no file's ends in that is read (config/files.ts). */
const placeOf = (text: KeptText): string => textId(text).replace(/\/$/, '.folder');

/** Lets go of a lock, and settles when the browser has it back. */
type Release = () => Promise<void>;

/** Null: `alone` was asked for, and another has it. */
function hold(id: string, alone: boolean): Promise<Release | null> {
  return new Promise((resolve, reject) => {
    let letGo = () => {};
    const held = new Promise<void>((done) => (letGo = done));
    const options: LockOptions = alone ? { mode: 'exclusive', ifAvailable: true } : { mode: 'shared' };
    const ended = navigator.locks.request(`text:${id}`, options, async (lock): Promise<void> => {
      if (!lock) return resolve(null);
      resolve(() => {
        letGo();
        return ended;
      });
      await held;
    });
    ended.catch(reject);
  });
}

/** Locks of this page on copies that it uses. */
const used = new Map<string, Release>();

/** Copies that this page is writing. */
const writing = new Map<string, AbortController>();

/** Rejects where the browser keeps no files for pages, or denies it. */
async function open(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** Whether this browser lets a page stream files into storage of its own. */
export async function canKeep(): Promise<boolean> {
  if (!globalThis.navigator?.locks || !('createWritable' in (globalThis.FileSystemFileHandle?.prototype ?? {})))
    return false;
  return open().then(
    () => true,
    () => false,
  );
}

/** A whole copy, under its own name and date; null: there is none. */
async function copyOf(texts: FileSystemDirectoryHandle, text: KeptText): Promise<File | null> {
  try {
    const folder = await texts.getDirectoryHandle(placeOf(text));
    const copy = await (await folder.getFileHandle(FILE)).getFile();
    const { name, size, lastModified } = text;
    return copy.size === size ? new File([copy], name, { lastModified }) : null;
  } catch {
    return null; // no folder, or no file in it
  }
}

function parse(place: string): KeptText | null {
  const [, size, lastModified, name] = /^(\d+)-(-?\d+)-(.+)$/s.exec(place) ?? [];
  if (name === undefined) return null;
  return { name: name.replace(/\.folder$/, '/'), size: Number(size), lastModified: Number(lastModified) };
}

/** The whole copies, by name; `sweep`: those that nobody writes and that are not whole are deleted. */
export async function listTexts(sweep = false): Promise<KeptText[]> {
  const texts = await open();
  const found: KeptText[] = [];
  const places: string[] = [];
  for await (const place of texts.keys()) places.push(place);
  for (const place of places) {
    const text = parse(place);
    if (!text) continue;
    if (await copyOf(texts, text)) found.push(text);
    else if (sweep) await removeAlone(texts, text, true);
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** False: another has it. `unlessWhole`: looked at once more, now that nobody else writes it. */
async function removeAlone(texts: FileSystemDirectoryHandle, text: KeptText, unlessWhole = false): Promise<boolean> {
  const release = await hold(textId(text), true);
  if (!release) return false;
  try {
    if (!unlessWhole || !(await copyOf(texts, text))) await texts.removeEntry(placeOf(text), { recursive: true });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotFoundError') throw error;
  } finally {
    await release();
  }
  return true;
}

/** The copy, which no tab deletes while this page has it; null: there is none. */
export async function useText(text: KeptText): Promise<File | null> {
  const id = textId(text);
  const release = await hold(id, false);
  const copy = await copyOf(await open(), text);
  if (copy && release && !used.has(id)) used.set(id, release);
  else await release?.();
  return copy;
}

/** Copies a file piece by piece, unless there is a copy, and holds it. Rejects where there is no room, and leaves nothing then. */
export async function writeText(file: File): Promise<void> {
  const id = textId(file);
  if (await useText(file)) return;
  const release = await hold(id, true);
  if (release) {
    const abort = new AbortController();
    writing.set(id, abort);
    await write(file, abort.signal).finally(() => {
      writing.delete(id);
      return release();
    });
  }
  // Where another tab had it, it writes the copy: this waits for that.
  await useText(file);
}

async function write(file: File, signal: AbortSignal): Promise<void> {
  const texts = await open();
  try {
    const folder = await texts.getDirectoryHandle(placeOf(file), { create: true });
    const into = await (await folder.getFileHandle(FILE, { create: true })).createWritable();
    await file.stream().pipeTo(into, { signal });
  } catch (error) {
    await texts.removeEntry(placeOf(file), { recursive: true }).catch(() => {}); // swept at the next visit, if not now
    if (!signal.aborted) throw error;
  }
}

/** Has the writing of a copy end, and nothing of it stay. */
export const stopWriting = (text: KeptText): void => writing.get(textId(text))?.abort();

/** Deletes a copy. False: another tab uses it, and it stays. */
export async function removeText(text: KeptText): Promise<boolean> {
  const id = textId(text);
  await used.get(id)?.();
  used.delete(id);
  return removeAlone(await open(), text);
}
