/** Every kind of file as documents, whatever its pieces; and what was chosen, guessed or left out is said. */
import { strToU8, zipSync, gzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { checkFile } from '../../src/data/check.ts';
import { ColumnError } from '../../src/data/formats/records.ts';
import { type ReadOptions, readFile, TextFileReader } from '../../src/data/read.ts';
import { UserError } from '../../src/util/errors.ts';
import fc from '../property.ts';

const read = (name: string, content: string | Uint8Array, options?: ReadOptions) =>
  readFile('mine', name, new Blob([content as BlobPart]), options);
const texts = async (name: string, content: string | Uint8Array, options?: ReadOptions) =>
  (await read(name, content, options)).documents.map(({ text }) => text);
const refusal = async (name: string, content: string | Uint8Array, options?: ReadOptions): Promise<UserError> => {
  try {
    await read(name, content, options);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/^[^\n]+\.$/);
    return error as UserError;
  }
  throw new Error(`${name} was read.`);
};
const utf16 = (text: string, little: boolean, mark = true): Uint8Array => {
  const units = Array.from(mark ? `\ufeff${text}` : text, (one) => one).join('');
  const bytes = new Uint8Array(2 * units.length);
  for (let i = 0; i < units.length; i++) new DataView(bytes.buffer).setUint16(2 * i, units.charCodeAt(i), little);
  return bytes;
};

describe('UTF-16', () => {
  const text = 'größer 日本 🐋 and more\n'.repeat(400);

  test.each([true, false])('is read with its mark, little-endian %s, in pieces of any size', async (little) => {
    const bytes = utf16(text, little);
    expect(await read('a.txt', bytes)).toMatchObject({ documents: [{ text }], notes: [], damaged: 0 });
    expect(await texts('a.jsonl', utf16('{"text":"é"}\n{"text":"b"}', little))).toEqual(['é', 'b']);
    for (const size of [1, 3, 4, 4097]) {
      const reader = new TextFileReader('a.txt', bytes.length);
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      expect(reader.end('mine').documents).toEqual([{ source: 'mine', text }]);
    }
  });

  test('without a mark it is guessed, and the guess is said', async () => {
    const plain = 'no mark, but Latin text';
    for (const little of [true, false]) {
      const { documents, notes } = await read('a.txt', utf16(plain, little, false));
      expect(documents[0]!.text).toBe(plain);
      expect(notes).toEqual(['a.txt looks like UTF-16 and is read as that.']);
    }
  });

  test('halves of surrogate pairs and of units are damage, found by their byte', async () => {
    const bytes = utf16('ab\ud83dcd\ufffd', true);
    expect((await refusal('a.txt', bytes)).message).toMatch(/byte 6 \(0x3d\) is invalid; /);
    expect(await read('a.txt', bytes, { invalid: 'replace' })).toMatchObject({
      documents: [{ text: 'ab\ufffdcd\ufffd' }],
      damaged: 1,
    });
    expect((await refusal('a.txt', bytes.subarray(0, -1))).message).toMatch(/the first of 2 places/);
  });
});

describe('records', () => {
  test.each([
    [{ prompt: 'The sky is', completion: ' blue.' }, 'The sky is blue.'],
    [{ prompt: 'What is 1 + 1?', completion: '2' }, 'What is 1 + 1?\n2'],
    [
      {
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        ],
      },
      'User: Hi\nAssistant: Hello.',
    ],
    [
      { prompt: [{ role: 'user', content: 'Hi' }], completion: [{ role: 'assistant', content: 'Ho' }] },
      'User: Hi\nAssistant: Ho',
    ],
    [{ question: 'Who?', answer: 'She.' }, 'Question: Who?\nAnswer: She.'],
    [{ text: 'first', prompt: 'p', completion: 'c' }, 'first'],
  ])('%j', async (record, text) => {
    const line = JSON.stringify(record);
    expect(await texts('a.jsonl', line)).toEqual([text]);
    expect(await texts('a.json', `[${line}, ${line}]`)).toEqual([text, text]);
  });

  test('parts of a conversation that are no text, and records without any, are left out and counted', async () => {
    const turns = [
      { role: 'user', content: 'Look' },
      { role: 'user', content: [{ type: 'image' }] },
      { role: 'assistant', content: null },
    ];
    const { documents, notes } = await read(
      'a.jsonl',
      [{ messages: turns }, { text: ' ' }, { text: null }].map((one) => JSON.stringify(one)).join('\n'),
    );
    expect(documents.map(({ text }) => text)).toEqual(['User: Look']);
    expect(notes).toEqual([
      'a.jsonl: 2 lines without text are left out.',
      'a.jsonl: 2 parts of conversations without text left out.',
    ]);
  });

  test('a field can be named; otherwise the names there are, are told', async () => {
    const lines = '{"id":1,"body":"one"}\n{"id":2,"body":"two"}';
    const error = await refusal('a.jsonl', lines);
    expect(error).toBeInstanceOf(ColumnError);
    expect((error as ColumnError).columns).toEqual(['id', 'body']);
    expect(await texts('a.jsonl', lines, { column: 'body' })).toEqual(['one', 'two']);
    expect((await refusal('a.jsonl', lines, { column: 'text' })).message).toBe(
      'a.jsonl has no "text": name one of "id", "body".',
    );
  });
});

describe('JSON', () => {
  test('an array is read as its documents, not as brackets', async () => {
    expect(await texts('a.json', ' [{"text": "The whale swam."},\n {"text": "Ahab \\"followed\\"."}]\n')).toEqual([
      'The whale swam.',
      'Ahab "followed".',
    ]);
    expect(await texts('a.json', '["one", "two, [three]"]')).toEqual(['one', 'two, [three]']);
    expect(await texts('a.json', '{"text":"one"}\n{"text":\n"two"}')).toEqual(['one', 'two']);
  });

  test.each([
    ['[{"text":"a"},', /entry 2: it is cut short/],
    ['[{"text":"a"},]', /entry 2 is not JSON/],
    ['[{"text":"a"}] x', /entry 2 is not JSON/],
    ['[{"text":"a"} {"text":"b"}]', /entry 1 is not JSON/],
    ['{"text":"a"}]', /entry 2 is not JSON/],
    ['{"text":"a"', /entry 1 is not JSON/],
    ['[]', /has no text/],
  ])('%j is refused', async (text, message) => {
    expect((await refusal('a.json', text)).message).toMatch(message);
  });

  test('an array under the name of JSON lines is told what to do', async () => {
    expect((await refusal('a.jsonl', '[\n{"text":"a"}\n]')).message).toBe(
      'a.jsonl, line 1 is not JSON: for one array over many lines, end its name in .json.',
    );
  });

  test('any array, cut anywhere, gives the documents that JSON.parse gives', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== ''),
          { minLength: 1, maxLength: 6 },
        ),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(3),
        (parts, size, indent) => {
          const bytes = strToU8(
            JSON.stringify(
              parts.map((text, i) => (i % 2 ? text : { text, more: [{ a: '}' }] })),
              null,
              indent,
            ),
          );
          const reader = new TextFileReader('a.json', bytes.length);
          for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
          expect(reader.end('mine').documents.map(({ text }) => text)).toEqual(parts);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('tables', () => {
  test('the one column of prose is read, and said', async () => {
    const { documents, notes, columns, column } = await read(
      'a.csv',
      'id,label,body\n1,x,"The whale, they say, swam."\n2,y,"Ahab ""followed""\nit."\n3,z,\n',
    );
    expect(documents.map(({ text }) => text)).toEqual(['The whale, they say, swam.', 'Ahab "followed"\nit.']);
    expect([columns, column]).toEqual([['id', 'label', 'body'], 'body']);
    expect(notes).toEqual([
      'a.csv: the column "body" is read, and the first row gives the columns’ names.',
      'a.csv: 1 row without text is left out.',
    ]);
  });

  test('columns named as fields are make records', async () => {
    expect(await texts('a.tsv', 'question\tanswer\nWho was it?\tAhab "the captain" himself\n')).toEqual([
      'Question: Who was it?\nAnswer: Ahab "the captain" himself',
    ]);
    expect(await texts('a.csv', 'id,text\n1,one word\n')).toEqual(['one word']);
  });

  test('several columns of prose are a question, answered by name', async () => {
    const table = 'title;body\nMoby Dick;The whale swam\nOf seas;Ahab followed it\n';
    const error = await refusal('a.csv', table);
    expect(error).toBeInstanceOf(ColumnError);
    expect(error.message).toBe(
      'a.csv has the columns "title", "body", and more than one looks like text: choose the one to read.',
    );
    const { documents, notes } = await read('a.csv', table, { column: 'body' });
    expect(documents.map(({ text }) => text)).toEqual(['The whale swam', 'Ahab followed it']);
    expect(notes).toEqual(['a.csv: ";" separates its cells.']);
    expect((await refusal('a.csv', table, { column: 'Body' })).message).toBe(
      'a.csv has no "Body": name one of "title", "body".',
    );
  });

  test.each([
    [
      'id,body\n1,one two,three\n',
      'a.csv, row 2 has 3 cells and the first row 2: put cells that contain "," in quotation marks.',
    ],
    ['id,body\n1,"one two\n', /row 2 has a quotation mark that is not closed/],
    ['body\n', /has no text/],
  ])('%j is refused', async (table, message) => {
    expect((await refusal('a.csv', table)).message).toMatch(message);
  });
});

describe('packed files', () => {
  const word = (body: string) =>
    strToU8(
      `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w" xmlns:mc="mc"><w:body>${body}</w:body></w:document>`,
    );

  test('a Word document is one document, a line a paragraph', async () => {
    const docx = zipSync({
      '[Content_Types].xml': strToU8('<Types/>'),
      'word/document.xml': word(
        '<w:p><w:r><w:t>Call me </w:t></w:r><w:r><w:t xml:space="preserve">Ishmael &amp; co.</w:t><w:tab/><w:t>Yes</w:t></w:r></w:p>' +
          '<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>Second</w:t><w:br/><w:t>line</w:t></w:r><mc:Fallback><w:t>twice</w:t></mc:Fallback></w:p>',
      ),
      'word/footnotes.xml': word(''),
    });
    const { documents, notes } = await read('a.docx', docx);
    expect(documents.map(({ text }) => text)).toEqual(['Call me Ishmael & co.\tYes\nSecond\nline\n']);
    expect(notes).toEqual(['a.docx: headers, footers, footnotes and comments are left out.']);
    expect((await refusal('a.docx', docx.subarray(0, docx.length / 2))).code).toBe('zip-damaged');
    expect((await refusal('a.docx', zipSync({ 'word/document.xml': strToU8('<w:document><w:p>') }))).code).toBe(
      'docx-damaged',
    );
    expect((await refusal('a.docx', zipSync({ 'other.txt': strToU8('text') }))).code).toBe('docx-damaged');
  });

  test('a zip is read file by file, each by its kind; what is of none is left out and said', async () => {
    const zip = zipSync({
      'notes/a.txt': strToU8('one'),
      'notes/b.jsonl.gz': gzipSync(strToU8('{"text":"two"}')),
      'c.docx': zipSync({ 'word/document.xml': word('<w:p><w:t>three</w:t></w:p>') }),
      'blank.md': strToU8(' '),
      'cover.png': strToU8('x'),
      '__MACOSX/._a.txt': strToU8('y'),
    });
    const { documents, notes } = await read('all.zip', zip);
    expect(documents.map(({ text }) => text)).toEqual(['one', 'two', 'three\n']);
    expect(notes).toEqual([
      'all.zip: cover.png left out, because files of that kind are not read here.',
      'all.zip/blank.md (1 bytes) has no text.',
    ]);
    expect((await refusal('a.zip', zipSync({ 'a.png': strToU8('x') }))).code).toBe('text-kind');
    expect((await refusal('a.zip', zipSync({ 'a.txt': Uint8Array.of(0x61, 0xff) }))).message).toMatch(
      /^a\.zip\/a\.txt is not UTF-8: byte 1/,
    );
    expect((await refusal('a.zip.gz', gzipSync(zip))).code).toBe('zip-damaged');
    expect((await refusal('a.zip', zipSync({ 'a.txt': new Uint8Array(17 << 20) }))).code).toBe('zip-size');
  });
});

test('a file is shown as it will be read before it is used', async () => {
  const check = (name: string, content: string, column?: string) =>
    checkFile({ source: 'a', name, bytes: new Blob([content]), column }, () => {});
  const long = 'word '.repeat(200);
  expect(await check('a.json', JSON.stringify([long, 'two', 'three', 'four']))).toEqual({
    kind: 'good',
    documents: 4,
    first: [
      { text: long.slice(0, 400), length: 1000 },
      { text: 'two', length: 3 },
      { text: 'three', length: 5 },
    ],
    notes: [],
    columns: [],
    column: null,
    languages: { shares: expect.any(Object) as object, passages: null },
  });
  const table = 'a,b\none two,three four\n';
  expect(await check('a.csv', table)).toMatchObject({ kind: 'column', columns: ['a', 'b'] });
  expect(await check('a.csv', table, 'b')).toMatchObject({
    kind: 'good',
    column: 'b',
    first: [{ text: 'three four', length: 10 }],
  });
});
