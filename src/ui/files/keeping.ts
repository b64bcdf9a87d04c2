/** Keeps what became a source, brings it back after a reload, and deletes it: the reader's own text, in this browser and nowhere else. */
import { effect } from '@preact/signals';
import { mostFinishedBytes } from '../../util/kept.ts';
import { missingSources } from '../recipe/config.ts';
import { addFiles, ownFiles, removeFile, sourceName } from './files.ts';
import { idOf, keepingProblems, type KeptText, keptTexts, textId } from './keptTexts.ts';
import { remembered } from './rememberedFiles.ts';
import { canKeep, listTexts, removeText, stopWriting, useText, writeText } from './textStore.ts';
import { words } from './words.ts';

/** Asked once a visit. */
let able: Promise<boolean> | undefined;
const isAble = (): Promise<boolean> => (able ??= canKeep());

function say(sentence: string): void {
  if (!keepingProblems.value.includes(sentence)) keepingProblems.value = [...keepingProblems.value, sentence];
}

async function refresh(sweep = false): Promise<void> {
  if (await isAble()) keptTexts.value = await listTexts(sweep);
}

/** Room that a text leaves to runs, whose saves are worth more than a copy of what the reader has. */
async function hasRoom(bytes: number): Promise<boolean> {
  const { usage, quota } = await navigator.storage.estimate();
  return usage === undefined || quota === undefined || quota - usage >= bytes + mostFinishedBytes;
}

let last: Promise<void> = Promise.resolve();
/** One after the other, as a copy is deleted when its writing has ended; and two large ones at once would only slow each other down. */
function inTurn(act: () => Promise<void>): Promise<void> {
  const ended = last.then(act);
  last = ended.catch(() => {}); // told to who asked for it
  return ended;
}

/** Keeps a copy, where there is room. */
const keep = (file: File): Promise<void> => inTurn(() => write(file));

async function write(file: File): Promise<void> {
  if (sourceOf(file) === undefined) return; // taken out meanwhile
  if (!(await isAble())) return say(words.keepsNone);
  try {
    const isKept = keptTexts.value.some((text) => textId(text) === textId(file));
    if (!isKept && !(await hasRoom(file.size))) return say(words.noRoom(file.name, file.size));
    await writeText(file);
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
    say(isFull ? words.noRoom(file.name, file.size) : words.notKept(file.name, String(error)));
  }
  await refresh();
}

/** The source of the recipe that uses a text; undefined: none does. */
export const sourceOf = (text: KeptText): string | undefined =>
  ownFiles.value.find(({ file }) => idOf(file.bytes) === textId(text))?.file.source;

/** Whether a text is an awaited source's: the one that this tab had there, in another tab the one whose name says so. */
function fits(text: KeptText, source: string): boolean {
  const known = remembered.peek().get(source);
  return known?.kept ? known.kept === textId(text) : sourceName(text.name) === source;
}

/** Takes a kept text as one that is picked: for a source that awaits it, otherwise beside the others. */
export async function use(text: KeptText): Promise<void> {
  const copy = await useText(text);
  if (copy)
    await addFiles(
      [copy],
      missingSources.peek().find((source) => fits(text, source)),
    );
  else await refresh();
}

/** After a load: what an earlier visit left half written goes, and sources that are awaited have their texts. */
async function bringBack(): Promise<void> {
  await inTurn(() => refresh(true));
  for (const source of missingSources.peek()) {
    // Of several versions of a file the one changed last.
    const [latest] = keptTexts
      .peek()
      .filter((text) => fits(text, source))
      .toSorted((a, b) => b.lastModified - a.lastModified);
    if (latest) await use(latest);
  }
}

/** From now on a file that becomes a source is kept, and the copy of one that is taken out goes. */
export async function keepTexts(): Promise<void> {
  const back = bringBack();
  let before = new Map<string, File>();
  effect(() => {
    const all = ownFiles.value.map(({ file }) => file.bytes).filter((bytes) => bytes instanceof File);
    const now = new Map(all.map((file) => [textId(file), file]));
    for (const [id, file] of before) if (!now.has(id)) void drop(file);
    for (const [id, file] of now) if (!before.has(id)) void keep(file);
    before = now;
  });
  // Another tab may have changed what there is.
  document.addEventListener('visibilitychange', () => void (document.hidden || refresh()));
  await back;
}

/** Deletes a copy, also one that is being written, unless another tab uses it. */
function drop(text: KeptText): Promise<void> {
  stopWriting(text);
  return inTurn(async () => {
    if (!(await isAble())) return;
    keepingProblems.value = [];
    if (!(await removeText(text))) say(words.usedElsewhere(text.name));
    await refresh();
  });
}

/** Deletes a copy, and takes it out of the recipe where it is in it. */
export async function erase(text: KeptText): Promise<void> {
  const source = sourceOf(text);
  if (source === undefined) await drop(text);
  else removeFile(source); // which drops it
}
