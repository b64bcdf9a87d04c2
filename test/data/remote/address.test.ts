/** Plain files and model folders by their address: what is told first, what is asked for, and every fault of a server as one sentence. */
import { afterEach, expect, test } from 'vitest';
import { fetchOnce, patient } from '../../../src/data/remote/ask.ts';
import { lastName, webAddress } from '../../../src/data/remote/file.ts';
import { describeRemoteModel, fetchRemoteModel } from '../../../src/data/remote/model.ts';
import { describeRemoteText, fetchRemoteText } from '../../../src/data/remote/text.ts';
import { type FileHost, type HostFaults, modelRevision, openHost } from './host.ts';

const text = (said: string) => new TextEncoder().encode(said);
/** Longer than what is asked for at once. */
const weights = Uint8Array.from({ length: 9_000_000 }, (_, i) => (i * 2654435761) >>> 24);
const index = JSON.stringify({
  weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
});
const small = { 'config.json': text('{}'), 'tokenizer.json': text('{"model":{}}') };
const shards = {
  ...small,
  'model.safetensors.index.json': text(index),
  'model-00001-of-00002.safetensors': weights.subarray(0, 1000),
  'model-00002-of-00002.safetensors': weights.subarray(1000, 3000),
};
const below = (folder: string, files: Record<string, Uint8Array>) =>
  Object.entries(files).map(([name, bytes]) => [folder + name, bytes] as const);
const hub = `/who/model/resolve/${modelRevision}/`;
const others = { 'README.md': text('#'), 'pytorch_model.bin': weights, 'onnx/model.safetensors': weights };
const everything = new Map([
  ...below(hub, { ...small, 'model.safetensors': weights, ...others }),
  ...below('/plain/model/v1/', shards),
  ...below('/two/parts/', shards),
  ...below('/lacking/it/at/all/', small),
  ['/texts/story.txt', text('Once upon a time.\n')],
  ['/datasets/who/what/resolve/main/rows.jsonl', text('{"text":"a"}\n')],
]);

let host: FileHost;
afterEach(() => host.close());

async function open(faults: HostFaults = {}) {
  host = await openHost(everything, faults);
  const waits: number[] = [];
  return { waits, ask: patient(fetchOnce, async (millis) => void waits.push(millis)) };
}

/** A folder from its address, as names and bytes. */
async function model(path: string, faults?: HostFaults) {
  const { ask, waits } = await open(faults);
  const found = await describeRemoteModel(ask, host.address + path);
  const told: number[] = [];
  const files = await fetchRemoteModel(ask, found, (bytes) => told.push(bytes));
  const read = await Promise.all(files.map(async ({ name, bytes }) => [name, await bytes.bytes()] as const));
  return { found, waits, told, files: Object.fromEntries(read) };
}
const ofHub = { ...small, 'model.safetensors': weights };

test('of a repository licence, revision and the files of the model are told first, and nothing else of it is fetched', async () => {
  const { found, told, files } = await model('/who/model/tree/main');
  expect(found).toMatchObject({ name: 'who/model', licence: 'own-licence', revision: modelRevision });
  expect(found.files).toEqual(Object.entries(ofHub).map(([name, { length }]) => ({ name, bytes: length })));
  expect(files).toEqual(ofHub);
  expect(told.at(-1)).toBe(weights.length + 14);
  expect(new Set(told).size).toBeGreaterThan(3);
  expect(new Set(host.asked.map(({ path }) => path))).toEqual(
    new Set(['/api/models/who/model/revision/main', ...Object.keys(ofHub).map((name) => hub + name)]),
  );
});

test('a repository is named OWNER/NAME and nothing else, with white space around it or not', async () => {
  const asked: string[] = [];
  const ask = (address: string) => (asked.push(address), Promise.reject(new Error('asked')));
  for (const name of ['who/model', '/who/model/', ' who/model\n', 'api/models/who/model'])
    await expect(describeRemoteModel(ask, name)).rejects.toThrow('asked');
  expect(new Set(asked)).toEqual(new Set(['https://huggingface.co/api/models/who/model?blobs=true']));
  for (const name of ['a/b/c', 'a /b', 'who/model?', 'see who/model', 'https://'])
    await expect(describeRemoteModel(ask, name)).rejects.toMatchObject({ code: 'remote' });
});

test('an address is one of the web, and the last part of its path a name', () => {
  expect(['film', 'ftp://a/b', 'https://', 'http://['].map(webAddress)).toEqual([null, null, null, null]);
  const path = (given: string) => webAddress(`https://hub${given}`)!.pathname;
  expect(['/who/what/blob/main/a', '/datasets/who/what/blob/main/a', '/x/datasets/a/b/blob/c'].map(path)).toEqual([
    '/who/what/resolve/main/a',
    '/datasets/who/what/resolve/main/a',
    '/x/datasets/a/b/blob/c',
  ]);
  const name = (given: string) => lastName(new URL(given));
  expect(['https://hub/a/b%20c/', 'https://hub/a%2Fb', 'https://hub/%E0%A4%A', 'https://hub/'].map(name)).toEqual([
    ...['b c', 'a-b', '%E0%A4%A', 'hub'],
  ]);
});

test('a plain folder is read by its index; one in two parts of a path is no repository where there is no hub', async () => {
  for (const path of ['/plain/model/v1/config.json', '/two/parts']) {
    const { found, files } = await model(path);
    expect(found).toMatchObject({ licence: null, revision: null });
    expect(files).toEqual(shards);
    await host.close();
  }
});

test('a busy server, cut connections, no ranges and files that have moved end in the same bytes', async () => {
  const busy = await model('/who/model', { busy: 2, cut: { times: 3, ending: '.safetensors' } });
  expect(busy.files).toEqual(ofHub);
  expect(busy.waits).toEqual([1000, 2000, 1000, 2000, 4000]);
  // A cut connection costs a range and not the file.
  expect(host.asked.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(2 * weights.length);
  await host.close();
  for (const fault of [{ noRanges: true }, { moved: true }]) {
    expect((await model('/who/model', fault)).files).toEqual(ofHub);
    await host.close();
  }
});

test('every fault of a model’s server is one sentence', async () => {
  const faults: [string, HostFaults, RegExp][] = [
    ['/who/model', { busy: 1000 }, /gave no answer \(status 503\): try again/],
    ['/who/model', { status: 401 }, /config\.json is private or gated.*status 401/],
    ['/who/model', { page: true }, /has a web page instead of config\.json/],
    ['/who/model', { claimed: 7 }, /config\.json came with 2 bytes instead of 7/],
    ['/who/model', { claimed: 2e9 }, /who\/model has 6000\.0 MB, and at most 2147\.5 MB are fetched/],
    ['/who/nothing', {}, /config\.json was not found at .*status 404/],
    ['/lacking/it/at/all/', {}, /model\.safetensors was not found/],
    ['/two/parts', { page: true }, /has a web page instead of config\.json/],
  ];
  for (const [path, fault, sentence] of faults) {
    await expect(model(path, fault), JSON.stringify(fault)).rejects.toThrow(sentence);
    if (fault.claimed === 2e9) expect(host.asked).toHaveLength(1);
    await host.close();
  }
  const { ask } = await open();
  await expect(describeRemoteModel(ask, 'not a name')).rejects.toThrow(/is not a model: give OWNER\/NAME/);
});

test('a plain file of text comes as it is, and a page of the hub that shows a file is that file', async () => {
  const { ask, waits } = await open({ cut: { times: 1, ending: '.txt' } });
  for (const [path, name, said] of [
    ['/texts/story.txt?download=1#top', 'story.txt', 'Once upon a time.\n'],
    ['/datasets/who/what/blob/main/rows.jsonl', 'rows.jsonl', '{"text":"a"}\n'],
  ] as const) {
    const found = await describeRemoteText(ask, host.address + path);
    expect(found).toMatchObject({ kind: 'file', name, bytes: said.length });
    const file = await fetchRemoteText(ask, found, null, () => {});
    expect([file.name, await file.bytes.text()]).toEqual([name, said]);
  }
  expect(waits).toEqual([1000]);
});

test('text of no kind that is read, or of too many bytes, is refused before any of it comes', async () => {
  const { ask, waits } = await open({ claimed: 260e6 });
  const story = `${host.address}/texts/story.txt`;
  await expect(describeRemoteText(ask, `${host.address}/film.mp4`)).rejects.toThrow(/film\.mp4.*\.txt/);
  await expect(describeRemoteText(ask, 'film')).rejects.toThrow(/is not an address/);
  expect(host.asked).toEqual([]);
  await expect(describeRemoteText(ask, story)).rejects.toThrow('story.txt has 260.0 MB, and at most 250.0 MB');
  expect(host.asked.map(({ method }) => method)).toEqual(['HEAD']);
  // A server that says one thing and sends another.
  for (const fault of [{}, { untold: true }]) {
    host.faults = fault;
    await expect(ask(story, { most: 10 })).rejects.toThrow(/at most/);
  }
  expect(waits).toEqual([]);
  host.faults = { page: true };
  await expect(describeRemoteText(ask, story)).rejects.toThrow(/a web page instead of story\.txt/);
  const ended = new AbortController();
  host.faults = { stuck: true };
  const stuck = fetchOnce(story, { signal: ended.signal, onBytes: () => ended.abort(new Error('enough of it')) });
  await expect(stuck).rejects.toThrow('enough of it');
});
