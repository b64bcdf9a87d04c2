/** Text at an address: a HuggingFace data set, or a plain file. */
import type { FolderBlob } from '../../protocol/files.ts';
import type { FoundText, WantedRows } from '../../protocol/remote.ts';
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import { remoteWords } from '../../words/remote.ts';
import { Gathered, type RemoteAsk } from './ask.ts';
import { describeDataset, fetchDataset, HUGGING_FACE } from './dataset.ts';
import { describeText, download, LARGEST_FETCHED, webAddress } from './file.ts';

/** A page of a data set, and not a file in it. */
const PAGE = /^\/datasets\/([\w.-]+\/[\w.-]+)(?:\/(?:viewer|tree|discussions)\b.*)?\/?$/;

/** What is there, before any of it is fetched. An address of a data set on another host is one of a hub of that host. */
export async function describeRemoteText(ask: RemoteAsk, text: string, signal?: AbortSignal): Promise<FoundText> {
  const given = text.trim();
  const url = webAddress(given);
  const name = url ? PAGE.exec(url.pathname)?.[1] : /^[\w.-]+\/[\w.-]+$/.exec(given)?.[0];
  if (name !== undefined) {
    const servers = !url || url.origin === HUGGING_FACE.hub ? HUGGING_FACE : { hub: url.origin, viewer: url.origin };
    return { kind: 'dataset', dataset: await describeDataset(ask, name, servers, signal), servers };
  }
  if (!url) throw new UserError(remoteWords.noTextAddress(brief(given)), { code: 'remote' });
  return { kind: 'file', address: url.href, ...(await describeText(ask, url, signal)) };
}

/** The text as a file under its name: JSON lines of a data set, a plain file as it is. `onBytes`: so far. */
export async function fetchRemoteText(
  ask: RemoteAsk,
  found: FoundText,
  wanted: WantedRows | null,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<FolderBlob> {
  if (found.kind === 'file') {
    // Its size is that of its headers, and packed text is longer: it comes in one go, up to the limit.
    const whole = { name: found.name, bytes: null, most: LARGEST_FETCHED };
    return { name: found.name, bytes: await download(ask, found.address, whole, onBytes, signal) };
  }
  const { dataset, servers } = found;
  if (!wanted) throw new Error('Of a data set a part is fetched: none was named.');
  const lines = new Gathered();
  const take = (some: string): void => lines.add(some);
  await fetchDataset(ask, dataset, wanted, take, ({ bytes }) => onBytes(bytes), servers, signal);
  return { name: `${dataset.name.split('/')[1]}-${wanted.split}.jsonl`, bytes: lines.blob() };
}
