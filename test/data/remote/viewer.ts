/** A server that speaks the data set viewer's API and the Hub's, for one data set, with the faults that a test asks of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Servers } from '../../../src/protocol/remote.ts';

export interface Faults {
  /** The first so many requests are answered with 429. */
  busy?: number;
  /** The first so many requests of a shard end in the middle. */
  cut?: number;
  /** Shards are given whole alone. */
  noRanges?: boolean;
  /** Shards are not given at all. */
  noShards?: boolean;
}

export interface Viewer {
  servers: Servers;
  /** What was asked: path, and bytes answered. */
  asked: { path: string; bytes: number }[];
  close(): Promise<void>;
}

export const revision = 'a'.repeat(40);
export const parquetRevision = 'b'.repeat(40);

/** `rows`: what /rows gives; `shard`: the parquet file; `claimed`: its size as /parquet tells it. */
export async function openViewer(
  shard: Uint8Array,
  rows: readonly object[],
  faults: Faults = {},
  claimed = shard.length,
): Promise<Viewer> {
  const asked: Viewer['asked'] = [];
  let [busy, cut] = [faults.busy ?? 0, faults.cut ?? 0];
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    const { pathname, searchParams } = new URL(request.url!, 'http://local');
    const json = (value: object): void => {
      const text = JSON.stringify(value);
      asked.push({ path: pathname, bytes: text.length });
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
    };
    if (busy-- > 0) return void response.writeHead(429, { 'Retry-After': '7' }).end();
    if (pathname === '/api/datasets/who/what') return json({ sha: revision, cardData: { license: 'cc-by-4.0' } });
    if (pathname === '/api/datasets/who/what/revision/refs%2Fconvert%2Fparquet') return json({ sha: parquetRevision });
    if (pathname === '/splits') return json({ splits: [{ dataset: 'who/what', config: 'default', split: 'train' }] });
    if (pathname === '/parquet') {
      const url =
        'https://huggingface.co/datasets/who/what/resolve/refs%2Fconvert%2Fparquet/default/train/0000.parquet';
      return json({
        parquet_files: [{ config: 'default', split: 'train', url, filename: '0000.parquet', size: claimed }],
      });
    }
    if (pathname === '/rows') {
      const [offset, length] = ['offset', 'length'].map((name) => Number(searchParams.get(name)));
      const some = rows
        .slice(offset, offset! + length!)
        .map((row, i) => ({ row_idx: offset! + i, row, truncated_cells: [] }));
      return json({ features: [], rows: some, num_rows_total: rows.length });
    }
    if (pathname !== `/datasets/who/what/resolve/${parquetRevision}/default/train/0000.parquet` || faults.noShards)
      return void response.writeHead(404).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const ranged = from !== undefined && !faults.noRanges;
    const bytes = ranged ? shard.subarray(Number(from), Number(to) + 1) : shard;
    asked.push({ path: pathname, bytes: bytes.length });
    response.writeHead(ranged ? 206 : 200, { 'Content-Length': bytes.length });
    if (cut-- <= 0) return void response.end(bytes);
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    servers: { hub: address, viewer: address },
    asked,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}
