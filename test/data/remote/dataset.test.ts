/** Data sets by the viewer's API: licence and revision first, ranges, then a whole shard, then rows; busy servers and cut connections. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, expect, test } from 'vitest';
import { fetchOnce, patient } from '../../../src/data/remote/ask.ts';
import { datasetName, describeDataset, fetchDataset, type FetchProgress } from '../../../src/data/remote/dataset.ts';
import { readFile } from '../../../src/data/read.ts';
import { type Faults, openViewer, parquetRevision, revision, type Viewer } from './viewer.ts';

/** Text that no codec makes small, half a megabyte of it. */
const texts = Array.from(
  { length: 2400 },
  (_, i) => `document ${i}: ${Array.from({ length: 20 }, (_unused, k) => Math.sin(20 * i + k).toString(36)).join(' ')}`,
);
const shard = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'id', data: texts.map((_, i) => BigInt(i)), type: 'INT64' },
      { name: 'text', data: texts, type: 'STRING' },
    ],
    rowGroupSize: 100,
  }),
);
const rows = texts.map((text, id) => ({ id, text, tags: ['a'] }));

let viewer: Viewer;
afterEach(() => viewer.close());

/** Everything fetched and read as any file; and the waits that were asked for. */
async function fetched(faults: Faults, enough = 1e9, claimed?: number) {
  viewer = await openViewer(shard, rows, faults, claimed);
  const waits: number[] = [];
  const ask = patient(fetchOnce, async (millis) => void waits.push(millis));
  const dataset = await describeDataset(
    ask,
    datasetName('https://huggingface.co/datasets/who/what/viewer'),
    viewer.servers,
  );
  const lines: string[] = [];
  const told: FetchProgress[] = [];
  const wanted = { config: 'default', split: 'train', enough };
  const done = await fetchDataset(
    ask,
    dataset,
    wanted,
    (some) => void lines.push(some),
    (one) => told.push(one),
    viewer.servers,
  );
  const { documents } = await readFile('mine', 'what.jsonl', new Blob(lines));
  return { dataset, waits, done, told, found: documents.map(({ text }) => text) };
}

test('licence and revision are known first, and the text comes by ranges of the pinned shard', async () => {
  const { dataset, done, told, found } = await fetched({});
  expect(dataset).toMatchObject({ licence: 'cc-by-4.0', revision, parquetRevision });
  expect(done).toMatchObject({ by: 'ranges', rows: texts.length });
  expect(told.map((one) => one.rows)).toEqual(Array.from({ length: 24 }, (_, i) => 100 * (i + 1)));
  expect(found).toEqual(texts);
});

test('no more is fetched than is enough', async () => {
  const { found } = await fetched({}, 20_000);
  expect(found).toEqual(texts.slice(0, found.length));
  expect(found.length).toBeLessThan(texts.length / 4);
  const bytes = viewer.asked.filter(({ path }) => path.endsWith('.parquet')).reduce((sum, one) => sum + one.bytes, 0);
  // The footer's 64 kB and what is enough.
  expect(bytes).toBeLessThan(shard.length / 2);
});

test('a busy server is asked again after what it says, and a cut connection too', async () => {
  const { waits, found } = await fetched({ busy: 2, cut: 2 });
  expect(found).toEqual(texts);
  expect(waits.slice(0, 2)).toEqual([7000, 7000]);
  expect(waits).toHaveLength(4);
});

test('without ranges a small shard comes whole, and of a large one, or of none, rows', async () => {
  const whole = await fetched({ noRanges: true });
  expect(whole.done.by).toBe('whole shard');
  expect(whole.found).toEqual(texts);
  await viewer.close();
  const large = await fetched({ noRanges: true }, 1e9, 2 ** 27);
  expect(large.done).toMatchObject({ by: 'rows', rows: texts.length });
  expect(large.found).toEqual(texts);
  await viewer.close();
  const none = await fetched({ noShards: true }, 5000);
  expect(none.done.by).toBe('rows');
  expect(none.found).toEqual(texts.slice(0, none.found.length));
});

test('a server that stays busy, a name that is none and a cancelled call end in a sentence, or at once', async () => {
  viewer = await openViewer(shard, rows, { busy: 1000 });
  const ask = patient(fetchOnce, async () => {});
  await expect(describeDataset(ask, 'who/what', viewer.servers)).rejects.toThrow(
    /gave no answer \(status 429\): try again/,
  );
  await viewer.close();
  viewer = await openViewer(shard, rows);
  await expect(describeDataset(ask, 'who/else', viewer.servers)).rejects.toThrow(
    /who\/else was not found at .*status 404/,
  );
  expect(() => datasetName('not a name')).toThrow(/OWNER\/NAME/);
  const dataset = await describeDataset(ask, 'who/what', viewer.servers);
  const ended = new AbortController();
  const take = (): void => ended.abort(new Error('enough of it'));
  const wanted = { config: 'default', split: 'train', enough: 1e9 };
  const before = viewer.asked.length;
  await expect(fetchDataset(ask, dataset, wanted, take, undefined, viewer.servers, ended.signal)).rejects.toThrow(
    'enough of it',
  );
  expect(viewer.asked.length - before).toBeLessThan(6);
});
