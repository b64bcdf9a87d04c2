import { gzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { gunzip, readDocuments } from '../../src/data/read.ts';
import { UserError } from '../../src/util/errors.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const textsOf = (name: string, bytes: Uint8Array) => readDocuments('mine', name, bytes).map(({ text }) => text);
const refusal = (name: string, bytes: Uint8Array) => {
  try {
    readDocuments('mine', name, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error(`${name} was read.`);
};

describe('plain text', () => {
  test('is one document, taken as it stands', () => {
    const text = '  A line.\r\n\r\nAnother.\n\tEnd \n';
    expect(readDocuments('mine', 'a.txt', utf8(text))).toEqual([{ source: 'mine', text }]);
  });

  test('is divided by form feeds and end-of-text marks', () => {
    expect(textsOf('a.md', utf8('one\n<|endoftext|>\ntwo\f\r\nthree<|endoftext|>'))).toEqual(['one\n', 'two', 'three']);
  });

  test('loses its byte-order mark, and keeps one further in', () => {
    expect(textsOf('a.txt', Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf))).toEqual(['a\ufeff']);
  });

  test('is read from gzip whatever the name', () => {
    expect(textsOf('a.bin', gzipSync(utf8('packed text')))).toEqual(['packed text']);
    expect(textsOf('a.jsonl.gz', gzipSync(utf8('{"text":"packed line"}')))).toEqual(['packed line']);
  });
});

describe('JSON lines', () => {
  test('give a document each: text, question and answer, prompt and answer', () => {
    const lines = [
      '{"text": "plain", "id": 3}',
      '',
      '{"question": "Who?", "answer": "She."}\r',
      '{"prompt": "1 + 1 =", "answer": "2"}',
    ];
    expect(textsOf('a.jsonl', utf8(lines.join('\n')))).toEqual(['plain', 'Question: Who?\nAnswer: She.', '1 + 1 =\n2']);
  });

  test.each([
    ['{"text": "a"}\n\nnot json\n', 'a.jsonl, line 3 is not JSON: mend or remove that line.'],
    ['{"text": 7}', /line 1 has "text": each line needs a string "text"/],
    ['{"text":"a"}\n{"body":"b","n":1}', /line 2 has "body", "n"/],
    ['[1]\n', /line 1 has/],
    ['null', /line 1 has none of these/],
  ])('%j names its bad line', (text, message) => {
    expect(refusal('a.jsonl', utf8(text))).toMatch(message);
  });
});

describe('what cannot be read', () => {
  test('an empty file, and one of white space', () => {
    expect(refusal('a.txt', utf8(''))).toBe('a.txt is empty: give a file with text.');
    expect(refusal('a.txt', utf8(' \n\f\n'))).toBe('a.txt (4 bytes) holds no text.');
    expect(refusal('a.jsonl', utf8('\n\n'))).toMatch(/holds no text/);
  });

  test.each([
    [[0x61, 0xff, 0x62], 1, '0xff'],
    [[0x61, 0x62, 0xc3], 2, '0xc3'],
    [[0x61, 0xe2, 0x82, 0x41], 1, '0xe2'],
    [[0x61, 0xed, 0xa0, 0x80], 1, '0xed'],
    [[0xc0, 0xaf], 0, '0xc0'],
    [[0x61, 0xf0, 0x9f, 0x90], 1, '0xf0'],
  ])('invalid UTF-8 %j is named by its byte', (bytes, at, value) => {
    expect(refusal('a.txt', Uint8Array.from(bytes))).toBe(
      `a.txt is not UTF-8: byte ${at} (${value}) is invalid; save it as UTF-8 text.`,
    );
  });

  test('the byte is found in a large file', () => {
    const bytes = utf8('größer '.repeat(100_000));
    bytes[654_321] = 0xfe;
    expect(refusal('a.txt', bytes)).toMatch(/byte 65432[01] /);
  });

  test('UTF-16', () => {
    expect(refusal('a.txt', Uint8Array.of(0xff, 0xfe, 0x61, 0))).toMatch(/UTF-16: save it as UTF-8/);
  });

  test('gzip that is damaged, cut short, or unpacks to too much', () => {
    const packed = gzipSync(utf8('some text '.repeat(100_000)));
    expect(refusal('a.gz', packed.slice(0, packed.length / 2))).toMatch(/damaged or cut short/);
    expect(refusal('a.gz', packed.fill(0xff, 10, 40))).toMatch(/damaged or cut short/);
    expect(() => gunzip('a.gz', gzipSync(new Uint8Array(1 << 20)), 1 << 16)).toThrow(/more than 65536 bytes/);
  });
});
