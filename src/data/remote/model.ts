/** A model's folder at an address: a repository of the hub, pinned to a revision, or any place that its files lie side by side. */
import * as v from 'valibot';
import type { FolderBlob } from '../../protocol/files.ts';
import type { FoundModel, RemoteFile } from '../../protocol/remote.ts';
import { LARGEST_FOLDER, missingModelFiles, modelFilesOf, SHARD_INDEX } from '../../recipe/modelFiles.ts';
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import { dataWords } from '../../words/data.ts';
import { askJson, hostOf, type RemoteAsk } from './ask.ts';
import { HUGGING_FACE } from './dataset.ts';
import { download, headersOf, lastName, refuseTotal, webAddress } from './file.ts';
import { hubSchema, licenceOf, readAs } from './hub.ts';

const repositorySchema = v.object({
  ...hubSchema.entries,
  siblings: v.array(v.object({ rfilename: v.string(), size: v.nullish(v.number()) })),
});
const indexSchema = v.object({ weight_map: v.record(v.string(), v.string()) });

interface Repository {
  hub: string;
  name: string;
  revision: string | null;
}

/** OWNER/NAME, alone or as the whole path of an address, with the revision that a page of the hub names. */
function repositoryOf(text: string, url: URL | null): Repository | null {
  const found = /^\/?(?:api\/models\/)?([\w.-]+\/[\w.-]+)(?:\/tree\/([\w.%-]+))?\/?$/.exec(url ? url.pathname : text);
  return found && { hub: url?.origin ?? HUGGING_FACE.hub, name: found[1]!, revision: found[2] ?? null };
}

/** What a model's folder holds of what is read, before a weight is fetched. UserError where it is not to be had. */
export async function describeRemoteModel(ask: RemoteAsk, text: string, signal?: AbortSignal): Promise<FoundModel> {
  const given = text.trim();
  const url = webAddress(given);
  const repository = repositoryOf(given, url);
  if (!url && !repository) throw new UserError(dataWords.noModel(brief(given)), { code: 'remote' });
  const found =
    (repository && (await ofHub(ask, repository, url, signal))) ?? (await ofFolder(ask, folderOf(url!), signal));
  const missing = missingModelFiles(
    found.files.map(({ name }) => name),
    false,
  );
  if (missing.length > 0)
    throw new UserError(dataWords.modelLacks(brief(found.name), missing.join(', ')), { code: 'remote' });
  refuseTotal(found.name, found.files, LARGEST_FOLDER);
  return found;
}

/** Null: the address is of no hub. */
async function ofHub(
  ask: RemoteAsk,
  { hub, name, revision }: Repository,
  url: URL | null,
  signal?: AbortSignal,
): Promise<FoundModel | null> {
  const at = revision === null ? '' : `/revision/${revision}`;
  let json: unknown;
  try {
    json = await askJson(ask, `${hub}/api/models/${name}${at}?blobs=true`, dataWords.model(name), { signal });
  } catch (error) {
    // Somebody else's server has a folder of that name, and knows no such API.
    if (!signal?.aborted && url && hub !== HUGGING_FACE.hub && !url.pathname.startsWith('/api/')) return null;
    throw error;
  }
  const answer = readAs(repositorySchema, json, name);
  const sizes = new Map(answer.siblings.map(({ rfilename, size }) => [rfilename, size ?? null]));
  return {
    kind: 'model',
    name,
    licence: licenceOf(answer),
    revision: answer.sha,
    base: `${hub}/${name}/resolve/${answer.sha}/`,
    files: modelFilesOf([...sizes.keys()]).map((file) => ({ name: file, bytes: sizes.get(file) ?? null })),
  };
}

/** The folder that an address names, or lies in where it names one of its files. */
function folderOf(url: URL): URL {
  const folder = new URL(url);
  folder.search = '';
  folder.pathname = folder.pathname.replace(/[^/]+\.(?:json|safetensors)$/, '').replace(/\/*$/, '/');
  return folder;
}

async function ofFolder(ask: RemoteAsk, folder: URL, signal?: AbortSignal): Promise<FoundModel> {
  const names = ['config.json', 'tokenizer.json'];
  const heads = await Promise.all(names.map((name) => headersOf(ask, new URL(name, folder), signal)));
  const index = await indexOf(ask, new URL(SHARD_INDEX, folder), signal);
  const weights = modelFilesOf(index ? [SHARD_INDEX, ...index] : ['model.safetensors']);
  const others = await Promise.all(weights.map((name) => headersOf(ask, new URL(name, folder), signal)));
  // Text may be packed on its way: its headers tell another size than it has.
  const files = [...heads, ...others].map(({ name, bytes }): RemoteFile => ({
    name,
    bytes: name.endsWith('.json') ? null : bytes,
  }));
  return { kind: 'model', name: lastName(folder), licence: null, revision: null, base: folder.href, files };
}

/** Bytes of an index at most: that of the largest models there are has a fifth of it. */
const LARGEST_INDEX = 2 ** 24;

/** Names of the shards; null: there is no index. */
async function indexOf(ask: RemoteAsk, url: URL, signal?: AbortSignal): Promise<string[] | null> {
  const { status } = await ask(url.href, { method: 'HEAD', signal });
  if (status === 404) return null;
  const json = await askJson(ask, url.href, SHARD_INDEX, { most: LARGEST_INDEX, signal });
  const found = v.safeParse(indexSchema, json);
  if (!found.success) throw new UserError(dataWords.notJsonAnswer(hostOf(url.href)), { code: 'remote' });
  return [...new Set(Object.values(found.output.weight_map))];
}

/** Every file of a folder, one after the other; `onBytes`: of all of them so far. */
export async function fetchRemoteModel(
  ask: RemoteAsk,
  { base, files }: FoundModel,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<FolderBlob[]> {
  const fetched: FolderBlob[] = [];
  let before = 0;
  for (const { name, bytes } of files) {
    const most = LARGEST_FOLDER - before;
    const blob = await download(ask, base + name, { name, bytes, most }, (now) => onBytes(before + now), signal);
    fetched.push({ name, bytes: blob });
    before += blob.size;
  }
  return fetched;
}
