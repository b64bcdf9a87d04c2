/** Asking a server that may be busy or cut a connection: again after a while, a few times, and no longer than somebody waits for it. */
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import { remoteWords } from '../../words/remote.ts';

export interface RemoteAnswer {
  status: number;
  headers: Headers;
  body: Blob;
}

export interface Asking {
  /** First byte and one past the last. */
  range?: readonly [number, number];
  /** HEAD: what is known of a file without its bytes. */
  method?: 'HEAD';
  /** Bytes beyond which an answer is refused, before they come where its length is told. */
  most?: number;
  /** Bytes of this answer so far; a further try begins again at 0. */
  onBytes?: (bytes: number) => void;
  signal?: AbortSignal;
}

export type RemoteAsk = (address: string, asking?: Asking) => Promise<RemoteAnswer>;

/** One try, by the browser's and Node's own fetch. Rejects where no whole answer comes; a UserError where it is too large. */
export const fetchOnce: RemoteAsk = async (address, { range, method, most = Infinity, onBytes, signal } = {}) => {
  const response = await fetch(address, {
    ...(signal && { signal }),
    ...(method && { method }),
    ...(range && { headers: { Range: `bytes=${range[0]}-${range[1] - 1}` } }),
    referrerPolicy: 'no-referrer',
    credentials: 'omit',
  });
  const body = new Gathered();
  const refuse = (size: number): Promise<never> => {
    void response.body?.cancel().catch(() => {}); // the refusal tells it all
    throw new UserError(remoteWords.tooMuch(brief(address), size, most), { code: 'text-size' });
  };
  const told = Number(response.headers.get('content-length'));
  if (method === undefined && response.ok && told > most) await refuse(told);
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    body.add(read.value as Uint8Array<ArrayBuffer>);
    if (body.size > most) {
      reader?.releaseLock();
      await refuse(body.size);
    }
    onBytes?.(body.size);
  }
  return { status: response.status, headers: response.headers, body: body.blob() };
};

/** Bytes handed to the browser's own keeping, which may be its disk, whenever so many have come. */
const PIECE = 4 * 2 ** 20;

/** Pieces as they come, made one Blob: of a large file no more than a piece is in the heap. */
export class Gathered {
  size = 0;
  #blobs: Blob[] = [];
  #pieces: (string | Uint8Array<ArrayBuffer>)[] = [];
  #waiting = 0;

  /** Of text, `size` counts UTF-16 units. */
  add(piece: string | Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    this.size += piece.length;
    this.#waiting += piece.length;
    if (this.#waiting >= PIECE) this.#fold();
  }

  #fold(): void {
    this.#blobs.push(new Blob(this.#pieces));
    this.#pieces = [];
    this.#waiting = 0;
  }

  blob(): Blob {
    this.#fold();
    return new Blob(this.#blobs);
  }
}

/** Tries in all: with waits of 1, 2, 4 and 8 s a server has a quarter of a minute to come back. */
const TRIES = 5;
const FIRST_WAIT = 1000;
/** The longest wait a server may ask for, ms: beyond it a person had better come back later. */
const LONGEST_WAIT = 60_000;

/** Too many requests, or a server that is not well at the moment. */
const isPassing = (status: number): boolean => status === 429 || status === 408 || status >= 500;

const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Asks until there is an answer that is none of the passing kind. UserError where there is none. `wait`: milliseconds, for tests. */
export function patient(once: RemoteAsk, wait: (millis: number) => Promise<void> = sleep): RemoteAsk {
  return async (address, asking = {}) => {
    let last = '';
    for (let tried = 0; tried < TRIES; tried++) {
      asking.signal?.throwIfAborted();
      let pause = FIRST_WAIT * 2 ** tried;
      try {
        const answer = await once(address, asking);
        if (!isPassing(answer.status)) return answer;
        last = `status ${answer.status}`;
        pause = Math.max(pause, 1000 * (Number(answer.headers.get('retry-after')) || 0));
      } catch (error) {
        asking.signal?.throwIfAborted();
        if (error instanceof UserError) throw error;
        last = brief(error instanceof Error ? error.message : String(error));
      }
      if (pause > LONGEST_WAIT) break;
      if (tried + 1 < TRIES) await wait(pause);
    }
    throw new UserError(remoteWords.noAnswer(hostOf(address), last), { code: 'remote' });
  };
}

export function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return brief(address);
  }
}

/** Throws, in a sentence, where an answer is none about `what`. */
export function refuseStatus(status: number, what: string, address: string): void {
  if (status === 401 || status === 403) throw new UserError(remoteWords.gated(what, status), { code: 'remote' });
  if (status !== 200) throw new UserError(remoteWords.notFound(what, hostOf(address), status), { code: 'remote' });
}

/** A whole answer as JSON. UserError where it is none. */
export async function askJson(ask: RemoteAsk, address: string, what: string, asking?: Asking): Promise<unknown> {
  const { status, body } = await ask(address, asking);
  refuseStatus(status, what, address);
  try {
    return JSON.parse(await body.text()) as unknown;
  } catch {
    throw new UserError(remoteWords.notJsonAnswer(hostOf(address)), { code: 'remote' });
  }
}
