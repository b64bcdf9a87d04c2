/**
 * The script of fetch.html: the one document of ours that may ask other servers, and does nothing else. The page opens it in a frame when
 * somebody wants to have text or a model from an address, and takes it away when that has come; what is under way ends with it. It sends
 * nothing but the address: no cookie, no referrer, no body.
 */
import { expose } from 'comlink';
import { fetchOnce, patient } from '../data/remote/ask.ts';
import { describeRemoteModel, fetchRemoteModel } from '../data/remote/model.ts';
import { describeRemoteText, fetchRemoteText } from '../data/remote/text.ts';
import type { FetcherApi } from '../protocol.ts';

const ask = patient(fetchOnce);

const fetcher: FetcherApi = {
  lookAtText: (address) => describeRemoteText(ask, address),
  lookAtModel: (address) => describeRemoteModel(ask, address),
  fetchText: (found, wanted, onBytes) => fetchRemoteText(ask, found, wanted, onBytes),
  fetchModel: (found, onBytes) => fetchRemoteModel(ask, found, onBytes),
};

/** Whoever shows us in a frame; a page of another origin is not heard. */
const { parent } = globalThis as unknown as { parent: MessageEventSource };
addEventListener('message', ({ origin, source, ports: [port] }: MessageEvent) => {
  if (origin === location.origin && source === parent && port) expose(fetcher, port);
});
