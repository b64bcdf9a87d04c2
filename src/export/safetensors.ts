/**
 * The safetensors format: u64 little-endian header length, JSON header padded with spaces to a multiple of 8 bytes,
 * then the tensors' bytes end to end, without holes or overlaps. Files from outside are hostile until checked: nothing
 * is allocated from a number they claim, and every refusal is an ImportError. Typed arrays are little-endian on every
 * machine that runs WebGPU.
 */
import { quoted } from '../util/quoted.ts';
import { ImportError } from './importError.ts';
import { readHeader, type HeaderEntry } from './safetensorsHeader.ts';
import { safetensorsWords } from '../words/model.ts';

/** Bytes an element. F8 formats are carried, not interpreted. */
// prettier-ignore
const ELEMENT_BYTES = {
  F64: 8, I64: 8, U64: 8,
  F32: 4, I32: 4, U32: 4,
  F16: 2, BF16: 2, I16: 2, U16: 2,
  I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1,
} as const;

export type Dtype = keyof typeof ELEMENT_BYTES;

export interface SafeTensor {
  name: string;
  dtype: Dtype;
  /** Row-major; [] is a scalar. */
  shape: readonly number[];
  /** The elements' bytes. Decoded: the dtype's typed array; F16 and BF16 as Uint16Array, BOOL and F8 as Uint8Array. */
  data: ArrayBufferView;
}

export interface Safetensors {
  /** In the order of the bytes. */
  tensors: Map<string, SafeTensor>;
  metadata: Record<string, string>;
}

/** The reference implementation's limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * The file's bytes. Tensors are stored by element size, widest first, then by name, so that every tensor is aligned and
 * the same tensors give the same bytes in whatever order they come.
 * @throws Error if two tensors share a name or a tensor's bytes do not fit its shape and dtype.
 */
export function encodeSafetensors(tensors: readonly SafeTensor[], metadata: Record<string, string> = {}): Uint8Array {
  const parts = safetensorsParts(tensors, metadata);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The same bytes as header and views of the tensors, to be written one after another: large tensors are not copied. */
export function safetensorsParts(tensors: readonly SafeTensor[], metadata: Record<string, string> = {}): Uint8Array[] {
  const ordered = [...tensors].sort(
    (a, b) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype] || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const members: string[] = [];
  const names = new Set(['__metadata__']);
  if (Object.keys(metadata).length > 0) members.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let length = 0;
  for (const { name, dtype, shape, data } of ordered) {
    if (names.has(name)) throw new Error(`The tensor name ${quoted(name)} is taken: give each tensor its own.`);
    names.add(name);
    if (byteCount(shape, dtype) !== data.byteLength) {
      throw new Error(`Tensor ${name} of shape [${shape}] and dtype ${dtype} does not fit ${data.byteLength} bytes.`);
    }
    const entry = { dtype, shape, data_offsets: [length, length + data.byteLength] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    length += data.byteLength;
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerLength = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + headerLength);
  new DataView(header.buffer).setBigUint64(0, BigInt(headerLength), true);
  header.set(json, 8);
  header.fill(0x20, 8 + json.length);
  return [header, ...ordered.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/**
 * The tensors of a file, as views over `bytes`; only a tensor that is not aligned to its element there is copied.
 * @throws ImportError with the first thing found wrong.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { placed, metadata } = readLayout(bytes);
  const tensors = new Map<string, SafeTensor>();
  for (const { name, dtype, shape, start, end } of placed)
    tensors.set(name, { name, dtype, shape, data: viewOf(bytes, start, end, dtype) });
  return { tensors, metadata };
}

/** A tensor and where its bytes are in the file. */
export interface PlacedTensor extends Omit<HeaderEntry, 'dtype'> {
  dtype: Dtype;
}

/** What a file of `size` bytes that begins with `head` holds, and where: `head` needs to hold its header alone. @throws ImportError */
export function readLayout(
  head: Uint8Array,
  size = head.length,
): { placed: PlacedTensor[]; metadata: Record<string, string> } {
  const { text, dataStart } = headerText(head, size);
  const { entries, metadata } = readHeader(text);
  const dataLength = size - dataStart;
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let covered = 0;
  const placed = entries.map((entry): PlacedTensor => {
    const dtype = checkEntry(entry, dataLength);
    const { name, start, end } = entry;
    if (start < covered) throw new ImportError('overlap', safetensorsWords.overlap(quoted(name)));
    if (start > covered) throw holeError(covered, start);
    covered = end;
    return { ...entry, dtype, start: dataStart + start, end: dataStart + end };
  });
  if (covered < dataLength) throw holeError(covered, dataLength);
  return { placed, metadata };
}

/** Bytes at the beginning of a file that hold its header; the first eight of them are enough to tell. */
export function headerBytes(head: Uint8Array, size: number): number {
  if (head.length < 8) return head.length;
  const view = new DataView(head.buffer, head.byteOffset, 8);
  return Math.min(size, 8 + Math.min(MAX_HEADER_BYTES, lengthIn(view)));
}

/** Exact below 2^53, and above it still far beyond every limit. */
const lengthIn = (view: DataView): number => view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;

/** A byte-order mark is kept, to be refused as anything else that is not {. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function headerText(bytes: Uint8Array, size: number): { text: string; dataStart: number } {
  if (size < 8) {
    throw new ImportError('truncated', safetensorsWords.truncated(size));
  }
  const length = lengthIn(new DataView(bytes.buffer, bytes.byteOffset, 8));
  const room = Math.min(size - 8, MAX_HEADER_BYTES);
  if (length < 2 || length > room) {
    throw new ImportError('header-length', safetensorsWords.headerLength(room, size, length));
  }
  const dataStart = 8 + length;
  try {
    return { text: strictUtf8.decode(bytes.subarray(8, dataStart)), dataStart };
  } catch {
    throw new ImportError('header-utf8', safetensorsWords.headerUtf8);
  }
}

function checkEntry({ name, dtype, shape, start, end }: HeaderEntry, dataLength: number): Dtype {
  const tensor = quoted(name);
  if (!isDtype(dtype)) throw new ImportError('dtype', safetensorsWords.unknownDtype(tensor, quoted(dtype)));
  if (start > end || end > dataLength) {
    throw new ImportError('offsets', safetensorsWords.offsets(tensor, start, end, dataLength));
  }
  const expected = byteCount(shape, dtype);
  if (expected === undefined) {
    throw new ImportError('shape', safetensorsWords.largeShape(tensor));
  }
  if (expected !== end - start) {
    throw new ImportError('size', safetensorsWords.size(tensor, dtype, shape, expected, end - start));
  }
  return dtype;
}

function holeError(from: number, to: number): ImportError {
  return new ImportError('hole', safetensorsWords.hole(from, to));
}

function isDtype(dtype: string): dtype is Dtype {
  return Object.hasOwn(ELEMENT_BYTES, dtype);
}

/** Bytes of a tensor; undefined where a product on the way leaves the exact integers. */
function byteCount(shape: readonly number[], dtype: Dtype): number | undefined {
  let count: number = ELEMENT_BYTES[dtype];
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

function viewOf(bytes: Uint8Array, start: number, end: number, dtype: Dtype): ArrayBufferView {
  const size = ELEMENT_BYTES[dtype];
  const aligned = (bytes.byteOffset + start) % size === 0;
  const within = bytes.subarray(start, end);
  const part = aligned ? within : new Uint8Array(within);
  const { buffer, byteOffset } = part;
  const length = part.length / size;
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer, byteOffset, length);
    case 'I64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'U64':
      return new BigUint64Array(buffer, byteOffset, length);
    case 'F32':
      return new Float32Array(buffer, byteOffset, length);
    case 'I32':
      return new Int32Array(buffer, byteOffset, length);
    case 'U32':
      return new Uint32Array(buffer, byteOffset, length);
    case 'I16':
      return new Int16Array(buffer, byteOffset, length);
    case 'F16':
    case 'BF16':
    case 'U16':
      return new Uint16Array(buffer, byteOffset, length);
    case 'I8':
      return new Int8Array(buffer, byteOffset, length);
    case 'U8':
    case 'BOOL':
    case 'F8_E4M3':
    case 'F8_E5M2':
      return part;
  }
}

/**
 * Real numbers as f32: F32 as it stands (no copy), F64 rounded, F16 and BF16 widened exactly.
 * @throws ImportError tensor-dtype for integers and F8.
 */
export function toFloat32({ name, dtype, data }: SafeTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return new Float32Array(data);
  if (data instanceof Uint16Array && (dtype === 'BF16' || dtype === 'F16')) {
    // `from` with a function would list hundreds of millions of numbers first.
    const values = new Float32Array(data.length);
    const bits = new Uint32Array(values.buffer);
    if (dtype === 'BF16') for (let i = 0; i < bits.length; i++) bits[i] = data[i]! << 16;
    else for (let i = 0; i < values.length; i++) values[i] = halfToNumber(data[i]!);
    return values;
  }
  throw new ImportError('tensor-dtype', safetensorsWords.notReal(quoted(name), dtype));
}

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
