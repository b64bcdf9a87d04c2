/**
 * `node src/cli/run.mjs test/bench/parquetShard.ts FILE [--make MB] [--group ROWS]`: a parquet shard read as a source's file is, by ranges of
 * a file on the disk. Prints what was asked for, the largest piece of it, and the most memory outside of the heap and in it, where the text
 * goes. `--make` writes FILE and ends: two columns of text, one of which is read, in groups of 2,000 rows or so many.
 */
import { openAsBlob, statSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readParquet } from '../../src/data/formats/parquet.ts';
import { pcg3d } from '../../src/util/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { make: { type: 'string' }, group: { type: 'string', default: '2000' } },
});
const file = positionals[0]!;
/** Bytes of a row: two columns of 2,000 characters. */
const ROW = 4000;

if (values.make === undefined) await read();
else make(Number(values.make) * 1e6);

async function read(): Promise<void> {
  const blob = await openAsBlob(file);
  const before = process.memoryUsage();
  let [asked, largest, requests, memory, heap, resident] = [0, 0, 0, 0, 0, 0];
  const look = (): void => {
    const now = process.memoryUsage();
    memory = Math.max(memory, now.arrayBuffers - before.arrayBuffers);
    heap = Math.max(heap, now.heapUsed - before.heapUsed);
    resident = Math.max(resident, now.rss);
  };
  const counted = {
    byteLength: blob.size,
    async slice(start: number, end: number) {
      asked += end - start;
      largest = Math.max(largest, end - start);
      requests++;
      const bytes = await blob.slice(start, end).arrayBuffer();
      look();
      return bytes;
    },
  };
  const { texts } = await readParquet('shard.parquet', counted, null, () => {}, look);
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const { user, system } = process.cpuUsage();
  console.log(
    `${mb(statSync(file).size)}, ${texts.length} texts of ${mb(characters)}: ${requests} requests for ${mb(asked)}, the largest ${mb(largest)}; ` +
      `outside of the heap ${mb(memory)} at most, in it ${mb(heap)}, resident ${mb(resident)}; ${((user + system) / 1e6).toFixed(1)} CPU-s with the start`,
  );
}

function make(size: number): void {
  const rows = Math.ceil(size / ROW);
  const cells = (stream: number): string[] =>
    Array.from({ length: rows }, (_, i) =>
      Array.from({ length: 200 }, (_unused, k) =>
        pcg3d(stream, i, k)[0].toString(36).padStart(9, '0').slice(0, 9),
      ).join(' '),
    );
  const columnData = [
    { name: 'ballast', data: cells(1), type: 'STRING' as const },
    { name: 'text', data: cells(2), type: 'STRING' as const },
  ];
  writeFileSync(
    file,
    new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED', rowGroupSize: Number(values.group) })),
  );
}
