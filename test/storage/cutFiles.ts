/**
 * A disk with a power switch: what was not flushed is lost in part, as a real one loses it, sector by sector and in any
 * order.
 */
import type { Files, OpenFile } from '../../src/storage/files.ts';
import { readAt, resize, writeAt } from '../../src/storage/files.ts';
import { RandomStream } from '../../src/util/random.ts';

const sector = 512;

export class CutFiles implements Files {
  readonly kind = 'memory';
  readonly answersAtOnce = true;
  readonly #now = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #onDisk = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Calls left until the power goes; negative: it stays. */
  #left = -1;

  cutAfter(calls: number): void {
    this.#left = calls;
  }

  /** The disk as found after the power came back. */
  afterCut(random: RandomStream): CutFiles {
    const found = new CutFiles();
    for (const [name, now] of this.#now) {
      const before = this.#onDisk.get(name);
      // A new file's entry may or may not have reached the folder.
      if (!before && random.integer(2)) continue;
      const size = random.integer(2) ? now.length : (before?.length ?? 0);
      const bytes = resize((before ?? new Uint8Array(0)).slice(), size);
      for (let at = 0; at < size; at += sector) {
        if (random.integer(2)) bytes.set(now.subarray(at, Math.min(at + sector, size)), at);
      }
      found.#now.set(name, bytes);
      found.#onDisk.set(name, bytes.slice());
    }
    return found;
  }

  #call(): void {
    if (this.#left === 0) throw new DOMException('the power is off', 'InvalidStateError');
    this.#left--;
  }

  async list(): Promise<string[]> {
    this.#call();
    return [...this.#now.keys()];
  }

  async remove(name: string): Promise<void> {
    this.#call();
    this.#now.delete(name);
    this.#onDisk.delete(name);
  }

  async open(name: string): Promise<OpenFile> {
    this.#call();
    if (!this.#now.has(name)) this.#now.set(name, new Uint8Array(0));
    return {
      size: () => this.#now.get(name)!.length,
      read: (into, at) => readAt(this.#now.get(name)!, into, at),
      write: (bytes, at) => {
        this.#call();
        this.#now.set(name, writeAt(this.#now.get(name)!, bytes, at));
        return bytes.length;
      },
      truncate: (size) => {
        this.#call();
        this.#now.set(name, resize(this.#now.get(name)!, size));
      },
      flush: () => {
        this.#call();
        this.#onDisk.set(name, this.#now.get(name)!.slice());
      },
      close: () => {},
    };
  }
}
