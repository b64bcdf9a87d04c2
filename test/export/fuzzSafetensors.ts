/**
 * Structure-aware fuzzing of the safetensors reader: valid files, damaged where a reader is likely to trust them. Every
 * input must be read within what the format promises or be refused by an ImportError with a known code and one
 * sentence. Deterministic in (cases, seed), so that a soak can split millions of cases over seeds and a failure can be
 * repeated.
 */
import { decodeSafetensors, encodeSafetensors, type Dtype, type SafeTensor } from '../../src/export/safetensors.ts';
import { ImportError } from '../../src/export/importError.ts';
import { RandomStream } from '../../src/util/random.ts';

export interface FuzzReport {
  cases: number;
  accepted: number;
  /** How often each code refused. */
  rejected: Record<string, number>;
  slowestMs: number;
}

/** @throws Error naming seed and case when the reader breaks a promise. */
export function fuzzSafetensors(cases: number, seed: number): FuzzReport {
  const report: FuzzReport = { cases, accepted: 0, rejected: {}, slowestMs: 0 };
  for (let i = 0; i < cases; i++) {
    const random = new RandomStream(seed, i);
    const bytes = hostileFile(random);
    const began = performance.now();
    try {
      checkAccepted(bytes);
      report.accepted++;
    } catch (error) {
      if (!(error instanceof ImportError)) {
        throw new Error(`seed ${seed}, case ${i}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
      checkRefusal(error, `seed ${seed}, case ${i}`);
      report.rejected[error.code] = (report.rejected[error.code] ?? 0) + 1;
    }
    report.slowestMs = Math.max(report.slowestMs, performance.now() - began);
  }
  if (Object.keys(Object.prototype).length > 0) throw new Error(`seed ${seed}: Object.prototype was changed`);
  return report;
}

/** Reads; what is accepted must cover the data exactly once and survive a second write and read. */
function checkAccepted(bytes: Uint8Array): void {
  const { tensors, metadata } = decodeSafetensors(bytes);
  let total = 0;
  for (const { data } of tensors.values()) total += data.byteLength;
  const header = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (total !== bytes.length - 8 - header)
    throw new Error(`${total} bytes of tensors in ${bytes.length - 8 - header} of data`);
  if (tensors.has('__metadata__')) throw new Error('__metadata__ was read as a tensor');
  const again = decodeSafetensors(encodeSafetensors([...tensors.values()], metadata));
  for (const [name, tensor] of tensors) {
    const twin = again.tensors.get(name);
    if (!twin || !sameBytes(twin.data, tensor.data)) throw new Error(`tensor ${name} changed in a second write`);
  }
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [x, y] = [a, b].map((v) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength)) as [Uint8Array, Uint8Array];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

function checkRefusal(error: ImportError, where: string): void {
  const sentence = error.message;
  const clear = /^[A-Z_].*\.$/s.test(sentence) && sentence.includes(`code ${error.code}`) && sentence.length <= 400;
  // oxlint-disable-next-line no-control-regex -- control characters in a message are what this looks for
  if (!clear || /[\u0000-\u001f]/.test(sentence)) throw new Error(`${where}: not one clear sentence: ${sentence}`);
}

/** A valid file, most often with one to three injuries. */
function hostileFile(random: RandomStream): Uint8Array {
  const file = splitFile(validFile(random));
  const injuries = random.integer(4);
  for (let i = 0; i < injuries; i++) injure(file, random);
  const bytes = joinFile(file);
  if (random.integer(8) === 0) return injureBytes(bytes, random);
  return bytes;
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

interface SplitFile {
  /** What the file claims; null = the truth. */
  claimed: bigint | null;
  header: string;
  data: Uint8Array;
}

function splitFile(bytes: Uint8Array): SplitFile {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return {
    claimed: null,
    header: new TextDecoder().decode(bytes.subarray(8, 8 + length)),
    data: bytes.subarray(8 + length),
  };
}

function joinFile({ claimed, header, data }: SplitFile): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const LENGTHS = [0n, 1n, 2n, 7n, 100_000_001n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const NUMBERS = [
  '-1',
  '0',
  '1',
  '3',
  '4',
  '00',
  '1.5',
  '1e3',
  '1e999',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '18446744073709551616',
  'null',
  'true',
  '"4"',
  '[]',
  '{}',
  'NaN',
  '',
];
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
  switch (random.integer(11)) {
    case 0:
      file.claimed = random.integer(2) === 0 ? random.pick(LENGTHS) : BigInt(random.integer(file.header.length + 20));
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
      file.header = replaceOne(file.header, /\d+/g, random.pick(NUMBERS), random);
      break;
    case 5:
      file.header = replaceOne(file.header, /"(?:F|BF|U|I)\d+"/g, random.pick(DTYPE_TEXTS), random);
      break;
    case 6: {
      const at = random.integer(file.header.length + 1);
      file.header = file.header.slice(0, at) + random.pick(JUNK) + file.header.slice(at);
      break;
    }
    case 7:
      file.header = repeatMember(file.header, random);
      break;
    case 8:
      file.header = replaceOne(
        file.header,
        /"[a-z_]+":/g,
        random.pick(['"dtype":', '"shape":', '"x":', '"__metadata__":', '']),
        random,
      );
      break;
    case 9:
      file.header = swapOffsets(file.header, random);
      break;
    case 10:
      file.header = replaceOne(
        file.header,
        /\[[\d,]*\]/g,
        random.pick([`[${'0,'.repeat(99)}0]`, '[]', '[9007199254740991,9]', '[0,0]', '{}', '4']),
        random,
      );
      break;
  }
}

function replaceOne(text: string, pattern: RegExp, replacement: string, random: RandomStream): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const { index, 0: found } = random.pick(matches);
  return text.slice(0, index) + replacement + text.slice(index + found.length);
}

/** The same tensor twice: the second hides the first from JSON.parse. */
function repeatMember(header: string, random: RandomStream): string {
  const members = [...header.matchAll(/"[^"]*":\{[^{}]*\}/g)];
  if (members.length === 0) return header;
  return `{${random.pick(members)[0]},${header.slice(1)}`;
}

/** Two tensors exchange, or come to share, their bytes. */
function swapOffsets(header: string, random: RandomStream): string {
  const offsets = [...header.matchAll(/"data_offsets":\[[^\]]*\]/g)].map((match) => match[0]);
  if (offsets.length < 2) return header;
  return replaceOne(header, /"data_offsets":\[[^\]]*\]/g, random.pick(offsets), random);
}

/** Damage that knows nothing of the structure: flipped bytes, a cut, or noise. */
function injureBytes(bytes: Uint8Array, random: RandomStream): Uint8Array {
  if (random.integer(3) === 0) return bytes.slice(0, random.integer(bytes.length + 1));
  const copy = bytes.slice();
  const count = 1 + random.integer(4);
  for (let i = 0; i < count && copy.length > 0; i++) copy[random.integer(copy.length)] = random.integer(256);
  return copy;
}
