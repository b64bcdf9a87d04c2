/**
 * Storage that fails on demand: the k-th call made of it, in one of the ways browsers fail. Every call of `Files` and
 * `OpenFile` counts, so a loop over k reaches each of them (the SQLite way of testing).
 */
import type { Files, FilesKind, OpenFile } from './files.ts';

export const faults = ['throw', 'full', 'busy', 'hang', 'short', 'sentinel'] as const;
/**
 * throw, full, busy: the exceptions InvalidStateError, QuotaExceededError, NoModificationAllowedError; hang: no answer;
 * short, sentinel: reads and writes do half, writes nothing and answers 4294967288 (seen in Chromium), other calls throw.
 */
export type StorageFault = (typeof faults)[number];

export interface FaultPlan {
  fault: StorageFault;
  /** The failing call, from 1. */
  at: number;
  /** Whether all later calls fail too: a full disk stays full, a glitch passes. */
  lasting: boolean;
}

/** What Chromium gave for a failed write: an error number of −8 taken for a count. */
const sentinel = 4294967288;

export class FaultyFiles implements Files {
  readonly kind: FilesKind;
  readonly answersAtOnce = false;
  readonly #files: Files;
  readonly #plan: FaultPlan | null;
  /** Calls made so far. */
  calls = 0;

  constructor(files: Files, plan: FaultPlan | null) {
    this.#files = files;
    this.#plan = plan;
    this.kind = files.kind;
  }

  list(): Promise<string[]> {
    return this.#call(() => this.#files.list());
  }

  remove(name: string): Promise<void> {
    return this.#call(() => this.#files.remove(name));
  }

  async open(name: string): Promise<OpenFile> {
    const file = await this.#call(() => this.#files.open(name));
    return {
      size: () => this.#call(() => file.size()),
      read: (into, at) =>
        this.#call(
          () => file.read(into, at),
          () => file.read(into.subarray(0, into.length >> 1), at),
        ),
      write: (bytes, at) =>
        this.#call(
          () => file.write(bytes, at),
          () => file.write(bytes.subarray(0, bytes.length >> 1), at),
        ),
      truncate: (size) => this.#call(() => file.truncate(size)),
      flush: () => this.#call(() => file.flush()),
      // A file that were left open would keep its real disk from every later test of it.
      close: async () => {
        await file.close();
        await this.#call(() => {});
      },
    };
  }

  /** `half`: the call done by half, for reads and writes. */
  async #call<T>(call: () => T | Promise<T>, half?: () => T | Promise<T>): Promise<T> {
    this.calls++;
    const plan = this.#plan;
    if (!plan || this.calls < plan.at || (this.calls > plan.at && !plan.lasting)) return call();
    switch (plan.fault) {
      case 'full':
        throw new DOMException('no space left (injected)', 'QuotaExceededError');
      case 'busy':
        throw new DOMException('held by another (injected)', 'NoModificationAllowedError');
      case 'hang':
        return new Promise<never>(() => {});
      case 'short':
        if (half) return half();
        break;
      case 'sentinel':
        if (half) return sentinel as T;
        break;
      case 'throw':
    }
    throw new DOMException('failed (injected)', 'InvalidStateError');
  }
}
