/**
 * HuggingFace data sets by the viewer's API: what there is (`/splits`, `/parquet`), its licence and revision first, and then text, by ranges
 * of parquet shards; where a server gives no ranges, a whole shard; where that is too large, rows (`/rows`). What comes is JSON lines of the
 * plain columns, so that it is read from there on as any file.
 */
import * as v from 'valibot';
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import { openParquet, type ParquetFile } from '../formats/parquet.ts';
import { type RemoteAsk, askJson } from './ask.ts';
import { dataWords } from '../../words/data.ts';

export interface Servers {
  hub: string;
  viewer: string;
}
export const HUGGING_FACE: Servers = {
  hub: 'https://huggingface.co',
  viewer: 'https://datasets-server.huggingface.co',
};

export interface Dataset {
  name: string;
  /** As its card says; null: it does not. */
  licence: string | null;
  /** Commit of the data, and of the parquet made of it: what is fetched stays the same. */
  revision: string;
  parquetRevision: string;
  splits: { config: string; split: string }[];
  shards: { config: string; split: string; path: string; size: number }[];
}

/** OWNER/NAME out of what a person pastes. */
export function datasetName(text: string): string {
  const found = /^(?:https?:\/\/[^/]+\/datasets\/|hf:)?([\w.-]+\/[\w.-]+?)\/?(?:[/?#].*)?$/.exec(text.trim())?.[1];
  if (found) return found;
  throw new UserError(dataWords.noDataSet(brief(text)), {
    code: 'remote',
  });
}

const hubSchema = v.object({
  sha: v.string(),
  cardData: v.nullish(v.object({ license: v.nullish(v.union([v.string(), v.array(v.string())])) })),
});
const splitsSchema = v.object({ splits: v.array(v.object({ config: v.string(), split: v.string() })) });
const parquetSchema = v.object({
  parquet_files: v.array(v.object({ config: v.string(), split: v.string(), url: v.string(), size: v.number() })),
});
const rowsSchema = v.object({
  rows: v.array(v.object({ row: v.record(v.string(), v.unknown()) })),
  num_rows_total: v.number(),
});

function read<S extends v.GenericSchema>(schema: S, json: unknown, what: string): v.InferOutput<S> {
  const found = v.safeParse(schema, json);
  if (found.success) return found.output;
  throw new UserError(dataWords.otherForm(what), {
    code: 'remote',
  });
}

const branch = 'refs%2Fconvert%2Fparquet';

/** What is known of a data set before any of its text is fetched. UserError where it is not to be had. */
export async function describeDataset(
  ask: RemoteAsk,
  name: string,
  servers = HUGGING_FACE,
  signal?: AbortSignal,
): Promise<Dataset> {
  const { hub, viewer } = servers;
  const what = `The data set ${name}`;
  const of = `dataset=${encodeURIComponent(name)}`;
  const get = (address: string): Promise<unknown> => askJson(ask, address, what, { signal });
  const { sha, cardData } = read(hubSchema, await get(`${hub}/api/datasets/${name}`), name);
  const { splits } = read(splitsSchema, await get(`${viewer}/splits?${of}`), name);
  const parquet = await get(`${viewer}/parquet?${of}`)
    .then((json) => read(parquetSchema, json, name).parquet_files)
    .catch((error: unknown) => {
      if (signal?.aborted) throw error;
      return []; // rows are left
    });
  const made =
    parquet.length > 0 ? read(hubSchema, await get(`${hub}/api/datasets/${name}/revision/${branch}`), name) : null;
  const licence = cardData?.license ?? null;
  return {
    name,
    licence: Array.isArray(licence) ? licence.join(', ') : licence,
    revision: sha,
    parquetRevision: made?.sha ?? '',
    splits: splits.map(({ config, split }) => ({ config, split })),
    shards: parquet.map(({ config, split, url, size }) => ({
      config,
      split,
      size,
      path: url.split(`${branch}/`)[1] ?? '',
    })),
  };
}

/** Bytes of a shard that is fetched whole where its server gives no ranges. */
const LARGEST_WHOLE = 2 ** 26;
/** Rows a call gives at most, and calls made: enough for a look, and no burden to a server that everybody shares. */
const ROWS_A_CALL = 100;
const MOST_CALLS = 50;

export interface Wanted {
  config: string;
  split: string;
  /** Bytes of text that are enough. */
  enough: number;
}

export interface FetchProgress {
  /** Bytes of text so far. */
  bytes: number;
  rows: number;
  by: 'ranges' | 'whole shard' | 'rows';
}

/** JSON lines of a split's plain columns until there are enough, handed on as they come. UserError, or the signal's reason. */
export async function fetchDataset(
  ask: RemoteAsk,
  dataset: Dataset,
  { config, split, enough }: Wanted,
  take: (lines: string) => void | Promise<void>,
  onProgress: (progress: FetchProgress) => void = () => {},
  servers = HUGGING_FACE,
  signal?: AbortSignal,
): Promise<FetchProgress> {
  const progress: FetchProgress = { bytes: 0, rows: 0, by: 'ranges' };
  const shards = dataset.shards.filter((one) => one.config === config && one.split === split && one.path !== '');
  const give = async (rows: readonly Record<string, unknown>[], columns: readonly string[]): Promise<boolean> => {
    signal?.throwIfAborted();
    const lines: string[] = [];
    for (const row of rows) {
      if (progress.bytes >= enough) break;
      const line = JSON.stringify(Object.fromEntries(columns.map((name) => [name, plain(row[name])])));
      progress.bytes += line.length + 1;
      progress.rows++;
      lines.push(line, '\n');
    }
    if (lines.length > 0) await take(lines.join(''));
    onProgress({ ...progress });
    return progress.bytes >= enough;
  };
  for (const { path, size } of shards) {
    const address = `${servers.hub}/datasets/${dataset.name}/resolve/${dataset.parquetRevision}/${path}`;
    const file = await shardFile(ask, address, size, (by) => (progress.by = by), signal);
    if (file === null) break;
    const table = await openParquet(path, file);
    if (table.flat.length === 0)
      throw new UserError(dataWords.nestedAlone(dataset.name, brief(table.nested.join(', '))), {
        code: 'text-parquet',
      });
    for await (const rows of table.read(() => table.flat)) if (await give(rows, table.flat)) return progress;
  }
  if (shards.length > 0 && progress.rows > 0) return progress;
  return fetchRows(ask, dataset, { config, split, enough }, give, progress, servers, signal);
}

/** A shard by ranges, or whole in memory; null where neither is to be had. */
async function shardFile(
  ask: RemoteAsk,
  address: string,
  size: number,
  how: (by: FetchProgress['by']) => void,
  signal?: AbortSignal,
): Promise<ParquetFile | null> {
  const slice = async (start: number, end: number): Promise<ArrayBuffer> => {
    const { status, bytes } = await ask(address, { range: [start, end], signal });
    if (status === 206 && bytes.length === end - start) return bytes.buffer;
    throw new UserError(dataWords.otherShard(status, bytes.length, end - start), {
      code: 'remote',
    });
  };
  try {
    await slice(Math.max(0, size - 8), size);
    how('ranges');
    return { byteLength: size, slice };
  } catch (error) {
    if (signal?.aborted) throw error;
  }
  if (size > LARGEST_WHOLE) return null;
  const { status, bytes } = await ask(address, { signal });
  if (status !== 200 || bytes.length !== size) return null;
  how('whole shard');
  return { byteLength: size, slice: async (start, end) => bytes.slice(start, end).buffer };
}

async function fetchRows(
  ask: RemoteAsk,
  { name, revision }: Dataset,
  { config, split }: Wanted,
  give: (rows: readonly Record<string, unknown>[], columns: readonly string[]) => Promise<boolean>,
  progress: FetchProgress,
  { viewer }: Servers,
  signal?: AbortSignal,
): Promise<FetchProgress> {
  progress.by = 'rows';
  const query = new URLSearchParams({ dataset: name, config, split, length: String(ROWS_A_CALL) });
  for (let call = 0; call < MOST_CALLS; call++) {
    query.set('offset', String(call * ROWS_A_CALL));
    const json = await askJson(ask, `${viewer}/rows?${query}`, `The data set ${name} (${revision.slice(0, 8)})`, {
      signal,
    });
    const { rows, num_rows_total } = read(rowsSchema, json, name);
    const columns = Object.entries(rows[0]?.row ?? {})
      .filter(([, value]) => typeof value !== 'object' || value === null)
      .map(([column]) => column);
    if (rows.length > 0 && columns.length === 0)
      throw new UserError(dataWords.nestedColumns(name), { code: 'text-parquet' });
    if (
      await give(
        rows.map(({ row }) => row),
        columns,
      )
    )
      break;
    if (rows.length === 0 || (call + 1) * ROWS_A_CALL >= num_rows_total) break;
  }
  return progress;
}

/** What JSON has for a value of a plain column. */
const plain = (value: unknown): unknown =>
  typeof value === 'bigint'
    ? Number(value)
    : value instanceof Uint8Array
      ? new TextDecoder().decode(value)
      : (value ?? null);
