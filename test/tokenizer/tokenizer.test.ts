import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { describe, expect, test } from 'vitest';
import { BpeTokenizer } from '../../src/tokenizer/bpe.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { BASE_SIZE, PIECE_PATTERN } from '../../src/tokenizer/format.ts';
import { fromHuggingFace } from '../../src/tokenizer/huggingface.ts';
import { loadTokenizer, type SourceTexts } from '../../src/tokenizer/load.ts';
import { pieces } from '../../src/tokenizer/pieces.ts';
import { PieceTable } from '../../src/tokenizer/pieceTable.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { trainBpe } from '../../src/tokenizer/train.ts';
import { UserError } from '../../src/util/errors.ts';
import { RandomStream } from '../../src/util/random.ts';
import fc from '../property.ts';

/**
 * Text with English, code, digits, German, Hindi, emoji and every kind of white space, long enough for a couple of
 * hundred merges.
 */
const trainingText = (() => {
  const random = new RandomStream(1, 'tokenizer test');
  const parts = [
    'the ',
    'constructor',
    ' constructor',
    '__proto__',
    ' whale',
    ' and',
    ' government',
    "don't",
    ' we',
    "'ll",
    ' 1984',
    ' 3.14',
    '\n',
    '\r\n',
    '\n    return',
    '\t',
    '  ',
    ' größer',
    ' Straße',
    ' नमस्ते',
    ' дом',
    '日本語',
    ' 🐳',
    '👩‍👩‍👧',
    'é',
    ' (x) => ',
    '{}',
    ';',
    ', ',
    '. ',
  ];
  return Array.from({ length: 6000 }, () => random.pick(parts)).join('');
})();
const merges = trainBpe([trainingText], 480);
// Made within tests: mutants are not at work yet while a file is collected.
const makers: [string, () => Tokenizer][] = [
  ['byte', () => new ByteTokenizer()],
  ['bpe', () => new BpeTokenizer(merges)],
];

const texts = [
  '',
  ' ',
  '\n',
  '   ',
  'a',
  ' a',
  'a ',
  'a  b',
  'the whale',
  'The Whale and\n\n\tthe   government  ',
  '12345 3.14159',
  'x1y22z333',
  "don't we'll I'D it's",
  'function f(x) {\r\n    return x ** 2; // constructor\r\n}\r\n',
  '日本語 テスト',
  'नमस्ते दुनिया',
  'Größer Straße é e\u0301',
  '🐳👩‍👩‍👧 🇩🇪',
  '\u0000\u0001\u007f\u0080',
  '\ufeffbom',
  'a\u0085b\u00a0c\u2028d\u3000e\u200bf\ufeff g',
  '½ ² Ⅷ ٣',
  'aaaaaaaaaaaaaaaaaaaaaaa',
  '__proto__ constructor toString hasOwnProperty',
];

describe.each(makers)('%s tokenizer', (kind, make) => {
  test('decode undoes encode for any well-formed text', () => {
    const tokenizer = make();
    for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  test("HuggingFace's reader gives the same ids and text", () => {
    const tokenizer = make();
    const theirs = new HuggingFaceTokenizer(JSON.parse(JSON.stringify(tokenizer.toHuggingFace())), {
      clean_up_tokenization_spaces: false,
    });
    const agree = (text: string) => {
      const ids = [...tokenizer.encode(text)];
      expect(theirs.encode(text).ids).toEqual(ids);
      if (ids.length > 0) expect(theirs.decode(ids)).toBe(text);
    };
    texts.forEach(agree);
    agree(trainingText.slice(0, 20000));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 100 }), agree));
    expect(theirs.encode('a<|endoftext|>').ids).toEqual([...tokenizer.encode('a'), tokenizer.endOfText]);
  });

  test('reads back what it writes, with the same hash', async () => {
    const tokenizer = make();
    const again = fromHuggingFace(JSON.parse(JSON.stringify(tokenizer.toHuggingFace())));
    expect([again.kind, tokenizer.kind]).toEqual([kind, kind]);
    expect(again.size).toBe(tokenizer.size);
    expect(await again.hash()).toBe(await tokenizer.hash());
    expect(again.encode(trainingText)).toEqual(tokenizer.encode(trainingText));
  });

  test('every id has its bytes; the end of text has none; others are refused', () => {
    const tokenizer = make();
    expect(tokenizer.endOfText).toBe(256);
    expect(tokenizer.decode([tokenizer.endOfText])).toBe('');
    expect(Array.from({ length: 256 }, (_, id) => tokenizer.bytes(id)[0])).toEqual([...Array(256).keys()]);
    expect(() => tokenizer.decode([tokenizer.size])).toThrow(`${tokenizer.size}`);
    expect(tokenizer.decode([0xff])).toBe('\ufffd');
  });
});

describe('pieces', () => {
  test('are those of the pattern that the file of the tokenizer names', () => {
    const pattern = new RegExp(PIECE_PATTERN, 'gu');
    const agree = (text: string): void => {
      expect([...pieces(text)]).toEqual(text.match(pattern) ?? []);
    };
    texts.forEach(agree);
    agree(trainingText);
    // Halves of pairs, and digits and letters beyond the first plane.
    agree('a\ud83d b\udc33\ud83d \u{1d7d9}\u{1d7da} \u{10400}\u{10401}x\u{1f433}');
    const unit = fc.oneof(
      fc.constantFrom(
        ' ',
        '\n',
        '\t',
        "'",
        's',
        'l',
        're',
        've',
        'S',
        '7',
        '\u0301',
        '\u{1d7d9}',
        '\u{10400}',
        '\ud83d',
        '\udc33',
        '.',
        '🐳',
      ),
      fc.string({ unit: 'binary', maxLength: 1 }),
    );
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 40 }).map((units) => units.join('')),
        agree,
      ),
      { numRuns: 2000 },
    );
  });

  // HOSTILE=10000 draws more.
  test('ids are those of HuggingFace’s reader on hostile strings, from text as from UTF-8', () => {
    const bpe = new BpeTokenizer(merges);
    const theirs = new HuggingFaceTokenizer(JSON.parse(JSON.stringify(bpe.toHuggingFace())), {
      clean_up_tokenization_spaces: false,
    });
    const unit = fc.oneof(
      // Of one to twenty letters, so that words end before, at and behind 8 and 16 bytes.
      fc.stringMatching(/^ ?[a-zA-Z]{1,20}$/),
      fc.constantFrom(
        'whale',
        ' government',
        "'ll",
        "'",
        ' ',
        '  ',
        '\n',
        '@',
        '[',
        '`',
        '{',
        '7',
        'é',
        '\u0301',
        '日本',
        '🐳',
      ),
      fc.string({ unit: 'binary', maxLength: 2 }),
    );
    const hostile = fc.array(unit, { maxLength: 30 }).map((units) => units.join(''));
    const agree = (text: string): void => {
      const ids = [...bpe.encode(text)];
      expect(ids).toEqual(theirs.encode(text).ids);
      const utf8 = new TextEncoder().encode(text);
      const room = new Uint8Array(utf8.length + 16).fill(0x61);
      room.set(utf8);
      expect([...bpe.encodeUtf8(room, utf8.length)]).toEqual(ids);
    };
    fc.assert(fc.property(hostile, agree), { numRuns: Number(process.env.HOSTILE ?? 300) });
    // In parts of some 65,536 units, each of which ends where no piece reaches across.
    const long = `${trainingText} don\n't 日本, ${trainingText}`;
    expect([...bpe.encode(long)]).toEqual(theirs.encode(long).ids);
  });

  test('words that differ in a letter, a space or their length are told apart, known or not', () => {
    const bpe = new BpeTokenizer(merges);
    const theirs = new HuggingFaceTokenizer(JSON.parse(JSON.stringify(bpe.toHuggingFace())), {
      clean_up_tokenization_spaces: false,
    });
    const longest = 'constructorsandgovernments';
    const words = Array.from({ length: longest.length }, (_, i) => longest.slice(0, i + 1)).flatMap((word) => [
      word,
      ...Array.from(word, (_, i) =>
        ['a', 'z', 'A', 'Z', 'é'].map((one) => word.slice(0, i) + one + word.slice(i + 1)),
      ).flat(),
    ]);
    const text = words.map((word) => `${word} ${word}.`).join('\n');
    const wanted = theirs.encode(text).ids;
    for (let again = 0; again < 2; again++) expect([...bpe.encode(text)]).toEqual(wanted);
  });

  test('a table gives each piece its own ids', () => {
    const table = new PieceTable();
    let made = 0;
    const wrong: number[] = [];
    const make = (piece: string) => (made++, Uint32Array.from([Number(piece.trim()), piece.length]));
    const ask = (end: number, from = 0) => {
      for (let i = from; i < end; i++) {
        const text = `a ${i}z`;
        if (table.get(text, 1, text.length - 1, make)?.[0] !== i) wrong.push(i);
      }
    };
    ask(1000);
    ask(1000);
    expect(made).toBe(1000);
    expect(wrong).toEqual([]);
    const long = `${'0'.repeat(70)}5`;
    expect(table.get(`a${long}z`, 1, long.length + 1, make)).toEqual(Uint32Array.of(5, 71));
    // Past the 65,536 that it keeps it begins afresh.
    made = 0;
    ask(65_536);
    ask(65_536, 65_000);
    expect([made, wrong]).toEqual([65_536 - 1000, []]);
    ask(70_000, 65_536);
    expect([made, wrong]).toEqual([70_000 - 1000, []]);
    ask(51_000, 50_000);
    expect([made, wrong]).toEqual([70_000, []]);
    // Up to 64 units are kept, more are made each time.
    made = 0;
    for (const length of [64, 65]) for (let i = 0; i < 2; i++) table.get(long, 0, length, make);
    expect(made).toBe(3);
  });
});

describe('BPE training', () => {
  test('the same text gives the same merges, and a longer vocabulary begins with the shorter one', () => {
    expect(trainBpe([trainingText], 480)).toEqual(merges);
    expect(trainBpe([trainingText], 400)).toEqual(merges.slice(0, 400 - BASE_SIZE));
  });

  test('merges are those of the plain algorithm that recounts every pair each turn', () => {
    const text = 'banana bandana cabana abracadabra aaaa aaaaa cabal banana aabaab abcabcabc bcbcabc '.repeat(3);
    expect(trainBpe([text], 300)).toEqual(plainMerges(text, 300 - BASE_SIZE));
  });

  test('compresses, keeps digits single, and never joins a letter to white space after it', () => {
    const [byte, bpe] = [new ByteTokenizer(), new BpeTokenizer(merges)];
    expect(bpe.size).toBe(480);
    expect(bpe.encode(trainingText).length).toBeLessThan(byte.encode(trainingText).length / 3);
    expect(bpe.encode('1984').length).toBe(4);
    for (let id = BASE_SIZE; id < bpe.size; id++) expect(bpe.decode([id])).not.toMatch(/\p{N}.|.\p{N}|\S\s/u);
  });

  const whole = (...list: string[]): SourceTexts => ({ texts: list, share: 1 });

  test('a text with too few different pairs gives a smaller vocabulary and says its size', () => {
    const tokenizer = loadTokenizer({ kind: 'bpe', vocab_size: 1024 }, [whole('to be or not to be')]);
    expect(tokenizer.size).toBeGreaterThan(BASE_SIZE);
    expect(tokenizer.size).toBeLessThan(BASE_SIZE + 12);
    expect(tokenizer.decode(tokenizer.encode('or not'))).toBe('or not');
  });

  test('an even sample raises a small source, another language: its text takes fewer tokens, the large one’s more', () => {
    const small = 'Der Wal schwimmt durch das Meer, und das Schiff schwimmt hinter ihm her. '.repeat(3);
    const sources = [whole(trainingText), whole(), whole('', small)];
    const [plain, even] = [undefined, true as const].map((raised) =>
      loadTokenizer({ kind: 'bpe', vocab_size: 320, ...(raised && { even: raised }) }, sources),
    );
    const tokens = (text: string) => [plain!, even!].map((one) => one.encode(text).length);
    const [before, after] = tokens(small);
    expect(trainingText.length).toBeGreaterThan(20 * small.length);
    expect(after!).toBeLessThan(0.8 * before!);
    const [large, largeAfter] = tokens(trainingText);
    expect(largeAfter!).toBeGreaterThan(large!);
    // Of equal sources an even sample is the sample.
    const both = [whole(trainingText), whole(trainingText)];
    expect(loadTokenizer({ kind: 'bpe', vocab_size: 320, even: true }, both)).toEqual(
      loadTokenizer({ kind: 'bpe', vocab_size: 320 }, both),
    );
  });

  test.each([257, 300.5, 65537, Number.NaN])('a vocabulary of %s is refused with the range', (size) => {
    expect(() => trainBpe(['x'], size)).toThrow(UserError);
    expect(() => trainBpe(['x'], size)).toThrow(/258 to 65536/);
  });

  test('progress ends at the merges made', () => {
    const seen: [number, number][] = [];
    trainBpe([trainingText], 500, (done, total) => seen.push([done, total]));
    const total = 500 - BASE_SIZE;
    expect(seen).toEqual([64, 128, 192, total].map((done) => [done, total]));
  });

  test('long pieces are merged as short ones are: the earliest pair first, leftmost', () => {
    const bpe = new BpeTokenizer(merges);
    const random = new RandomStream(2, 'long pieces');
    const pool = ['the', 'whale', 'and', 'government', 'aaa', 'return', 'größer', 'q'];
    for (let i = 0; i < 60; i++) {
      const piece = Array.from({ length: 1 + random.integer(16) }, () => random.pick(pool)).join('');
      expect([...bpe.encode(piece)], piece).toEqual(plainEncoding(piece));
    }
    // At and past the 32 bytes up to which every pair is looked at.
    for (const length of [31, 32, 33, 64, 65]) {
      const piece = 'thewhale'.repeat(9).slice(0, length);
      expect([...bpe.encode(piece)], piece).toEqual(plainEncoding(piece));
    }
  });
});

describe('an untrusted tokenizer.json', () => {
  type Json = { [key: string]: any };
  const good = (): Json => JSON.parse(JSON.stringify(new BpeTokenizer(merges).toHuggingFace()));
  const broken: [string, (json: Json) => void, RegExp][] = [
    ['no model', (json) => delete json.model, /model/],
    ['another model', (json) => (json.model.type = 'Unigram'), /only BPE/],
    ['a normalizer', (json) => (json.normalizer = { type: 'NFC' }), /normalizer/],
    ['another pre-tokenizer', (json) => (json.pre_tokenizer = { type: 'Whitespace' }), /pre_tokenizer/],
    ['no end of text', (json) => (json.added_tokens = []), /<\|endoftext\|>.*none/],
    ['another end of text', (json) => (json.added_tokens[0].content = '</s>'), /has "<\/s>" = 256/],
    ['the end of text elsewhere', (json) => (json.added_tokens[0].id = 255), /and has "<\|endoftext\|>" = 255/],
    ['a second added token', (json) => json.added_tokens.push({ id: 480, content: 'x' }), /and has .*"x" = 480/],
    ['a vocabulary that is a list', (json) => (json.model.vocab = []), /object of token names/],
    ['a merge of three', (json) => (json.model.merges[3] += ' a'), /merge 3 .*does not join two tokens/],
    ['a merge with the end of text', (json) => (json.model.merges[3] = '<|endoftext|> a'), /merge 3 .*does not join/],
    ['an id twice', (json) => (json.model.vocab['a'] = 98), /token "a" has 98 .* 97/],
    ['a merge of unknown tokens', (json) => (json.model.merges[3] = 'q zzz'), /merge 3 .*zzz/],
    ['a merge that is not text', (json) => (json.model.merges[3] = 7), /merges/],
    ['a merge made twice', (json) => (json.model.merges[1] = json.model.merges[0]), /merge 1 .*second time/],
    ['a missing token', (json) => delete json.model.vocab['a'], /479 tokens .* 480/],
    ['too many merges', (json) => (json.model.merges = Array(70000).fill('a b')), /65279/],
  ];
  test.each(broken)('%s is refused in one sentence', (_, breakIt, message) => {
    const json = good();
    breakIt(json);
    expect(() => fromHuggingFace(json)).toThrow(UserError);
    expect(() => fromHuggingFace(json)).toThrow(message);
  });
  test('may have its merges as pairs, or none', async () => {
    const pairs = good();
    pairs.model.merges = pairs.model.merges.map((merge: string) => merge.split(' '));
    expect(await fromHuggingFace(pairs).hash()).toBe(await new BpeTokenizer(merges).hash());
    const none = new BpeTokenizer([]);
    expect(fromHuggingFace(JSON.parse(JSON.stringify(none.toHuggingFace()))).kind).toBe('bpe');
  });
  test.each([null, 7, 'text', [], {}])('%j is refused', (json) => {
    expect(() => fromHuggingFace(json)).toThrow(UserError);
  });
});

/** A piece encoded by the definition: the merges in their order, each wherever it applies. */
function plainEncoding(piece: string): number[] {
  let ids = [...new TextEncoder().encode(piece)];
  merges.forEach(([left, right], rank) => {
    const out: number[] = [];
    for (let i = 0; i < ids.length; i++) {
      const joins = ids[i] === left && ids[i + 1] === right;
      out.push(joins ? BASE_SIZE + rank : ids[i]!);
      if (joins) i++;
    }
    ids = out;
  });
  return ids;
}

/** Byte-pair merges by the definition: recount, take the most frequent (ties: smaller ids), replace left to right. */
function plainMerges(text: string, count: number): [number, number][] {
  let words = text.match(/ ?[a-z]+|\s+/g)!.map((word) => [...new TextEncoder().encode(word)]);
  const names = Array.from({ length: BASE_SIZE }, (_, id) => String.fromCharCode(id));
  const learned: [number, number][] = [];
  while (learned.length < count) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const best = [...counts]
      .map(([pair, n]) => ({ n, pair: pair.split(' ').map(Number) as [number, number] }))
      .filter(({ n, pair }) => n >= 2 && !names.includes(names[pair[0]]! + names[pair[1]]!))
      .sort((a, b) => b.n - a.n || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1])[0];
    if (best === undefined) break;
    const [left, right] = best.pair;
    const id = names.push(names[left]! + names[right]!) - 1;
    learned.push([left, right]);
    words = words.map((word) => {
      const out: number[] = [];
      for (let i = 0; i < word.length; i++) {
        const joins = word[i] === left && word[i + 1] === right;
        out.push(joins ? id : word[i]!);
        if (joins) i++;
      }
      return out;
    });
  }
  return learned;
}
