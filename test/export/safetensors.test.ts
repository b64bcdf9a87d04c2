import { describe, expect, test } from 'vitest';
import { ImportError } from '../../src/export/importError.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  toFloat32,
  type Dtype,
  type SafeTensor,
} from '../../src/export/safetensors.ts';
import fc from '../property.ts';

/** A file of this header and so many bytes of data. */
function file(header: string | Uint8Array, dataLength = 0, claimed?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

function refusal(bytes: Uint8Array): ImportError {
  try {
    decodeSafetensors(bytes);
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const u8 = (name: string, start: number, end: number) =>
  `"${name}":{"dtype":"U8","shape":[${end - start}],"data_offsets":[${start},${end}]}`;

describe('encode', () => {
  test('writes the bytes of the format, widest tensors first', () => {
    const bytes = encodeSafetensors(
      [
        { name: 'b', dtype: 'U8', shape: [3], data: Uint8Array.of(7, 8, 9) },
        { name: 'a', dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, -2) },
      ],
      { format: 'pt' },
    );
    const header =
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},' +
      '"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    const expected = file(padded, 11);
    expected.set([0, 0, 128, 63, 0, 0, 0, 192, 7, 8, 9], 8 + padded.length);
    expect(bytes).toEqual(expected);
  });

  test('does not depend on the order given', () => {
    const tensors: SafeTensor[] = ['q', 'a', 'z'].map((name) => ({
      name,
      dtype: 'F32',
      shape: [1],
      data: Float32Array.of(1),
    }));
    const bytes = encodeSafetensors(tensors);
    expect(bytes).toEqual(encodeSafetensors(tensors.toReversed()));
    const { tensors: back, metadata } = decodeSafetensors(bytes);
    expect([[...back.keys()], metadata]).toEqual([['a', 'q', 'z'], {}]);
    expect(new TextDecoder().decode(bytes)).not.toContain('__metadata__');
  });

  test.each([
    [
      'shape that does not fit',
      [{ name: 'a', dtype: 'F32', shape: [3], data: new Float32Array(2) }],
      'does not fit 8 bytes',
    ],
    [
      'name used twice',
      [
        { name: 'a', dtype: 'U8', shape: [0], data: new Uint8Array(0) },
        { name: 'a', dtype: 'U8', shape: [0], data: new Uint8Array(0) },
      ],
      'is taken',
    ],
    ['reserved name', [{ name: '__metadata__', dtype: 'U8', shape: [0], data: new Uint8Array(0) }], 'is taken'],
  ] as [string, SafeTensor[], string][])('refuses a %s', (_, tensors, message) => {
    expect(() => encodeSafetensors(tensors)).toThrow(message);
  });
});

describe('decode', () => {
  const sizes: Record<Dtype, number> = {
    F64: 8,
    I64: 8,
    U64: 8,
    F32: 4,
    I32: 4,
    U32: 4,
    F16: 2,
    BF16: 2,
    I16: 2,
    U16: 2,
    I8: 1,
    U8: 1,
    BOOL: 1,
    F8_E4M3: 1,
    F8_E5M2: 1,
  };
  const views: Partial<Record<Dtype, new () => ArrayBufferView>> = {
    ...{ F64: Float64Array, I64: BigInt64Array, U64: BigUint64Array, F32: Float32Array, I32: Int32Array },
    ...{ U32: Uint32Array, I16: Int16Array, F16: Uint16Array, BF16: Uint16Array, U16: Uint16Array, I8: Int8Array },
  };
  const tensor = fc
    .record({
      name: fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__'),
      dtype: fc.constantFrom(...(Object.keys(sizes) as Dtype[])),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
    })
    .chain(({ name, dtype, shape }) => {
      const length = shape.reduce((a, b) => a * b, sizes[dtype]);
      return fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((data): SafeTensor => ({ name, dtype, shape, data }));
    });

  test('reads back what was written, at any alignment of the file', () => {
    const files = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 });
    fc.assert(
      fc.property(files, fc.dictionary(fc.string(), fc.string()), fc.nat(8), (tensors, metadata, shift) => {
        const bytes = encodeSafetensors(tensors, metadata);
        const moved = new Uint8Array(bytes.length + shift).subarray(shift);
        moved.set(bytes);
        const back = decodeSafetensors(moved);
        expect(Object.entries(back.metadata).sort()).toEqual(Object.entries(metadata).sort());
        expect(back.tensors.size).toBe(tensors.length);
        for (const { name, dtype, shape, data } of tensors) {
          const twin = back.tensors.get(name)!;
          expect([twin.dtype, twin.shape]).toEqual([dtype, shape]);
          expect(twin.data.constructor).toBe(views[dtype] ?? Uint8Array);
          expect(new Uint8Array(twin.data.buffer, twin.data.byteOffset, twin.data.byteLength)).toEqual(data);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('gives views over the file, not copies', () => {
    const bytes = encodeSafetensors([{ name: 'a', dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }]);
    const { data } = decodeSafetensors(bytes).tensors.get('a')!;
    expect(data).toBeInstanceOf(Float32Array);
    expect(data.buffer).toBe(bytes.buffer);
  });

  test('accepts tensors without elements, scalars and any order of keys', () => {
    const header =
      '{ "s":{"data_offsets":[0,4],"dtype":"F32","shape":[]},"e":{"dtype":"F32","shape":[0,9],"data_offsets":[4,4]}} ';
    const { tensors } = decodeSafetensors(file(header, 4));
    expect([...tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
      ['s', []],
      ['e', [0, 9]],
    ]);
  });

  test('takes tensors in any order of their bytes, and gives them in that order', () => {
    const { tensors } = decodeSafetensors(
      file(`{${u8('b', 2, 3)},${u8('none', 2, 2)},${u8('c', 3, 4)},${u8('a', 0, 2)}}`, 4),
    );
    expect([...tensors.keys()]).toEqual(['a', 'none', 'b', 'c']);
  });

  test('says where a header ends being one, and by how much a tensor does not fit', () => {
    const saidOf = (header: string, data = 0) => refusal(file(header, data)).message;
    expect(saidOf('{} x')).toMatch(/nothing more at character 3, not "x"/);
    expect(saidOf('{"a":{"dtype":"U8"')).toMatch(/at character 18, not the end/);
    const short = `{${u8('a', 0, 1)},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,5]}}`;
    expect(saidOf(short, 5)).toMatch(/takes 8 bytes, but has 4/);
  });

  test('keeps __proto__ an ordinary name', () => {
    const { tensors, metadata } = decodeSafetensors(
      file(`{"__metadata__":{"__proto__":"x"},${u8('__proto__', 0, 1)}}`, 1),
    );
    expect([...tensors.keys()]).toEqual(['__proto__']);
    expect(Object.keys(metadata)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(metadata)).toBe(null);
  });

  test.each([
    ['an empty file', new Uint8Array(0), 'truncated'],
    ['a cut header length', new Uint8Array(7), 'truncated'],
    ['nothing but a header length', file('', 0, 2n), 'header-length'],
    ['a header length of 0', file('', 8, 0n), 'header-length'],
    ['a header length of 2^32 + 2', file('{}', 0, 2n ** 32n + 2n), 'header-length'],
    ['a header longer than the file', file('{}', 0, 3n), 'header-length'],
    ['a header length of 2^64 − 1', file('{}', 0, 2n ** 64n - 1n), 'header-length'],
    ['a header that is not UTF-8', file(Uint8Array.of(0x7b, 0xff, 0x7d)), 'header-utf8'],
    ['a byte-order mark', file('\ufeff{}'), 'header-syntax'],
    ['a header that is an array', file('[]'), 'header-syntax'],
    ['text after the header', file('{}{}'), 'header-syntax'],
    ['a comma at the end', file(`{${u8('a', 0, 1)},}`, 1), 'header-syntax'],
    ['an unknown escape', file('{"\\x":{}}'), 'header-syntax'],
    ['a control character in a name', file('{"\u0001":{}}'), 'header-syntax'],
    ['a name without end', file('{"a\\"'), 'header-syntax'],
    ['a million brackets', file('{"a":'.repeat(1_000_000)), 'header-entry'],
    ['an entry without shape', file('{"a":{"dtype":"U8","data_offsets":[0,0]}}'), 'header-entry'],
    ['an entry without dtype', file('{"a":{"shape":[0],"data_offsets":[0,0]}}'), 'header-entry'],
    ['an entry without offsets', file('{"a":{"dtype":"U8","shape":[0]}}'), 'header-entry'],
    ['a size that is no number', file('{"a":{"dtype":"U8","shape":[x],"data_offsets":[0,1]}}', 1), 'shape'],
    ['a size that is missing', file('{"a":{"dtype":"U8","shape":[1,],"data_offsets":[0,1]}}', 1), 'shape'],
    ['a size with a zero before it', file('{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}', 1), 'shape'],
    ['an offset of 2^53', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,9007199254740992]}}'), 'offsets'],
    ['an unknown key', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}'), 'header-entry'],
    ['the same name twice', file(`{${u8('a', 0, 1)},${u8('a', 0, 1)}}`, 1), 'duplicate'],
    ['the same name twice, once escaped', file(`{${u8('a', 0, 1)},${u8('\\u0061', 0, 1)}}`, 1), 'duplicate'],
    ['the same key twice', file('{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), 'duplicate'],
    ['a number as metadata', file('{"__metadata__":{"a":1}}'), 'metadata'],
    ['an array of metadata', file('{"__metadata__":["a"]}'), 'metadata'],
    ['an unknown dtype', file('{"a":{"dtype":"toString","shape":[0],"data_offsets":[0,0]}}'), 'dtype'],
    ['a fractional size', file('{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}', 1), 'shape'],
    ['a negative size', file('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}', 1), 'shape'],
    ['a size of 2^53', file('{"a":{"dtype":"U8","shape":[9007199254740992],"data_offsets":[0,1]}}', 1), 'shape'],
    [
      'a product beyond 2^53',
      file('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'),
      'shape',
    ],
    [
      'a product beyond 2^53 times 0',
      file('{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}'),
      'shape',
    ],
    ['65 dimensions', file(`{"a":{"dtype":"U8","shape":[${'1,'.repeat(64)}1],"data_offsets":[0,1]}}`, 1), 'shape'],
    ['reversed offsets', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}', 1), 'offsets'],
    ['offsets beyond the file', file(`{${u8('a', 0, 2)}}`, 1), 'offsets'],
    ['one offset', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}}'), 'offsets'],
    ['three offsets', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}'), 'offsets'],
    ['a size that does not fit the shape', file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4), 'size'],
    ['shared bytes', file(`{${u8('a', 0, 2)},${u8('b', 1, 3)}}`, 3), 'overlap'],
    ['the same bytes twice', file(`{${u8('a', 0, 2)},${u8('b', 0, 2)}}`, 2), 'overlap'],
    ['a hole between tensors', file(`{${u8('a', 0, 1)},${u8('b', 2, 3)}}`, 3), 'hole'],
    ['data before the first tensor', file(`{${u8('a', 1, 2)}}`, 2), 'hole'],
    ['data after the last tensor', file('{}', 5), 'hole'],
  ])('refuses %s', (_, bytes, code) => {
    const error = refusal(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(new RegExp(`^[^\\n]+ \\(code ${code}\\)\\.$`));
  });

  test('refuses every cut of a valid file', () => {
    const bytes = encodeSafetensors([{ name: 'a', dtype: 'F32', shape: [3], data: new Float32Array(3) }], {
      format: 'pt',
    });
    for (let length = 0; length < bytes.length; length++) refusal(bytes.subarray(0, length));
  });
});

describe('toFloat32', () => {
  const widen = (dtype: Dtype, data: SafeTensor['data']) => toFloat32({ name: 'a', dtype, shape: [], data });

  test('widens halves exactly', () => {
    // Zeros, smallest and largest subnormal, smallest normal, 1, −2, largest, infinities.
    const bits = Uint16Array.of(0, 0x8000, 1, 0x3ff, 0x400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00);
    const values = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 65504, Infinity, -Infinity];
    expect([...widen('F16', bits)]).toEqual(values);
    expect(widen('F16', Uint16Array.of(0x7e00))[0]).toBeNaN();
  });

  test('widens bfloat16 exactly', () => {
    expect([...widen('BF16', Uint16Array.of(0x3f80, 0xc000, 0x8000, 0x7f80))]).toEqual([1, -2, -0, Infinity]);
  });

  test('passes f32 through, rounds f64 and refuses integers', () => {
    const data = Float32Array.of(1);
    expect(widen('F32', data)).toBe(data);
    expect(widen('F64', Float64Array.of(0.1))[0]).toBe(Math.fround(0.1));
    expect(() => widen('I32', Int32Array.of(1))).toThrow('code tensor-dtype');
    expect(() => widen('U16', Uint16Array.of(1))).toThrow('code tensor-dtype');
  });
});
