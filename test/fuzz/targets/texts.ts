/** Text files, plain, as JSON lines and packed, injured as bytes; read whole and in pieces with the same outcome. */
import { gzipSync } from 'fflate';
import type { Invalid } from '../../../src/data/decode.ts';
import type { Document } from '../../../src/data/document.ts';
import { isGzip, TextFileReader } from '../../../src/data/read.ts';
import { UserError } from '../../../src/util/errors.ts';
import { RandomStream } from '../../../src/util/random.ts';
import type { Target } from '../fuzz.ts';
import { injureBytes } from '../injure.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const PARTS = [
  'whale ',
  'größer ',
  '日本',
  '🐋',
  '\n',
  '\r\n',
  '\f',
  '<|endoftext|>',
  '<|endoftext',
  '|>',
  '\0',
  '\ufeff',
  '\ufffd',
  ' ',
  '{"text":"a"}\n',
  '"',
  ',',
  '[',
  ']',
  'a,text\n',
];
const LINES = [
  '{"text":"whale"}',
  '{"question":"Who?","answer":"größer"}',
  '{"prompt":"1","answer":"2"}',
  '',
  '{"text":"\\u00e9\\n"}',
  '{"prompt":"a","completion":" b"}',
  '{"messages":[{"role":"user","content":"a"},{"role":"b","content":[{"text":"c"},null]}]}',
  '{"__proto__":{"text":"a"},"text":"b"}',
];
const BROKEN = [
  [0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x90],
  [0xf5],
  [0x80],
  [0xff, 0xfe],
  [0xef, 0xbf, 0xbd],
];
const NAMES = ['a.txt', 'a.csv', 'a.jsonl', 'a.json', 'a.txt.gz', 'a.jsonl.gz', 'a.tsv', 'a'];
const INVALID: readonly Invalid[] = ['refuse', 'replace', 'windows-1252'];

let pool: Uint8Array[] | undefined;

function valid(): Uint8Array[] {
  return (pool ??= Array.from({ length: 256 }, (_, i) => {
    const random = new RandomStream(0, i);
    const lines = random.integer(3) === 0;
    const parts = Array.from({ length: random.integer(i % 8 === 0 ? 2000 : 30) }, () =>
      random.pick(lines ? LINES : PARTS),
    );
    const bytes = utf8(parts.join(lines ? '\n' : ''));
    const wide =
      random.integer(16) === 0
        ? new Uint8Array(Uint16Array.from(parts.join(''), (c) => c.charCodeAt(0)).buffer)
        : bytes;
    return i % 4 === 0 ? gzipSync(wide, { level: i % 8 === 0 ? 0 : 6 }) : wide;
  }));
}

function injure(bytes: Uint8Array, random: RandomStream): Uint8Array {
  if (random.integer(2) === 0) return injureBytes(bytes, random);
  const at = random.integer(bytes.length + 1);
  const added = random.integer(2) === 0 ? utf8(random.pick(PARTS)) : Uint8Array.from(random.pick(BROKEN));
  const longer = new Uint8Array(bytes.length + added.length);
  longer.set(bytes.subarray(0, at));
  longer.set(added, at);
  longer.set(bytes.subarray(at), at + added.length);
  return longer;
}

type Result = { documents: readonly Document[]; damaged: number } | { error: UserError };

/** The last two bytes of an input choose name, option and size of pieces, so that a saved input says everything. */
export const texts: Target<Uint8Array> = {
  name: 'texts',
  make: (random) => {
    let bytes = random.pick(valid());
    for (let left = random.integer(4); left > 0; left--) bytes = injure(bytes, random);
    const whole = new Uint8Array(bytes.length + 2);
    whole.set(bytes);
    whole.set([random.integer(256), random.integer(256)], bytes.length);
    return whole;
  },
  feed: async (input) => {
    const [choice = 0, size = 0] = input.subarray(-2);
    const bytes = input.subarray(0, -2);
    const whole = await read(bytes, choice, bytes.length || 1);
    // fflate copies its window of 32 kB for every piece: a packed file is cut in three, where any other may be into bytes.
    const part = isGzip(bytes) ? Math.ceil(bytes.length / 3) : 1 + (size & 1 ? size >> 4 : 4 * size);
    const pieces = await read(bytes, choice, part);
    const same = (one: Result) => JSON.stringify('error' in one ? one.error.code : one);
    if (same(whole) !== same(pieces)) throw new Error(`read whole: ${same(whole)}; in pieces: ${same(pieces)}`);
    if ('error' in whole) throw whole.error;
    if (whole.documents.some(({ text }) => text.trim() === '')) throw new Error('a blank document');
    return whole.damaged > 0 ? 'accepted, mended' : 'accepted';
  },
};

async function read(bytes: Uint8Array, choice: number, size: number): Promise<Result> {
  const invalid = INVALID[choice % 3]!;
  const name = NAMES[(choice >> 2) % NAMES.length]!;
  try {
    const reader = await TextFileReader.open(name, bytes.length, { invalid, limit: 1 << 20 });
    for (let at = 0; at < bytes.length; at += size) await reader.push(bytes.subarray(at, at + size));
    return await reader.end('mine');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { error };
  }
}
