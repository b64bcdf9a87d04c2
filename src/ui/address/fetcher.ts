/** The frame that asks other servers (fetch.html): it is there while something is under way, and at no other time. */
import { proxy, releaseProxy, type Remote, wrap } from 'comlink';
import type { FetcherApi } from '../../protocol.ts';
import { words } from './words.ts';

/** Has the frame do one thing. It is removed with the answer, or when `signal` says so, and whatever it was fetching ends with it. */
export async function inFrame<T>(work: (fetcher: Remote<FetcherApi>) => Promise<T>, signal: AbortSignal): Promise<T> {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = new URL('fetch.html', document.baseURI).href;
  const { port1, port2 } = new MessageChannel();
  const ended = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
  ended.catch(() => {});
  // Held to the end: comlink closes the port of what is collected as garbage, and an answer under way would never come.
  const fetcher = wrap<FetcherApi>(port1);
  try {
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    document.body.append(frame);
    await Promise.race([loaded, ended]);
    // Where it could not be had, the frame shows a page of the browser's own, which is none of ours to look into.
    if (!frame.contentDocument) throw new Error(words.noFrame);
    frame.contentWindow!.postMessage('port', location.origin, [port2]);
    return await Promise.race([work(fetcher), ended]);
  } finally {
    fetcher[releaseProxy]();
    frame.remove();
  }
}

/** Comlink's form of a function that is called from the frame. */
export const onBytes = (take: (bytes: number) => void) => proxy(take);
