/** Asking a server that may be busy or cut a connection: again after a while, a few times, and no longer than somebody waits for it. */
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import { dataWords } from '../../words/data.ts';

export interface RemoteAnswer {
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface Asking {
  /** First byte and one past the last. */
  range?: readonly [number, number];
  signal?: AbortSignal;
}

export type RemoteAsk = (address: string, asking?: Asking) => Promise<RemoteAnswer>;

/** One try, by the browser's and Node's own fetch. Rejects where no whole answer comes. */
export const fetchOnce: RemoteAsk = async (address, { range, signal } = {}) => {
  const response = await fetch(address, {
    ...(signal && { signal }),
    ...(range && { headers: { Range: `bytes=${range[0]}-${range[1] - 1}` } }),
    referrerPolicy: 'no-referrer',
    credentials: 'omit',
  });
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
};

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
        last = brief(error instanceof Error ? error.message : String(error));
      }
      if (pause > LONGEST_WAIT) break;
      if (tried + 1 < TRIES) await wait(pause);
    }
    throw new UserError(dataWords.noAnswer(hostOf(address), last), { code: 'remote' });
  };
}

export function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return brief(address);
  }
}

/** A whole answer as JSON. UserError where it is none. */
export async function askJson(ask: RemoteAsk, address: string, what: string, asking?: Asking): Promise<unknown> {
  const { status, bytes } = await ask(address, asking);
  const text = new TextDecoder().decode(bytes);
  if (status === 401 || status === 403)
    throw new UserError(dataWords.gated(what, status), {
      code: 'remote',
    });
  if (status !== 200)
    throw new UserError(dataWords.notFound(what, hostOf(address), status), {
      code: 'remote',
    });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UserError(dataWords.notJsonAnswer(hostOf(address)), {
      code: 'remote',
    });
  }
}
