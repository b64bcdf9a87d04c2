/**
 * HuggingFace data sets by the viewer's API: what there is (`/splits`, `/parquet`), its licence and revision first, and then text, by ranges
 * of parquet shards; where a server gives no ranges, a whole shard; where that is too large, rows (`/rows`). What comes is JSON lines of the
 * plain columns, so that it is read from there on as any file.
 */
import * as v from 'valibot';
import type { Dataset, Servers, WantedRows } from '../../protocol/remote.ts';
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import { type RemoteAsk, askJson } from './ask.ts';
import { remoteFile } from './file.ts';
import { hubSchema, licenceOf, readAs } from './hub.ts';
import { dataWords } from '../../words/data.ts';

export const HUGGING_FACE: Servers = {
  hub: 'https://huggingface.co',
  viewer: 'https://datasets-server.huggingface.co',
};

/** OWNER/NAME out of what a person pastes. */
export function datasetName(text: string): string {
  const found = /^(?:https?:\/\/[^/]+\/datasets\/|hf:)?([\w.-]+\/[\w.-]+?)\/?(?:[/?#].*)?$/.exec(text.trim())?.[1];
  if (found) return found;
  throw new UserError(dataWords.noDataSet(brief(text)), {
    code: 'remote',
  });
}

const splitsSchema = v.object({ splits: v.array(v.object({ config: v.string(), split: v.string() })) });
const parquetSchema = v.object({
  parquet_files: v.array(v.object({ config: v.string(), split: v.string(), url: v.string(), size: v.number() })),
});
const rowsSchema = v.object({
  rows: v.array(v.object({ row: v.record(v.string(), v.unknown()) })),
  num_rows_total: v.number(),
});

const branch = 'refs%2Fconvert%2Fparquet';

/** What is known of a data set before any of its text is fetched. UserError where it is not to be had. */
export async function describeDataset(
  ask: RemoteAsk,
  name: string,
  servers = HUGGING_FACE,
  signal?: AbortSignal,
): Promise<Dataset> {
  const { hub, viewer } = servers;
  const what = dataWords.dataSet(name);
  const of = `dataset=${encodeURIComponent(name)}`;
  const get = (address: string): Promise<unknown> => askJson(ask, address, what, { signal });
  const hubSays = readAs(hubSchema, await get(`${hub}/api/datasets/${name}`), name);
  const { splits } = readAs(splitsSchema, await get(`${viewer}/splits?${of}`), name);
  const parquet = await get(`${viewer}/parquet?${of}`)
    .then((json) => readAs(parquetSchema, json, name).parquet_files)
    .catch((error: unknown) => {
      if (signal?.aborted) throw error;
      return []; // rows are left
    });
  const made =
    parquet.length > 0 ? readAs(hubSchema, await get(`${hub}/api/datasets/${name}/revision/${branch}`), name) : null;
  return {
    name,
    licence: licenceOf(hubSays),
    revision: hubSays.sha,
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

/** Rows a call gives at most, and calls made: enough for a look, and no burden to a server that everybody shares. */
const ROWS_A_CALL = 100;
const MOST_CALLS = 50;

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
  { config, split, enough }: WantedRows,
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
    const file = await remoteFile(ask, address, size, (by) => (progress.by = by), signal);
    if (file === null) break;
    const { openParquet } = await import('../formats/parquet.ts'); // the page's frame needs it for this alone
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

async function fetchRows(
  ask: RemoteAsk,
  { name, revision }: Dataset,
  { config, split }: WantedRows,
  give: (rows: readonly Record<string, unknown>[], columns: readonly string[]) => Promise<boolean>,
  progress: FetchProgress,
  { viewer }: Servers,
  signal?: AbortSignal,
): Promise<FetchProgress> {
  progress.by = 'rows';
  const query = new URLSearchParams({ dataset: name, config, split, length: String(ROWS_A_CALL) });
  for (let call = 0; call < MOST_CALLS; call++) {
    query.set('offset', String(call * ROWS_A_CALL));
    const json = await askJson(ask, `${viewer}/rows?${query}`, dataWords.dataSet(name, revision.slice(0, 8)), {
      signal,
    });
    const { rows, num_rows_total } = readAs(rowsSchema, json, name);
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
