/** Checkpoints: safetensors files whose header, claimed length or data is damaged. */
import { decodeSafetensors, encodeSafetensors, type Dtype, type SafeTensor } from '../../../src/export/safetensors.ts';
import { RandomStream } from '../../../src/util/random.ts';
import type { Target } from '../fuzz.ts';
import { injureBytes, NUMBERS, replaceNumber } from '../injure.ts';

/** What is accepted must cover the data exactly once; one in so many, by its length, is also written and read again. */
const REWRITTEN = 8;

export const checkpoints: Target<Uint8Array> = {
  name: 'checkpoints',
  make: (random) => {
    const file = { ...random.pick(valid()) };
    for (let left = random.integer(4); left > 0; left--) injure(file, random);
    const bytes = join(file, random.integer(8));
    return random.integer(8) === 0 ? injureBytes(bytes, random) : bytes;
  },
  feed: (bytes) => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    let total = 0;
    for (const { data } of tensors.values()) total += data.byteLength;
    const header = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    if (total !== bytes.length - 8 - header)
      throw new Error(`${total} bytes of tensors in ${bytes.length - 8 - header}`);
    if (tensors.has('__metadata__')) throw new Error('__metadata__ was read as a tensor');
    if (bytes.length % REWRITTEN === 0) {
      const again = decodeSafetensors(encodeSafetensors([...tensors.values()], metadata));
      for (const [name, tensor] of tensors) {
        const twin = again.tensors.get(name);
        if (!twin || !sameBytes(twin.data, tensor.data)) throw new Error(`tensor ${name} changed in a second write`);
      }
    }
    return 'accepted';
  },
};

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [x, y] = [a, b].map((v) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength)) as [Uint8Array, Uint8Array];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

interface SplitFile {
  /** What the file claims; null = the truth. */
  claimed: bigint | null;
  header: string;
  data: Uint8Array;
}

const DTYPES: readonly [Dtype, number][] = [
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['F64', 8],
  ['U8', 1],
  ['I64', 8],
];
const NAMES = ['a', 'b', 'model.norm.weight', '__proto__', 'constructor', 'é "\\\n', '', 'toString', 'x'.repeat(200)];

let pool: SplitFile[] | undefined;

/** Valid files to begin with, made once: making one takes ten times as long as reading it. */
function valid(): SplitFile[] {
  return (pool ??= Array.from({ length: 512 }, (_, i) => {
    const bytes = validFile(new RandomStream(0, i));
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    return {
      claimed: null,
      header: new TextDecoder().decode(bytes.subarray(8, 8 + length)),
      data: bytes.subarray(8 + length),
    };
  }));
}

function validFile(random: RandomStream): Uint8Array {
  const tensors: SafeTensor[] = [];
  const names = random.shuffle([...NAMES]).slice(0, random.integer(5));
  for (const name of names) {
    const [dtype, size] = random.pick(DTYPES);
    const shape = Array.from({ length: random.integer(4) }, () => random.integer(4));
    const bytes = shape.reduce((a, b) => a * b, size);
    tensors.push({ name, dtype, shape, data: Uint8Array.from({ length: bytes }, () => random.integer(256)) });
  }
  return encodeSafetensors(tensors, random.integer(2) === 0 ? {} : { format: 'pt', [random.pick(NAMES)]: 'text' });
}

const encoder = new TextEncoder();
/** Every file is put together here, at any alignment, and forgotten when the next one is. */
let room = new Uint8Array(1 << 16);

function join({ claimed, header, data }: SplitFile, offset: number): Uint8Array {
  const most = offset + 8 + 3 * header.length + data.length;
  if (most > room.length) room = new Uint8Array(2 * most);
  const { written } = encoder.encodeInto(header, room.subarray(offset + 8));
  new DataView(room.buffer).setBigUint64(offset, claimed ?? BigInt(written), true);
  room.set(data, offset + 8 + written);
  return room.subarray(offset, offset + 8 + written + data.length);
}

const LENGTHS = [0n, 1n, 2n, 7n, 100_000_001n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const DTYPE_TEXTS = [
  '"F32"',
  '"F16"',
  '"U8"',
  '"F33"',
  '"f32"',
  '"__proto__"',
  '"toString"',
  '""',
  '4',
  'null',
  '["F32"]',
  '{}',
];
const JUNK = [
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  ' ',
  '\u0000',
  '\ufeff',
  '\\u0041',
  '\\x',
  '//',
  '"a":{}',
  '"extra":1,',
  '[['.repeat(99),
  '"__metadata__":{"k":1},',
  '"__metadata__":{},',
  '"__metadata__":[],',
  '"__proto__":{"dtype":"U8"},',
  '\t\n\r',
  '{"a":'.repeat(99),
];

/** One change to the claimed length, the header's text or the data. */
function injure(file: SplitFile, random: RandomStream): void {
  const { header } = file;
  const at = random.integer(header.length + 1);
  switch (random.integer(11)) {
    case 0:
      file.claimed = random.integer(2) === 0 ? random.pick(LENGTHS) : BigInt(random.integer(header.length + 20));
      break;
    case 1:
      file.data = file.data.subarray(0, random.integer(file.data.length + 1));
      break;
    case 2: {
      const longer = new Uint8Array(file.data.length + 1 + random.integer(16));
      longer.set(file.data);
      file.data = longer;
      break;
    }
    case 3:
    case 4:
      file.header = replaceNumber(header, at, random.pick(NUMBERS));
      break;
    case 5:
      file.header = replaceBetween(header, '"dtype":', /,|}/, at, random.pick(DTYPE_TEXTS));
      break;
    case 6:
      file.header = header.slice(0, at) + random.pick(JUNK) + header.slice(at);
      break;
    case 7:
      file.header = repeatMember(header, at);
      break;
    case 8:
      file.header = replaceBetween(header, ',"', /:/, at, random.pick(['dtype"', 'shape"', 'x"', '__metadata__"', '']));
      break;
    case 9:
      file.header = replaceBetween(
        header,
        '"data_offsets":',
        /}/,
        at,
        offsetsAfter(header, random.integer(header.length + 1)),
      );
      break;
    case 10:
      file.header = replaceBetween(header, '"shape":', /]/, at, random.pick(SHAPES));
      break;
  }
}

/** Without their last bracket, which is left standing. */
const SHAPES = [`[${'0,'.repeat(99)}0`, '[', '[9007199254740991,9', '[0,0', '{}', '4'];

/** What follows the first `mark` at or after `at` (or the first of all), up to where `end` matches, replaced. */
function replaceBetween(text: string, mark: string, end: RegExp, at: number, replacement: string): string {
  let found = text.indexOf(mark, at);
  if (found < 0) found = text.indexOf(mark);
  if (found < 0) return text;
  const start = found + mark.length;
  const length = text.slice(start).search(end);
  return length < 0 ? text : text.slice(0, start) + replacement + text.slice(start + length);
}

/** The same tensor twice: the second hides the first from JSON.parse. */
function repeatMember(header: string, at: number): string {
  const start = Math.max(header.lastIndexOf(',"', at), 0) + 1;
  const end = header.indexOf('}', start);
  return end < 0 ? header : `{${header.slice(start, end + 1)},${header.slice(1)}`;
}

/** Offsets of one tensor for another, so that two come to share their bytes. */
function offsetsAfter(header: string, at: number): string {
  const found = header.indexOf('"data_offsets":', at);
  const start = found < 0 ? header.indexOf('[0') : found + 15;
  const end = header.indexOf(']', start);
  return start < 0 || end < 0 ? '[0,0]' : header.slice(start, end + 1);
}
