/** Codes of a class: thirty laptops, some damaged, some twice; curves on equal tokens; McNemar's test. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { encodeQR } from 'qr';
import { decodeQR } from 'qr/decode.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LESSON_NAMES } from '../../../src/recipe/lessons/lesson.ts';
import { type ClassResult, decode, encode, POINTS } from '../../../src/ui/class/code.ts';
import { exactP, items, itemsCsv, powerOf, unpaired } from '../../../src/ui/class/mcnemar.ts';
import { idOf, signsOf } from '../../../src/ui/class/id.ts';
import { allWords } from '../../../src/ui/lessons/words.ts';
import { laptop } from './laptop.ts';
import { bandOf, byRun, commonTokens, curvesTo, histogram, tally } from '../../../src/ui/class/tally.ts';

test('a code gives back what went in, to what its bytes can hold, in 300 of them at most', () => {
  fc.assert(
    fc.property(
      fc.record({
        id: fc.integer({ min: 1, max: 0xffffffff }),
        lesson: fc.constantFrom(...LESSON_NAMES),
        step: fc.integer({ min: 1, max: 9 }),
        run: fc.integer({ min: 0, max: 9 }),
        losses: fc.array(
          fc.integer({ min: 0, max: 64_999 }).map((milli) => milli / 1000),
          { minLength: 5, maxLength: 5 },
        ),
        prediction: fc.oneof(
          fc.constant(null),
          fc.float({ min: -100, max: 100, noNaN: true }),
          fc.array(
            fc.integer({ min: 0, max: 120 }).map((tick) => tick / 20),
            { minLength: 9, maxLength: 9 },
          ),
        ),
        confidence: fc.integer({ min: 0, max: 100 }),
        seed: fc.integer({ min: 0, max: 0x7fffffff }),
        device: fc.constantFrom('gpu' as const, 'software' as const, 'processor' as const, 'recorded' as const),
        tokens: fc.integer({ min: 0, max: 1e9 }),
        facts: fc.integer({ min: 0, max: 200 }).map((half) => half / 2),
        archive: fc.integer({ min: 0, max: 200 }).map((half) => half / 2),
        before: fc.oneof(
          fc.constant<number[]>([]),
          fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 }),
        ),
        after: fc.constant<number[]>([]),
      }),
      (fields) => {
        const asked = Array.isArray(fields.prediction) ? 'curve' : fields.prediction === null ? null : 'number';
        const one = { ...fields, asked } as const;
        const code = encode({ ...one, curve: [2, 1.5, 1] });
        expect(code.length).toBeLessThanOrEqual(300);
        const read = decode(code);
        if ('fault' in read) throw new Error(read.fault);
        const { curve, ...rest } = read;
        expect(rest).toEqual(one);
        expect(curve).toHaveLength(POINTS);
        expect(curve[0]).toBeCloseTo(2, 2);
        expect(curve.at(-1)).toBeCloseTo(1, 2);
      },
    ),
  );
});

test('thirty laptops, five damaged, two twice: twenty-five are counted, each damaged one is named', () => {
  const codes = Array.from({ length: 30 }, (_, i) => encode(laptop(i + 1)));
  // One sign of each changed, as a slip of a hand or a bad scan has it.
  const damaged = codes.map((code, i) =>
    i < 5 ? code.slice(0, 20 + i) + (code[20 + i] === 'A' ? 'B' : 'A') + code.slice(21 + i) : code,
  );
  const text = [...damaged, codes[10], codes[20]].join('\n');
  const { results, laptops, twice, bad } = tally(text);
  expect([results.length, laptops, twice, bad.length]).toEqual([25, 25, 2, 5]);
  expect(bad.map(({ fault }) => fault)).toEqual(new Array(5).fill('checksum'));
  expect(bad.map(({ code }) => code.slice(0, 16))).toEqual(damaged.slice(0, 5).map((code) => code.slice(0, 16)));
  const predictions = results.map(({ prediction }) => prediction as number);
  expect(histogram(predictions, 0, 4, 4)).toEqual([6, 6, 7, 6]);
  expect(tally('hello RK1-AAAA').bad.map(({ fault }) => fault)).toEqual(['form', 'form']);
});

test('a number answered 0 to 3 stays a number, and a run that diverged has the highest loss', () => {
  const read = decode(
    encode({ ...laptop(1), asked: 'number', prediction: 2, losses: [NaN, 1, 2, 3, Infinity], curve: [1, NaN, 900] }),
  );
  if ('fault' in read) throw new Error(read.fault);
  expect([read.asked, read.prediction]).toEqual(['number', 2]);
  expect(read.losses).toEqual([NaN, 1, 2, 3, 65]);
  expect(read.curve[0]).toBe(1);
  expect(read.curve.at(-1)).toBe(65);
});

test('a code that fits its checksum and says what no lesson gives is told: no height drawn, no number', () => {
  for (const wrong of [
    { asked: 'curve' as const, prediction: [] },
    { asked: 'number' as const, prediction: NaN },
    { confidence: 101 },
  ])
    expect(decode(encode({ ...laptop(1), ...wrong }))).toEqual({ fault: 'content' });
});

test('no single changed sign passes for another result', () => {
  const code = encode(laptop(7));
  for (let at = 4; at < code.length; at++) {
    const other = code.slice(0, at) + (code[at] === 'Q' ? 'R' : 'Q') + code.slice(at + 1);
    // The last sign has bits that no byte holds.
    const read = decode(other);
    expect('fault' in read || at === code.length - 1, String(at)).toBe(true);
  }
});

test('a QR code of a result is read back', () => {
  const code = encode(laptop(3));
  const modules = encodeQR(code, 'raw', { border: 4 });
  const scale = 4;
  const size = modules.length * scale;
  const data = new Uint8ClampedArray(4 * size * size).fill(255);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if (modules[Math.floor(y / scale)]![Math.floor(x / scale)])
        data.fill(0, 4 * (y * size + x), 4 * (y * size + x) + 3);
  expect(decodeQR({ width: size, height: size, data })).toBe(code);
});

test('curves are compared on equal tokens, with their mean and spread', () => {
  const long = { tokens: 200, curve: [4, 3, 2, 1, 0] };
  const short = { tokens: 100, curve: [4, 3.5, 3, 2.5, 2] };
  expect(commonTokens([long, short, { tokens: 10, curve: [] }])).toBe(100);
  const curves = curvesTo(100, [long, short]);
  expect(curves[0]).toEqual(curves[1]);
  expect(commonTokens([])).toBe(0);
  expect(
    bandOf([
      [1, 2],
      [3, 2],
    ]),
  ).toEqual({ mean: [2, 2], low: [2 - 2 * Math.SQRT2, 2], high: [2 + 2 * Math.SQRT2, 2] });
  expect(bandOf([[1]])).toBeNull();
});

test('what is compared is runs of one kind, and a recorded run that several took counts once', () => {
  const row = (id: number, run: number, device: ClassResult['device'], seed: number) => ({
    ...laptop(id),
    ...{ run, device, seed },
  });
  const groups = byRun([
    row(1, 3, 'processor', 1001),
    row(2, 0, 'recorded', 1),
    row(3, 0, 'recorded', 1),
    row(4, 0, 'processor', 1),
    row(5, 0, 'recorded', 2),
    row(6, 3, 'recorded', 1),
  ]);
  expect([...groups].map(([run, own]) => [run, own.map(({ id }) => id)])).toEqual([
    [0, [2, 4, 5]],
    [3, [1, 6]],
  ]);
});

test('six signs write the number of a laptop, and nothing else is one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 30 - 1 }), (id) => {
      expect(signsOf(id)).toMatch(/^[A-Z2-7]{6}$/);
      expect(idOf(` ${signsOf(id).toLowerCase()} `)).toBe(id);
    }),
  );
  for (const wrong of ['', 'ABCDE', 'ABCDEFG', 'ABCDE1', 'AAAAAA']) expect(idOf(wrong), wrong).toBeNull();
});

test('McNemar: exact values of the binomial, and its power', () => {
  expect(exactP(0, 0)).toBe(1);
  expect(exactP(5, 0)).toBeCloseTo(2 / 32, 12);
  expect(exactP(8, 1)).toBeCloseTo((2 * (1 + 9)) / 512, 12);
  expect(exactP(3, 3)).toBe(1);
  expect(powerOf(5)).toBe(0); // five changes can never be told from chance at 5 %
  expect(powerOf(6)).toBeCloseTo(0.8 ** 6 + 0.2 ** 6, 12);
  const both = (id: number, before: number[], after: number[]): ClassResult[] => [
    { ...laptop(id), step: 100, before, after: [] },
    { ...laptop(id), step: 101, before: [], after },
  ];
  const all = [...both(1, [1, 0], [0, 0]), ...both(2, [1, 0], [0, 1]), ...both(3, [0, 0], [0, 0])];
  const [first, second] = items(all, 2);
  expect(first).toMatchObject({ pairs: 3, before: 1, after: 3, gained: 2, lost: 0, p: 0.5 });
  expect(second).toMatchObject({ before: 3, after: 2, gained: 0, lost: 1, p: 1 });
  expect(itemsCsv([first!, second!])).toBe(
    'item,pairs,right_before,right_after,gained,lost,mcnemar_p,power\n1,3,1,3,2,0,0.5000,0.00\n2,3,3,2,0,1,1.000,0.00\n',
  );
  const [onlyBefore, , , onlyAfter] = [...both(4, [0], [0]), ...both(5, [0], [0])];
  expect(unpaired([...all, onlyBefore!, onlyAfter!])).toBe(2);
});

test('the list of lessons has their own titles', () => {
  for (const name of LESSON_NAMES) {
    for (const [language, words] of Object.entries(allWords)) {
      const folder = language === 'en' ? '' : `${language}/`;
      const file = path.resolve(import.meta.dirname, `../../../public/lessons/${folder}${name}.json`);
      const { title } = JSON.parse(readFileSync(file, 'utf8')) as { title: string };
      expect(words.lessons.titles[name], language).toBe(title);
    }
  }
});
