/**
 * `node src/cli/run.mjs test/bench/jsonLines.ts [FILE] [--make MB] [--vocabulary N]`: a file of JSON lines taken in as a run takes it, from
 * bytes to tokens of both sides, with a tokenizer learnt from it. Prints CPU seconds and megabytes of the file a CPU second by step, the
 * largest heap, how often progress was told, and what was done after being asked to end. `--make` writes FILE first, from the shipped text with every fortieth word altered, so that words go on being new.
 */
import { closeSync, openAsBlob, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { hashOf } from '../../src/data/document.ts';
import { openLines } from '../../src/data/lines.ts';
import { prepareSources, readUserFiles } from '../../src/data/prepare.ts';
import { gunzip } from '../../src/data/read.ts';
import { pcg3d } from '../../src/util/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { make: { type: 'string' }, vocabulary: { type: 'string', default: '3072' } },
});
const file = positionals[0]!;
const vocabulary = Number(values.vocabulary);

if (values.make !== undefined) await make(file, Number(values.make) * 1e6);
const megabytes = statSync(file).size / 1e6;

const seconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const before = seconds();
  const made = await work();
  const taken = seconds() - before;
  console.log(
    `${what.padEnd(40)} ${taken.toFixed(2).padStart(7)} CPU-s ${(megabytes / taken).toFixed(1).padStart(7)} MB/s`,
  );
  return made;
}

let largest = { heap: 0, arrays: 0, resident: 0 };
const look = (): void => {
  const { used_heap_size: heap } = getHeapStatistics();
  const { arrayBuffers: arrays, rss: resident } = process.memoryUsage();
  largest = {
    heap: Math.max(largest.heap, heap),
    arrays: Math.max(largest.arrays, arrays),
    resident: Math.max(largest.resident, resident),
  };
};

const preset = presetConfig('smoke');
const config: RunConfig = {
  ...preset,
  tokenizer: vocabulary === 257 ? { kind: 'byte' } : { kind: 'bpe', vocab_size: vocabulary },
  model: { ...preset.model, vocab_size: Math.ceil(vocabulary / 4) * 4 },
  data: { ...preset.data, world: null, heldOut: 0.01, split: 'hash' },
  base: { ...preset.base, blend: { text: 1 } },
  continued: null,
};
const blob = await openAsBlob(file);
const lines = async () => (await openLines('text', 'lines.jsonl', blob, { held: 0 }))!;
await timed('reading', async () => {
  for (let at = 0; at < blob.size; at += 1 << 22) await blob.slice(at, at + (1 << 22)).arrayBuffer();
});
await timed('reading, finding the text', async () => (await lines()).each(() => {}));
await timed('reading, finding the text, hashing it', async () =>
  (await lines()).each((document) => void hashOf(document)),
);
let told = 0;
const tell = (): void => {
  told++;
  look();
};
const corporaOf = (onProgress: (what: string, done: number, total: number) => void = tell) =>
  readUserFiles([{ source: 'text', name: 'lines.jsonl', bytes: blob }], onProgress, 0);
const { tokenizer } = await timed(`all, a tokenizer of ${vocabulary} learnt first`, async () =>
  prepareSources(config, await corporaOf(), null, look),
);
await timed('all, the tokenizer given', async () => {
  const { sources } = await prepareSources(config, await corporaOf(), tokenizer, look);
  const [{ train, heldOut }] = sources as [(typeof sources)[number]];
  const documents = train.starts.length + heldOut.starts.length - 2;
  console.log(`${documents} documents, ${train.tokens.length} and ${heldOut.tokens.length} tokens`);
  look();
});
const megabytesOf = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
console.log(
  `largest heap ${megabytesOf(largest.heap)}, arrays outside of it ${megabytesOf(largest.arrays)}, resident ${megabytesOf(largest.resident)}; progress told ${told} times`,
);

const ended = new Error('asked to end');
let [askedAt, cpuThen] = [0, 0];
const endAtHalf = (_what: string, done: number, total: number): void => {
  if (done < total / 2) return;
  [askedAt, cpuThen] = [done, seconds()];
  throw ended;
};
const outcome = await corporaOf(endAtHalf)
  .then((corpora) => prepareSources(config, corpora, tokenizer))
  .then(
    () => null,
    (error: unknown) => error,
  );
if (outcome !== ended) throw new Error('it did not end when it was asked to', { cause: outcome });
console.log(`asked to end at ${megabytesOf(askedAt)}: over ${(1000 * (seconds() - cpuThen)).toFixed(1)} CPU-ms later`);

async function make(name: string, size: number): Promise<void> {
  const sources = ['books', 'code', 'docs', 'encyclopedia', 'legal', 'news', 'qa-definitions', 'qa-facts'];
  const texts: string[] = [];
  for (const source of sources) {
    const shard = await gunzip(source, readFileSync(`public/data/${source}.jsonl.bin`));
    for (const row of new TextDecoder().decode(shard).split('\n').filter(Boolean))
      texts.push((JSON.parse(row) as { text: string }).text);
  }
  const handle = openSync(name, 'w');
  let word = 0;
  for (let written = 0, i = 0; written < size;) {
    let some = '';
    for (; some.length < 4e6; i++) {
      const text = texts[pcg3d(1, i, 0)[0] % texts.length]!.replaceAll(/[a-z]{4,}/g, (found) =>
        ++word % 40 === 0 ? found.slice(0, 2) + pcg3d(2, word, 0)[0].toString(36).replaceAll(/\d/g, 'q') : found,
      );
      some += `${JSON.stringify({ id: `d${i}`, text, meta: { source: 'x', n: i } })}\n`;
    }
    written += writeSync(handle, some);
  }
  closeSync(handle);
}
