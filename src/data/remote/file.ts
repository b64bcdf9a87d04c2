/** A file at an address: what is known of it first, then all of it. */
import { fileKind, unreadableKind } from '../../config/files.ts';
import type { RemoteFile } from '../../protocol/remote.ts';
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import { remoteWords } from '../../words/remote.ts';
import type { ParquetFile } from '../formats/parquet.ts';
import { Gathered, hostOf, refuseStatus, type RemoteAsk } from './ask.ts';

/** Bytes of text that are fetched at most, as from the terminal: more than a tab trains on in a day. */
export const LARGEST_FETCHED = 250e6;
/** Bytes of a file that is fetched whole where its server gives no ranges. */
const LARGEST_WHOLE = 2 ** 26;
/** Bytes asked for at once: what a cut connection costs. */
const RANGE = 8 * 2 ** 20;

/** An address of the web; null: the text is none. */
export function webAddress(text: string): URL | null {
  if (!/^https?:\/\//i.test(text)) return null;
  try {
    const url = new URL(text);
    url.hash = '';
    // A page of the hub that shows a file: the file itself.
    url.pathname = url.pathname.replace(/^((?:\/datasets)?\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/');
    return url;
  } catch {
    return null;
  }
}

/** The last part of a path, as people write it. */
export function lastName({ pathname, host }: URL): string {
  const last = pathname.split('/').findLast((part) => part !== '') ?? host;
  try {
    return decodeURIComponent(last).replaceAll('/', '-');
  } catch {
    return last;
  }
}

const refuseLarge = (name: string, bytes: number, most: number): never => {
  throw new UserError(remoteWords.tooMuch(brief(name), bytes, most), { code: 'text-size' });
};

/** Throws, in a sentence, where files have more than `most` bytes together. */
export function refuseTotal(name: string, files: readonly RemoteFile[], most: number): void {
  const bytes = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  if (bytes > most) refuseLarge(name, bytes, most);
}

function refusePage(headers: Headers, name: string, address: string): void {
  if (/^text\/html\b/i.test(headers.get('content-type') ?? ''))
    throw new UserError(remoteWords.pageInstead(hostOf(address), brief(name)), { code: 'remote' });
}

/** Size of a file, by its headers alone; null where they do not tell. UserError where there is none. */
export async function headersOf(ask: RemoteAsk, url: URL, signal?: AbortSignal): Promise<RemoteFile> {
  const name = lastName(url);
  const { status, headers } = await ask(url.href, { method: 'HEAD', signal });
  if (status === 405 || status === 501) return { name, bytes: null }; // a server that knows no HEAD
  refuseStatus(status, brief(name), url.href);
  refusePage(headers, name, url.href);
  return { name, bytes: Number(headers.get('content-length')) || null };
}

/** A file of text, before any of it is fetched. */
export async function describeText(ask: RemoteAsk, url: URL, signal?: AbortSignal): Promise<RemoteFile> {
  const name = lastName(url);
  if (fileKind(name) === null) throw unreadableKind(name);
  const file = await headersOf(ask, url, signal);
  refuseTotal(name, [file], LARGEST_FETCHED);
  return file;
}

interface Whole {
  name: string;
  /** Exactly so many; null where that is not known: what is packed on its way is longer than its headers say. */
  bytes: number | null;
  most: number;
}

/** All of a file. By ranges where it is large, so that a cut connection costs one of them; in one go where it is not, or its size unknown. */
export async function download(
  ask: RemoteAsk,
  address: string,
  { name, bytes, most }: Whole,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<Blob> {
  if (bytes !== null && bytes > most) refuseLarge(name, bytes, most);
  if (bytes !== null && bytes > RANGE) return byRanges(ask, address, name, bytes, onBytes, signal);
  const { status, headers, body } = await ask(address, { most, onBytes, signal });
  refuseStatus(status, brief(name), address);
  refusePage(headers, name, address);
  if (bytes !== null && body.size !== bytes)
    throw new UserError(remoteWords.otherLength(brief(name), body.size, bytes), { code: 'remote' });
  return body;
}

async function byRanges(
  ask: RemoteAsk,
  address: string,
  name: string,
  bytes: number,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<Blob> {
  const file = await remoteFile(ask, address, bytes, () => {}, signal);
  if (!file) throw new UserError(remoteWords.noRanges(hostOf(address), brief(name), bytes), { code: 'remote' });
  const whole = new Gathered();
  while (whole.size < bytes) {
    signal?.throwIfAborted();
    whole.add(new Uint8Array(await file.slice(whole.size, Math.min(bytes, whole.size + RANGE))));
    onBytes(whole.size);
  }
  return whole.blob();
}

/** A file of known size by ranges, or whole in memory; null where neither is to be had. */
export async function remoteFile(
  ask: RemoteAsk,
  address: string,
  size: number,
  how: (by: 'ranges' | 'whole shard') => void,
  signal?: AbortSignal,
): Promise<ParquetFile | null> {
  const slice = async (start: number, end: number): Promise<ArrayBuffer> => {
    // A server without ranges sends all of it: that is refused before it comes.
    const { status, body } = await ask(address, { range: [start, end], most: end - start, signal });
    if (status === 206 && body.size === end - start) return body.arrayBuffer();
    throw new UserError(remoteWords.otherShard(status, body.size, end - start), { code: 'remote' });
  };
  try {
    await slice(Math.max(0, size - 8), size);
    how('ranges');
    return { byteLength: size, slice };
  } catch (error) {
    if (signal?.aborted) throw error;
  }
  if (size > LARGEST_WHOLE) return null;
  const { status, body } = await ask(address, { most: size, signal });
  if (status !== 200 || body.size !== size) return null;
  how('whole shard');
  return { byteLength: size, slice: (start, end) => body.slice(start, end).arrayBuffer() };
}
