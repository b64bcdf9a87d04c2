/**
 * A run's checkpoints: two slots, written in turn, and a third for the page's last moment (`saveNow`). A slot is a body in files of 32 MiB and a head (head.ts) written
 * last, so that whenever the machine stops one of the two is whole:
 *
 *   empty the head · flush | write the body, segment by segment, each flushed | write the head · flush
 *
 * The slot that is known to be good is never the one written to. A save counts from the head's flush on; what an
 * interrupted one leaves has no head and is passed over.
 */
import { StorageError } from './errors.ts';
import type { Awaitable, Files, OpenFile } from './files.ts';
import {
  decodeHead,
  type DigestNow,
  digestOf,
  encodeHead,
  encodeHeadNow,
  type Facts,
  type Head,
  headBytes,
  hex,
  loadDigestNow,
  newerError,
} from './head.ts';
import { longEnough, settled } from './settle.ts';
import { storageWords } from '../words/storage.ts';

/**
 * Bytes of a body's file. Chromium reserves the next power of two for an open OPFS file (44 MB are refused under a
 * quota of 48 MB, 32 MiB are not), and a segment is hashed and written while training goes on.
 */
export const segmentBytes = 32 * 2 ** 20;

/** Written in turn. */
const turns = ['a', 'b'] as const;
/** Written as the page is left. */
const leaving = 'left';
const slotNames = [...turns, leaving] as const;
type Slot = (typeof slotNames)[number];

/**
 * Most bytes that are saved as the page is left: a browser lets a worker finish what it does, in Chromium for two seconds, in which a disk
 * and SHA-256 in JavaScript (some 120 MB/s) see to this much and half as much again.
 */
const mostAtOnce = 96 * 2 ** 20;

export interface Loaded {
  head: Head;
  body: Uint8Array<ArrayBuffer>;
}

export interface SlotOptions {
  segment?: number;
  /** Milliseconds to wait for a held file, and for the answer to one call, of the files or of the list's table. */
  patience?: number;
}

/** What was passed over while loading, in words for the user. */
export interface Passed {
  kind: 'unfinished' | 'damaged';
  message: string;
}

/** Milliseconds between two tries to open a held file. */
const LONGEST_PAUSE = 200;
const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Where a file of a run lies: RUN.SLOT.head, RUN.SLOT.0, RUN.SLOT.1, … */
const nameOf = (run: string, slot: Slot, part: 'head' | number): string => `${run}.${slot}.${part}`;

/** The runs that have files here. */
export async function storedRuns(files: Files, patience = longEnough): Promise<string[]> {
  const names = await settled(files.list(), storageWords.listing, patience);
  return [...new Set(names.flatMap((name) => /^([\w-]+)\.(?:a|b|left)\.(?:head|\d+)$/.exec(name)?.[1] ?? []))].sort();
}

export class SlotStore {
  readonly files: Files;
  readonly run: string;
  readonly #segment: number;
  readonly #patience: number;
  /** The slot that holds the newest good generation; undefined: not looked yet, null: there is none. */
  #good: Slot | null | undefined;
  /** Highest generation ever begun here. */
  #generation = 0;
  /** The files of the third slot, open. */
  #held: { head: OpenFile; segments: OpenFile[]; digest: DigestNow } | null = null;
  /** What the last `load` passed over. */
  passed: Passed[] = [];

  constructor(files: Files, run: string, { segment = segmentBytes, patience = longEnough }: SlotOptions = {}) {
    this.files = files;
    this.run = run;
    this.#segment = segment;
    this.#patience = patience;
  }

  /**
   * Saves the concatenation of `parts` as the next generation, after which it is what `load` gives. On a StorageError
   * what was saved before is intact. Do not call while another save is under way.
   */
  async save(parts: readonly Uint8Array[], facts: Facts): Promise<Head> {
    if (this.#good === undefined) await this.#look();
    const slot = this.#good === 'a' ? 'b' : 'a';
    const generation = ++this.#generation;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    await this.#write(slot, 'head', new Uint8Array(0));
    const hashes: Uint8Array[] = [];
    for (const segment of segmentsOf(parts, this.#segment)) {
      hashes.push(await digestOf(segment));
      await this.#write(slot, hashes.length - 1, segment);
    }
    await this.#removeFrom(slot, hashes.length);
    const head: Head = { generation, length, segment: this.#segment, sha256: await hashOf(hashes), facts };
    await this.#write(slot, 'head', await encodeHead(head));
    this.#good = slot;
    return head;
  }

  /**
   * Opens what `saveNow` writes to and keeps it open, after a save. Nobody else can read those files meanwhile; nothing is opened where a
   * file does not answer at once, or a save is too long for a last moment.
   */
  async hold({ length }: Head): Promise<void> {
    if (!this.files.answersAtOnce || length > mostAtOnce) return this.letGo();
    const open = (part: 'head' | number): Promise<OpenFile> => {
      const name = nameOf(this.run, leaving, part);
      return this.#open(name, storageWords.writing(name));
    };
    this.#held ??= { digest: await loadDigestNow(), head: await open('head'), segments: [] };
    const { segments } = this.#held;
    // One more than the save took: the next one is longer by what is said meanwhile.
    while ((segments.length - 1) * this.#segment < length) segments.push(await open(segments.length));
  }

  /**
   * Saves as `save` does, by the time that it returns: also while a save is under way, and in a worker that is being ended. null: not
   * possible, for nothing is held, or the good save is the one that it would write over. Throws where the disk fails; what was saved
   * before is intact.
   */
  saveNow(parts: readonly Uint8Array[], facts: Facts): Head | null {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const held = this.#held;
    if (!held || this.#good === leaving || length > held.segments.length * this.#segment) return null;
    const generation = ++this.#generation;
    const put = (file: OpenFile, bytes: Uint8Array<ArrayBuffer>, part: 'head' | number): void => {
      void file.truncate(bytes.length);
      const count = file.write(bytes, 0) as number;
      const name = nameOf(this.run, leaving, part);
      if (count !== bytes.length) throw new StorageError('short', storageWords.shortWrite(name, count, bytes.length));
      void file.flush();
    };
    const hashes: Uint8Array[] = [];
    for (const segment of segmentsOf(parts, this.#segment)) {
      put(held.segments[hashes.length]!, segment, hashes.length);
      hashes.push(held.digest(segment));
    }
    const sha256 = hex(held.digest(join(hashes, hashes.length * 32)));
    const head: Head = { generation, length, segment: this.#segment, sha256, facts };
    put(held.head, encodeHeadNow(head, held.digest), 'head');
    this.#good = leaving;
    return head;
  }

  /** Closes what `hold` opened. */
  letGo(): void {
    const held = this.#held;
    this.#held = null;
    for (const file of held ? [held.head, ...held.segments] : []) void file.close();
  }

  /**
   * The newest generation that is whole; null if nothing was ever saved. `passed` then tells what newer one was not.
   * StorageError 'damaged' where every save is, 'newer' where a newer app wrote here.
   */
  async load(): Promise<Loaded | null> {
    const { heads, passed } = await this.#heads();
    this.passed = passed;
    this.#good = null;
    for (const { slot, head } of heads) {
      const body = await this.#readBody(slot, head);
      if (!body) {
        passed.push({
          kind: 'damaged',
          message: storageWords.damagedSave(head.generation, head.facts['step']),
        });
        continue;
      }
      this.#good = slot;
      return { head, body };
    }
    if (passed.some(({ kind }) => kind === 'damaged')) {
      throw new StorageError(
        'damaged',
        storageWords.noWholeSave(this.run, passed.map(({ message }) => message).join(' ')),
      );
    }
    return null;
  }

  /** The newest head, its body unread: for lists. `held`: the run is being trained, and its trainer keeps the third slot open. */
  async newest(held?: boolean): Promise<Head | null> {
    return (await this.#heads(held)).heads[0]?.head ?? null;
  }

  async remove(): Promise<void> {
    this.letGo();
    await this.#removeAll(await this.#own());
    this.#good = null;
  }

  /** Frees the room of the older saves: of a run at its end, which no later save can damage. */
  async dropOlder(): Promise<void> {
    this.letGo();
    const slotOf = (name: string): Slot | undefined =>
      slotNames.find((slot) => name.startsWith(`${this.run}.${slot}.`));
    const own = (await this.#own()).filter(slotOf);
    if (new Set(own.map(slotOf)).size < 2) return;
    if (!this.#good) await this.load();
    if (this.#good) await this.#removeAll(own.filter((name) => slotOf(name) !== this.#good));
  }

  async #own(): Promise<string[]> {
    return (await this.#settle(this.files.list(), storageWords.listing)).filter((name) =>
      name.startsWith(`${this.run}.`),
    );
  }

  /** Heads first: a body without one is nothing. */
  async #removeAll(names: string[]): Promise<void> {
    const heads = names.filter((name) => name.endsWith('.head'));
    for (const name of new Set([...heads, ...names]))
      await this.#settle(this.files.remove(name), storageWords.deleting(name));
  }

  /** Finds the good slot before the first save into a store that was not loaded from. */
  async #look(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      // Nothing whole to protect: both slots may be written.
      if (!(error instanceof StorageError) || error.code !== 'damaged') throw error;
    }
  }

  /** The heads there are, newest first; without the third slot's where it is `held` here or elsewhere. */
  async #heads(held = this.#held !== null): Promise<{ heads: { slot: Slot; head: Head }[]; passed: Passed[] }> {
    const heads: { slot: Slot; head: Head }[] = [];
    const passed: Passed[] = [];
    const names = new Set(await this.#settle(this.files.list(), storageWords.listing));
    for (const slot of held ? turns : slotNames) {
      const name = nameOf(this.run, slot, 'head');
      if (!names.has(name)) {
        if (slot !== leaving && names.has(nameOf(this.run, slot, 0))) passed.push(unfinished);
        continue;
      }
      const bytes = new Uint8Array(headBytes);
      // A head being rewritten is empty: zeros stand for it.
      await this.#read(name, bytes);
      const read = await decodeHead(bytes);
      if (read.kind === 'newer') throw newerError(this.run, read.schema);
      // The third slot is open, and empty, before it is written.
      if (read.kind === 'empty' && slot !== leaving) passed.push(unfinished);
      if (read.kind === 'damaged') passed.push({ kind: 'damaged', message: storageWords.damagedHead(slot) });
      if (read.kind === 'head') heads.push({ slot, head: read.head });
    }
    heads.sort((x, y) => y.head.generation - x.head.generation);
    this.#generation = Math.max(this.#generation, heads[0]?.head.generation ?? 0);
    return { heads, passed };
  }

  /** The body a head vouches for; null if it is another. The head's own hash vouches for the length. */
  async #readBody(slot: Slot, { length, segment, sha256: expected }: Head): Promise<Uint8Array<ArrayBuffer> | null> {
    const names = new Set(await this.#settle(this.files.list(), storageWords.listing));
    const body = new Uint8Array(length);
    const hashes: Uint8Array[] = [];
    for (let at = 0; at < length; at += segment) {
      const name = nameOf(this.run, slot, hashes.length);
      const part = body.subarray(at, at + segment);
      if (!names.has(name) || !(await this.#read(name, part))) return null;
      hashes.push(await digestOf(part));
    }
    return (await hashOf(hashes)) === expected ? body : null;
  }

  /** Fills `into` with a file; false if the file is not just as long. */
  async #read(name: string, into: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return this.#withFile(name, storageWords.reading(name), async (file) => {
      if ((await file.size()) !== into.length) return false;
      const count = await file.read(into, 0);
      if (count !== into.length) throw new StorageError('io', storageWords.shortRead(name, count, into.length));
      return true;
    });
  }

  /** Makes the file hold exactly `bytes`, on the disk itself. */
  async #write(slot: Slot, part: 'head' | number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const name = nameOf(this.run, slot, part);
    await this.#withFile(name, storageWords.writing(name), async (file) => {
      await file.truncate(bytes.length);
      const count = bytes.length === 0 ? 0 : await file.write(bytes, 0);
      if (count !== bytes.length) throw new StorageError('short', storageWords.shortWrite(name, count, bytes.length));
      await file.flush();
    });
  }

  /** Segments of a longer body that was here before. */
  async #removeFrom(slot: Slot, first: number): Promise<void> {
    for (const name of await this.#settle(this.files.list(), storageWords.listing)) {
      const [run, at, part] = name.split('.');
      if (run === this.run && at === slot && Number(part) >= first)
        await this.#settle(this.files.remove(name), storageWords.deleting(name));
    }
  }

  async #withFile<T>(name: string, doing: string, use: (file: OpenFile) => Promise<T>): Promise<T> {
    const file = await this.#open(name, doing);
    let result: T;
    try {
      result = await this.#settle(use(file), doing);
    } catch (error) {
      // The first failure is the one to tell; a handle left open would block the next save.
      await this.#settle(file.close(), doing).catch(() => {});
      throw error;
    }
    await this.#settle(file.close(), doing);
    return result;
  }

  /** Opens a file that another worker may still hold for a while, to read it or because it died. */
  async #open(name: string, doing: string): Promise<OpenFile> {
    for (let waited = 0, pause = 20; ; waited += pause, pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        return await this.#settle(this.files.open(name), doing);
      } catch (error) {
        if (!(error instanceof StorageError) || error.code !== 'busy' || waited + pause > this.#patience) throw error;
      }
      await sleep(pause);
    }
  }

  #settle<T>(call: Awaitable<T>, doing: string): Promise<T> {
    return settled(call, doing, this.#patience);
  }
}

const unfinished: Passed = { kind: 'unfinished', message: storageWords.unfinished };

/** SHA-256 over the segments' SHA-256s: a body is hashed piece by piece, as it is written. */
async function hashOf(hashes: readonly Uint8Array[]): Promise<string> {
  return hex(await digestOf(join(hashes, hashes.length * 32)));
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The parts end to end, cut into segments; one segment exists at a time, and is reused for the next. */
function* segmentsOf(parts: readonly Uint8Array[], segment: number): Generator<Uint8Array<ArrayBuffer>> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const buffer = new Uint8Array(Math.min(segment, length));
  let filled = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length;) {
      const piece = part.subarray(from, from + buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      from += piece.length;
      if (filled === buffer.length) {
        yield buffer;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}
