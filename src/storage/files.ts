/**
 * The few calls a slot store makes of a disk, so that each can be made to fail in a test. Counts are returned as the
 * browser gives them and must be checked: on a full disk an OPFS write returns a short count and throws nothing.
 */

/** A call of OPFS's sync handles answers at once, one of IndexedDB later. */
export type Awaitable<T> = T | Promise<T>;

export interface OpenFile {
  size(): Awaitable<number>;
  /** Bytes from `at` into `into`; how many there were. */
  read(into: Uint8Array<ArrayBuffer>, at: number): Awaitable<number>;
  /** How many bytes were taken. */
  write(bytes: Uint8Array<ArrayBuffer>, at: number): Awaitable<number>;
  truncate(size: number): Awaitable<void>;
  /** Resolves when all written bytes would survive a power cut. */
  flush(): Awaitable<void>;
  close(): Awaitable<void>;
}

/** 'disk': a folder of a terminal's. */
export type FilesKind = 'opfs' | 'indexeddb' | 'memory' | 'disk';

/** A flat folder. */
export interface Files {
  readonly kind: FilesKind;
  /** Whether the calls of an open file answer at once, without a promise. */
  readonly answersAtOnce: boolean;
  list(): Promise<string[]>;
  /** The file, made empty if there is none. One opener at a time. */
  open(name: string): Promise<OpenFile>;
  /** No error if there is none. */
  remove(name: string): Promise<void>;
}

/** Lives as long as the worker: what is left where the browser blocks storage. */
export class MemoryFiles implements Files {
  readonly kind = 'memory';
  readonly answersAtOnce = true;
  readonly contents = new Map<string, Uint8Array<ArrayBuffer>>();

  async list(): Promise<string[]> {
    return [...this.contents.keys()];
  }

  async remove(name: string): Promise<void> {
    this.contents.delete(name);
  }

  async open(name: string): Promise<OpenFile> {
    const { contents } = this;
    if (!contents.has(name)) contents.set(name, new Uint8Array(0));
    return {
      size: () => contents.get(name)!.length,
      read: (into, at) => readAt(contents.get(name)!, into, at),
      write: (bytes, at) => {
        contents.set(name, writeAt(contents.get(name)!, bytes, at));
        return bytes.length;
      },
      truncate: (size) => void contents.set(name, resize(contents.get(name)!, size)),
      flush: () => {},
      close: () => {},
    };
  }
}

export function readAt(from: Uint8Array, into: Uint8Array, at: number): number {
  const part = from.subarray(at, at + into.length);
  into.set(part);
  return part.length;
}

/** `to` with `bytes` at `at`: in place where they fit. */
export function writeAt(to: Uint8Array<ArrayBuffer>, bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const grown = at + bytes.length > to.length ? resize(to, at + bytes.length) : to;
  grown.set(bytes, at);
  return grown;
}

export function resize(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size === bytes.length) return bytes;
  const resized = new Uint8Array(size);
  resized.set(bytes.subarray(0, size));
  return resized;
}
