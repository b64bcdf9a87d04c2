/**
 * The head of a checkpoint slot: 4 KiB, one page of every disk, written after the body it vouches for.
 *
 *   0     8  "REKINDLE"
 *   8     4  schema, u32 little-endian: read before anything else, so that an older app knows a newer head
 *   12    4  length of the JSON, u32
 *   16    …  JSON in UTF-8: generation, body's length and SHA-256, facts; then zeros
 *   4064 32  SHA-256 of the 4064 bytes before: a torn head is no head
 */
import { StorageError } from './errors.ts';
import { storageWords } from '../words/storage.ts';

export const schema = 1;
export const headBytes = 4096;
const checked = headBytes - 32;
const magic = 'REKINDLE';

/** What a run list shows and a resume checks before it reads the body: strings, numbers, null. */
export type Facts = Record<string, string | number | null>;

export interface Head {
  /** Counts saves of this run, upwards. */
  generation: number;
  /** Bytes of the body. */
  length: number;
  /** Bytes of the files it is cut into, the last one's aside. */
  segment: number;
  /** Of the body, hex; see slots.ts. */
  sha256: string;
  facts: Facts;
}

/** 'empty': never completed, or being rewritten. */
export type ReadHead =
  | { kind: 'head'; head: Head }
  | { kind: 'empty' }
  | { kind: 'damaged' }
  | { kind: 'newer'; schema: number };

export async function encodeHead(head: Head): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = unhashed(head);
  bytes.set(await digestOf(bytes.subarray(0, checked)), checked);
  return bytes;
}

/** The same at once, by a `digest` that is. */
export function encodeHeadNow(head: Head, digest: DigestNow): Uint8Array<ArrayBuffer> {
  const bytes = unhashed(head);
  bytes.set(digest(bytes.subarray(0, checked)), checked);
  return bytes;
}

/** A head whose last 32 bytes are 0. */
function unhashed(head: Head): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes);
  const view = new DataView(bytes.buffer);
  const json = new TextEncoder().encode(JSON.stringify(head));
  if (json.length > checked - 16)
    throw new Error(`The facts of a checkpoint take ${json.length} bytes, its head has ${checked - 16}.`);
  new TextEncoder().encodeInto(magic, bytes);
  view.setUint32(8, schema, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, 16);
  return bytes;
}

/** `bytes`: `headBytes` of them. */
export async function decodeHead(bytes: Uint8Array<ArrayBuffer>): Promise<ReadHead> {
  if (bytes.every((byte) => byte === 0)) return { kind: 'empty' };
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) return { kind: 'damaged' };
  const hash = await digestOf(bytes.subarray(0, checked));
  if (hash.some((byte, i) => byte !== bytes[checked + i])) return { kind: 'damaged' };
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const written = view.getUint32(8, true);
  if (written > schema) return { kind: 'newer', schema: written };
  // The hash vouches for the rest: these are the bytes that encodeHead wrote.
  const json = new TextDecoder().decode(bytes.subarray(16, 16 + view.getUint32(12, true)));
  return { kind: 'head', head: JSON.parse(json) as Head };
}

/** The error for a head of a newer schema. */
export function newerError(run: string, written: number): StorageError {
  return new StorageError('newer', storageWords.newerRun(run, written, schema));
}

/** SHA-256 without waiting for it. */
export type DigestNow = (bytes: Uint8Array) => Uint8Array;

/** One in JavaScript, some 120 MB/s: fetched when a run is first saved, for most visits save none. */
export const loadDigestNow = async (): Promise<DigestNow> => (await import('@noble/hashes/sha2.js')).sha256;

/** SHA-256 by the browser, beside other work. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
