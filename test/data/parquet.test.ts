/** Parquet, written by another library: read by ranges and columns, and what is not read is said in a sentence. */
import { gzipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { readParquet } from '../../src/data/formats/parquet.ts';
import { readFile } from '../../src/data/read.ts';
import { UserError } from '../../src/util/errors.ts';

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];
const written = (columnData: Columns, more: object = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...more }));
const read = (bytes: Uint8Array, column: string | null = null) =>
  readFile('mine', 'a.parquet', new Blob([bytes as BlobPart]), { column });
const texts = async (bytes: Uint8Array, column?: string) =>
  (await read(bytes, column)).documents.map(({ text }) => text);

const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} says größer 日本`);
/** Text that no codec makes small. */
const ballast = lines.map((_, i) =>
  Array.from({ length: 40 }, (_unused, k) => Math.sin(i * 40 + k).toString(36)).join(''),
);
const columns: Columns = [
  { name: 'id', data: lines.map((_, i) => i), type: 'INT32' },
  { name: 'ballast', data: ballast, type: 'STRING' },
  { name: 'text', data: lines, type: 'STRING' },
];

test.each<[string, object]>([
  ['snappy', {}],
  ['no codec', { codec: 'UNCOMPRESSED' }],
  ['gzip', { codec: 'GZIP', compressors: { GZIP: (bytes: Uint8Array) => gzipSync(bytes) } }],
])('with %s its column named text is read', async (_, more) => {
  expect(await texts(written(columns, { ...more, rowGroupSize: 500 }))).toEqual(lines);
});

test('a column is chosen as of any table, and named columns make a record', async () => {
  expect(await texts(written(columns), 'ballast')).toEqual(ballast);
  const asked = written([
    { name: 'question', data: ['Who?', 'Why?'], type: 'STRING' },
    { name: 'answer', data: ['I.', 'So.'], type: 'STRING' },
  ]);
  expect(await texts(asked)).toEqual(['Question: Who?\nAnswer: I.', 'Question: Why?\nAnswer: So.']);
  const { notes, documents } = await read(
    written([
      { name: 'id', data: [1, 2], type: 'INT32' },
      { name: 'body', data: ['one two three', 'four five six'], type: 'STRING' },
    ]),
  );
  expect(documents).toHaveLength(2);
  expect(notes).toEqual(['a.parquet: the column "body" is read.']);
});

test('groups are asked for one by one, and no column but the one that is read', async () => {
  const bytes = written(columns, { rowGroupSize: 300 });
  let [most, all] = [0, 0];
  const file = {
    byteLength: bytes.length,
    async slice(start: number, end: number) {
      most = Math.max(most, end - start);
      all += end - start;
      return bytes.slice(start, end).buffer;
    },
  };
  const seen: number[] = [];
  const { texts: found } = await readParquet(
    'a.parquet',
    file,
    null,
    () => {},
    (rows) => seen.push(rows),
  );
  expect(found).toEqual(lines);
  expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => 300 * (i + 1)));
  // The ballast is nine tenths of the file.
  expect(all).toBeLessThan(bytes.length / 3);
  expect(most).toBeLessThan(bytes.length / 5);
});

const nested = written(
  [
    { name: 'id', data: [1, 2] },
    { name: 'messages', data: [['one', 'two'], ['three']] },
  ],
  {
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'messages', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ],
  },
);

test.each<[string, Uint8Array, RegExp]>([
  ['nested columns', nested, /nested column "messages", .*choose one of "id"/],
  ['no parquet', new TextEncoder().encode('PAR1 is how it begins, and nothing follows of it'), /damaged or cut short/],
  ['a file cut short', written(columns).subarray(0, 4000), /damaged or cut short/],
  ['nothing', new Uint8Array(0), /damaged or cut short/],
  [
    'damage inside',
    written(columns).map((byte, i, all) => (i > 9 && i < all.length - 3000 ? 255 : byte)),
    /damaged or cut short/,
  ],
])('%s is one sentence', async (_, bytes, sentence) => {
  const problem = await read(bytes).catch((error: unknown) => error as UserError);
  expect(problem).toBeInstanceOf(UserError);
  expect(problem).toMatchObject({ code: 'text-parquet', message: expect.stringMatching(sentence) });
  expect((problem as UserError).message).toMatch(/^[^\n]{10,400}\.$/);
});
