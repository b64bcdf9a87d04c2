import { expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { checkFile } from '../../src/data/check.ts';
import { documentHash, hashOf } from '../../src/data/document.ts';
import { JsonField } from '../../src/data/formats/jsonField.ts';
import { openLines } from '../../src/data/lines.ts';
import { prepareSources, readUserFiles } from '../../src/data/prepare.ts';
import { readFile } from '../../src/data/read.ts';
import { BPE_SAMPLE_UNITS, RUN_UNITS } from '../../src/tokenizer/load.ts';
import { UserError } from '../../src/util/errors.ts';
import fc from '../property.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const blobOf = (...parts: (string | Uint8Array)[]): Blob => new Blob(parts as BlobPart[]);

/** What came of a way of reading: texts, hashes and notes, or the sentence. */
async function outcome(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

async function held(file: Blob, column: string | null, invalid?: 'replace'): Promise<unknown> {
  const { documents, notes, columns } = await readFile('mine', 'a.jsonl', file, { column, invalid });
  return { texts: documents.map(({ text }) => [text, ...documentHash(text)]), notes, columns };
}

async function streamed(file: Blob, column: string | null, invalid?: 'replace', piece = 50): Promise<unknown> {
  const lines = (await openLines('mine', 'a.jsonl', file, { column, invalid, held: 0, piece }))!;
  const texts: unknown[] = [];
  await lines.each((document) => texts.push([document.text, ...hashOf(document)]));
  return { texts, notes: lines.found.notes, columns: lines.found.columns };
}

/** Both ways, in pieces that end inside lines, characters and escapes. */
async function agree(file: Blob, column: string | null = null, invalid?: 'replace'): Promise<unknown> {
  const wanted = await outcome(() => held(file, column, invalid));
  for (const piece of [7, 50, 1 << 20]) {
    expect(await outcome(() => streamed(file, column, invalid, piece))).toEqual(wanted);
  }
  return wanted;
}

test('lines that are gone through give the documents, notes and sentences of lines that are held', async () => {
  const good = [
    '{"text":"first", "id": 7}',
    String.raw` {"id":-0.5,"meta":{"a":[1,{"b":null}],"c":"\""},"text":"a\n\t\"b\" \u00e9 \ud83d\ude00 \/ \\"} `,
    '{"text":"gr\u00fc\u00dfe \u65e5\u672c \ud83d\udc0b","text":"the last of two counts"}',
    String.raw`{"te\u0078t":"a key with an escape"}`,
    String.raw`{"text":"half a pair \ud83d here"}`,
    '{"text":"  \u00a0 "}',
    '{"text":null}',
    '{"text":"日本é"}',
    '{"te":"no","text":"yes","textual":"no"}',
    '{"messages":[{"role":"user","content":"hi"}]}',
    '{"question":"q","answer":"a"}',
    '',
    '"a string alone"',
    '{"text":"exponent","n":1e5}',
    '{"text":"\u0000"}'.replace('\u0000', String.raw`\u0000`),
  ];
  expect(await agree(blobOf(good.join('\n')))).toMatchObject({ columns: ['text', 'id'] });
  await agree(blobOf('\ufeff', good.join('\r\n'), '\n\n'));
  await agree(blobOf('{"a":"x","text":"no"}\n{"a":"y"}\n{"a":3}\n{"b":1}\n{"a":""}'), 'a');
  for (const bad of [
    '{"text":"cut',
    '{"text":"a"} x',
    '{"text":"a",}',
    '{"text":"a\tb"}',
    '{"text":"a","n":01}',
    '{"text":"a","n":1.}',
    '{"text":"a","n":1e}',
    '{"text":"a","n":1e-}',
    '{"text":"a","o":{"b"}}',
    '{"text":"a","o":{"b":1,}}',
    '{"text":"a","n":tru}',
    '{"text":"a","l":[1,]}',
    String.raw`{"text":"\x"}`,
    String.raw`{"text":"\u12g4"}`,
    '{"text":3}',
    '{"other":"x"}',
    '[1]',
  ]) {
    expect(await agree(blobOf(`{"text":"one"}\n${bad}\n{"text":"three"}`))).toMatch(/^text-(json|fields): .*line 2/);
  }
  expect(await agree(blobOf('{"other":"x"}\n'))).toMatch(/^text-column/);
  expect(await agree(blobOf('{"text":""}\n'))).toMatch(/^text-empty/);
  expect(await agree(blobOf('{"text":"a"}\n'), 'gone')).toMatch(/^text-column/);
});

test('bytes that are no UTF-8 are refused with their place, or replaced, as where the file is held', async () => {
  const [head, tail] = ['{"text":"one"}\n{"text":"a', 'b"}\n{"text":"three"}\n'];
  for (const bytes of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf]]) {
    const file = blobOf(head, Uint8Array.from(bytes), tail);
    expect(await agree(file)).toMatch(/^text-utf8: a\.jsonl is not UTF-8: byte 25 /);
    await agree(file, null, 'replace');
    const user = { source: 'mine', name: 'a.jsonl', bytes: file };
    expect(await checkFile(user, () => {}, 0)).toEqual(await checkFile(user, () => {}));
  }
});

test('one field of a line is what JSON.parse finds there, or is left to it', () => {
  const field = new JsonField('text');
  let read = 0;
  const key = fc.constantFrom('text', 'id', 'other', '');
  const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.jsonValue({ maxDepth: 3 }));
  const fields = fc.array(fc.tuple(key, value), { maxLength: 3 });
  const wanted = fc.tuple(fc.constant('text'), fc.string({ unit: 'binary', maxLength: 12 }));
  const line = fc.tuple(fields, wanted, fields).map(([before, one, after]) => {
    const parts = [...before, one, ...after].map(([name, what]) => `${JSON.stringify(name)}: ${JSON.stringify(what)}`);
    return `{${parts.join(' ,')}}`;
  });
  // A byte taken out or put in: mostly no JSON any more.
  const changed = fc
    .tuple(line, fc.nat(), fc.constantFrom('', '"', '\\', '{', ']', ',', '0', '\u007f', 'u'))
    .map(([text, at, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1));
  fc.assert(
    fc.property(fc.oneof(line, changed), (drawn) => {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8(drawn)); // without halves of pairs
      const bytes = utf8(`${text}\n`);
      if (!field.read(bytes, 0, bytes.length - 1)) return;
      read++;
      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(field.bytes.subarray(0, field.length))).toBe(
        (JSON.parse(text) as { text: string }).text,
      );
    }),
    { numRuns: 300 },
  );
  expect(read).toBeGreaterThan(30); // the others are no JSON, or left to JSON.parse
});

test('what stands beside the field, one thing inside another, is no reason to leave a line to JSON.parse', () => {
  const field = new JsonField('text');
  const read = (besides: string): boolean => {
    const line = utf8(`{"id":"d1","text":"a","meta":${besides},"n":-0.5}\n`);
    return field.read(line, 0, line.length - 1);
  };
  for (const besides of [
    '{}',
    '[]',
    '{"text":"another"}',
    '{"a":{"b":[1,null,{"c":true}]},"d":"e"}',
    '[[{"a":"\\n"}],""]',
    '[1e5,-0.25E-07,0e+0]',
  ]) {
    expect([besides, read(besides)]).toEqual([besides, true]);
    expect(new TextDecoder().decode(field.bytes.subarray(0, field.length))).toBe('a');
  }
  // More of them inside one another than is followed, and what is no JSON.
  for (const besides of [`${'['.repeat(40)}${']'.repeat(40)}`, '{"a"}', '{"a":1,}', '[1e]', '[1e+]'])
    expect([besides, read(besides)]).toEqual([besides, false]);
});

/** A run on these sources, its tokenizer of so many ids learnt from them. */
function configOf(blend: Record<string, number>, vocabulary: number): RunConfig {
  const preset = presetConfig('smoke');
  return {
    ...preset,
    tokenizer: { kind: 'bpe', vocab_size: vocabulary },
    model: { ...preset.model, vocab_size: vocabulary },
    data: { ...preset.data, world: null, heldOut: 0.1, split: 'hash' },
    base: { ...preset.base, blend },
    continued: null,
  };
}

test('a file too large to be held is trained on as if it were, its tokenizer drawn from it', async () => {
  const config = configOf({ a: 1 }, 300);
  const rows = Array.from({ length: 400 }, (_, i) => JSON.stringify({ text: `row ${i} of the whale 日本 ${i * i}` }));
  const files = [
    { source: 'a', name: 'a.jsonl', bytes: blobOf(rows.slice(0, 300).join('\n')) },
    { source: 'a', name: 'b.jsonl', bytes: blobOf(rows.slice(300).join('\n'), '\n{"text":" "}') },
  ];
  const prepared = async (most: number, changes: Partial<RunConfig['data']> = {}) => {
    const chosen = { ...config, data: { ...config.data, ...changes } };
    const corpora = await readUserFiles(files, undefined, most);
    const { sources, tokenizer, notes } = await prepareSources(chosen, corpora, null);
    return { sources, notes, tokenizer: tokenizer.toHuggingFace() };
  };
  const wanted = await prepared(Infinity);
  expect(wanted.notes).toContainEqual('b.jsonl: 1 line without text is left out.');
  expect(await prepared(0)).toEqual(wanted);
  // The first is gone through, the second held.
  expect(await prepared(7000)).toEqual(wanted);
  expect(await prepared(0, { split: 'tail' })).toEqual(await prepared(Infinity, { split: 'tail' }));
});

test('whoever ends the reading of a large file ends it at the next piece', async () => {
  const file = blobOf('{"text":"a b c d"}\n'.repeat(1000));
  const seen: number[] = [];
  const onProgress = (read: number): void => {
    seen.push(read);
    if (read > 3000) throw new UserError('Stopped.');
  };
  const lines = await openLines('mine', 'a.jsonl', file, { held: 0, piece: 1000, onProgress });
  await expect(lines!.each(() => {})).rejects.toThrow('Stopped.');
  expect(seen).toEqual([1000, 2000, 3000, 4000]);
});

test('two large files are drawn from in places of their own for the tokenizer', async () => {
  // As long as a run of the sample, of one letter each: who saw it has a token for it.
  const letters = Array.from({ length: 600 }, (_, i) => String.fromCharCode(0x4e00 + i));
  const file = blobOf(
    '{"text":"first"}\n',
    ...letters.map((letter) => `${JSON.stringify({ text: `${letter} `.repeat(RUN_UNITS / 4) })}\n`),
  );
  const files = ['a', 'b'].map((source) => ({ source, name: `${source}.jsonl`, bytes: file }));
  const { tokenizer } = await prepareSources(
    configOf({ a: 1, b: 1 }, 4096),
    await readUserFiles(files, undefined, 0),
    null,
  );
  const seen = letters.filter((letter) => tokenizer.encode(` ${letter}`).length === 1).length;
  const share = BPE_SAMPLE_UNITS / (2 * file.size);
  expect(share).toBeLessThan(0.5);
  // Of the 90 % that train, those that one file or the other drew: five standard deviations above what one alone draws.
  const once = letters.length * 0.9 * share;
  expect(seen).toBeGreaterThan(once + 5 * Math.sqrt(once));
});
