import { gzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { mkdtempSync, openAsBlob, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { LARGEST_TEXT } from '../../src/config/files.ts';
import { gunzip, readDocuments, readFile, type ReadOptions } from '../../src/data/read.ts';
import { UserError } from '../../src/util/errors.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const textsOf = async (name: string, bytes: Uint8Array) =>
  (await readDocuments('mine', name, bytes)).map(({ text }) => text);
const refusal = async (name: string, bytes: Uint8Array) => {
  try {
    await readDocuments('mine', name, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error(`${name} was read.`);
};

describe('plain text', async () => {
  test('is one document, taken as it stands', async () => {
    const text = '  A line.\r\n\r\nAnother.\n\tEnd \n';
    expect(await readDocuments('mine', 'a.txt', utf8(text))).toEqual([{ source: 'mine', text }]);
  });

  test('is divided by form feeds and end-of-text marks', async () => {
    expect(await textsOf('a.md', utf8('one\n<|endoftext|>\ntwo\f\r\nthree<|endoftext|>'))).toEqual([
      'one\n',
      'two',
      'three',
    ]);
  });

  test('loses its byte-order mark, and keeps one further in', async () => {
    expect(await textsOf('a.txt', Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf))).toEqual(['a\ufeff']);
  });

  test('is read from gzip, whether its name says so or not', async () => {
    expect(await textsOf('a.txt', gzipSync(utf8('packed text')))).toEqual(['packed text']);
    expect(await textsOf('a.jsonl.gz', gzipSync(utf8('{"text":"packed line"}')))).toEqual(['packed line']);
  });
});

describe('JSON lines', () => {
  test('give a document each: text, question and answer, prompt and answer', async () => {
    const lines = [
      '{"text": "plain", "id": 3}',
      '',
      '{"question": "Who?", "answer": "She."}\r',
      '{"prompt": "1 + 1 =", "answer": "2"}',
    ];
    expect(await textsOf('a.jsonl', utf8(lines.join('\n')))).toEqual([
      'plain',
      'Question: Who?\nAnswer: She.',
      '1 + 1 =\n2',
    ]);
  });

  test.each([
    ['{"text": "a"}\n\nnot json\n', 'a.jsonl, line 3 is not JSON: correct or remove that line.'],
    ['{"text": 7}', /line 1 has "text": it needs a string "text"/],
    ['{"text":"a"}\n{"body":"b","n":1}', /line 2 has "body", "n"/],
    ['[1]\n', /line 1 has/],
    ['null', /line 1 has no fields/],
  ])('%j names its bad line', async (text, message) => {
    expect(await refusal('a.jsonl', utf8(text))).toMatch(message);
  });
});

describe('what cannot be read', async () => {
  test('an empty file, and one of white space', async () => {
    expect(await refusal('a.txt', utf8(''))).toBe('a.txt is empty: give a file with text.');
    expect(await refusal('a.txt', utf8(' \n\f\n'))).toBe('a.txt (4 bytes) has no text.');
    expect(await refusal('a.jsonl', utf8('\n\n'))).toMatch(/has no text/);
  });

  test.each([
    [[0x61, 0xff, 0x62], 1, '0xff'],
    [[0x61, 0x62, 0xc3], 2, '0xc3'],
    [[0x61, 0xe2, 0x82, 0x41], 1, '0xe2'],
    [[0x61, 0xed, 0xa0, 0x80], 1, '0xed', 3],
    [[0xc0, 0xaf], 0, '0xc0', 2],
    [[0x61, 0xf0, 0x9f, 0x90], 1, '0xf0'],
  ] as [number[], number, string, number?][])(
    'invalid UTF-8 %j is named by its byte',
    async (bytes, at, value, places) => {
      const others = places === undefined ? '' : `, the first of ${places} places`;
      expect(await refusal('a.txt', Uint8Array.from(bytes))).toBe(
        `a.txt is not UTF-8: byte ${at} (${value}) is invalid${others}; save it as UTF-8 text.`,
      );
    },
  );

  test('the byte is found in a large file', async () => {
    const bytes = utf8('größer '.repeat(100_000));
    bytes[654_321] = 0xfe;
    expect(await refusal('a.txt', bytes)).toMatch(/byte 65432[01] /);
  });

  test('UTF-32, half a unit of UTF-16, and kinds that are not read', async () => {
    expect(await refusal('a.txt', Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0))).toBe(
      'a.txt is UTF-32: save it as UTF-8.',
    );
    expect(await refusal('a.txt', Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x62))).toMatch(
      /not whole UTF-16: byte 4 \(0x62\)/,
    );
    for (const name of ['a.png', 'a.rtf', 'a.html.gz', 'folder/a.pdf']) {
      expect(await refusal(name, utf8('x'))).toMatch(
        /is not a kind of file that is read here \(\.txt, .*\.docx, \.zip, also as \.gz\): .*\.txt\.$/,
      );
    }
  });

  test('gzip that is damaged, cut short, or unpacks to too much', async () => {
    const packed = gzipSync(utf8('some text '.repeat(100_000)));
    expect(await refusal('a.gz', packed.slice(0, packed.length / 2))).toMatch(/damaged or cut short/);
    expect(await refusal('a.gz', packed.fill(0xff, 10, 40))).toMatch(/damaged or cut short/);
    await expect(gunzip('a.gz', gzipSync(new Uint8Array(1 << 20)), 1 << 16)).rejects.toThrow(/more than 65536 bytes/);
    const flipped = gzipSync(utf8('letters that no other check would miss'), { level: 0 });
    flipped[20]! ^= 1;
    expect(await refusal('a.gz', flipped)).toMatch(/damaged or cut short/);
    expect(await refusal('a.gz', gzipSync(utf8('text')).subarray(0, 12))).toMatch(/damaged or cut short/);
  });
});

describe('any file, piece by piece', () => {
  const read = async (name: string, file: Blob, options?: ReadOptions) => {
    try {
      return await readFile('mine', name, file, options);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(/\.$/);
      return (error as UserError).code;
    }
  };
  const textsIn = async (name: string, file: Blob, options?: ReadOptions) => {
    const result = await read(name, file, options);
    return typeof result === 'object' ? result.documents.map(({ text }) => text) : result;
  };
  /** A file whose stream gives so many bytes at a time. */
  const inPieces = (bytes: Uint8Array, size: number): Blob =>
    Object.assign(new Blob([bytes as BlobPart]), {
      stream: () =>
        new ReadableStream<Uint8Array>({
          start(controller) {
            for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
            controller.close();
          },
        }),
    });

  test.each([1, 2, 3, 5, 7, 16, 4099])('pieces of %i bytes give what the whole gives', async (size) => {
    const text = `\ufeffÄrger 日本 🐋 \ufffd\f\r\nzwei<|endoftext|>\n<|endoftext drei\r\n${'größer '.repeat(700)}\f`;
    const whole = await readDocuments('mine', 'a.txt', utf8(text));
    expect(whole.map((one) => one.text.slice(0, 14))).toEqual(['Ärger 日本 🐋 \ufffd', 'zwei', '<|endoftext dr']);
    expect((await readFile('mine', 'a.txt', inPieces(utf8(text), size))).documents).toEqual(whole);
    expect((await readFile('mine', 'a.txt', inPieces(gzipSync(utf8(text)), size))).documents).toEqual(whole);
    const lines = utf8('{"text":"a\\u00e9"}\r\n\n{"text":"ö"}');
    expect(await textsIn('a.jsonl', inPieces(lines, size))).toEqual(['aé', 'ö']);
  });

  test('damage is counted wherever pieces end, and replaced or read as Windows-1252 when asked', async () => {
    const good = utf8('größer \ufffd '.repeat(500));
    const bytes = Uint8Array.of(...good, 0xff, ...good, 0xe2, 0x82, 0x20, 0xc3);
    for (const size of [1, 5, 4096, 1 << 20]) {
      const replaced = await readFile('mine', 'a.txt', inPieces(bytes, size), { invalid: 'replace' });
      expect(replaced).toMatchObject({ damaged: 3, documents: [{ text: new TextDecoder().decode(bytes) }] });
      await expect(readFile('mine', 'a.txt', inPieces(bytes, size))).rejects.toThrow(
        `byte ${good.length} (0xff) is invalid, the first of 3 places;`,
      );
    }
    const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x20, 0x80);
    expect(await textsIn('a.txt', new Blob([latin]), { invalid: 'windows-1252' })).toEqual(['café €']);
  });

  test('NUL and CRLF are taken as they stand', async () => {
    expect(await textsIn('a.txt', new Blob(['a\0b\r\nc']))).toEqual(['a\0b\r\nc']);
  });

  test('a line of 64 MB is a document, one of 500 MB and a file of 2.5 GB are refused before they are read', async () => {
    const megabyte = new Uint8Array(1 << 20).fill(0x61);
    const line = (count: number) => new Blob(Array.from({ length: count }, () => megabyte));
    const [long] = (await textsIn('a.txt', line(64))) as string[];
    expect(long).toHaveLength(64 << 20);
    expect(await read('a.txt', line(500))).toBe('text-size');
    expect(await read('a.jsonl', line(9))).toBe('text-line');
    const folder = mkdtempSync(path.join(os.tmpdir(), 'rekindle-'));
    try {
      const file = path.join(folder, 'huge.txt');
      writeFileSync(file, 'text');
      truncateSync(file, 2_500_000_000);
      const blob = await openAsBlob(file);
      let pieces = 0;
      const counted = new TransformStream({ transform: (piece, to) => void (pieces++, to.enqueue(piece)) });
      const huge = Object.assign(blob, {
        stream: (
          (stream) => () =>
            stream.pipeThrough(counted)
        )(blob.stream()),
      });
      await expect(readFile('mine', 'huge.txt', huge)).rejects.toThrow(
        'huge.txt has 2500 MB of text and a file may have at most 269 MB: divide it into smaller files.',
      );
      // Refused at the first piece; the stream may have fetched a second one ahead.
      expect(pieces).toBeLessThanOrEqual(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a bomb stops at 20 times its size', async () => {
    const bomb = zlib.gzipSync(new Uint8Array(100 << 20).fill(0x61));
    expect(bomb.length).toBeLessThan(110_000);
    await expect(readFile('mine', 'a.gz', new Blob([bomb]))).rejects.toThrow(
      `a.gz unpacks to more than ${1 << 24} bytes: divide it into smaller files.`,
    );
    const endlessName = new Uint8Array(8 << 20).fill(0x61);
    endlessName.set([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0]);
    expect(await read('a.gz', new Blob([endlessName]))).toBe('gzip-damaged');
  });

  test('nests and separators without end take no memory', async () => {
    expect(await read('a.txt', new Blob(['\f'.repeat(4 << 20)]))).toBe('text-empty');
    expect(await read('a.jsonl', new Blob(['['.repeat((1 << 23) - 1)]))).toBe('text-json');
    expect(await read('a.txt', new Blob(['a\f'.repeat((1 << 22) + 1)]))).toBe('text-documents');
  });

  test('a file that is gone, and one with a name made to mislead', async () => {
    const gone = Object.assign(new Blob(['text']), {
      stream: () => new ReadableStream({ pull: () => Promise.reject(new DOMException('changed', 'NotReadableError')) }),
    });
    expect(await read('a.txt', gone)).toBe('text-unreadable');
    await expect(readFile('mine', 'a\u202etxt.exe\n.txt', new Blob([]))).rejects.toThrow(
      'a\\u{202e}txt.exe\\u{a}.txt is empty',
    );
  });

  test('the limit is one of the text, not of the packed file', async () => {
    expect(LARGEST_TEXT).toBe(268_435_456);
    expect(await read('a.txt', new Blob(['12345']), { limit: 4 })).toBe('text-size');
    expect(await textsIn('a.gz', new Blob([gzipSync(utf8('1234')) as BlobPart]), { limit: 4 })).toEqual(['1234']);
    expect(await read('a.gz', new Blob([gzipSync(utf8('12345')) as BlobPart]), { limit: 4 })).toBe('gzip-size');
  });
});
