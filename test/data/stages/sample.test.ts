import { expect, test } from 'vitest';
import type { SidedDocument } from '../../../src/data/stages/holdOut.ts';
import { sample } from '../../../src/data/stages/sample.ts';
import { collect, inMemory, StageReport } from '../../../src/data/stages/stage.ts';
import { RUN_UNITS } from '../../../src/tokenizer/load.ts';

const RUNS = 64;
/** Each run of it is of one letter. */
const long = Array.from({ length: RUNS }, (_, i) => String.fromCharCode(0x4e00 + i).repeat(RUN_UNITS)).join('');
const documents: SidedDocument[] = [
  { source: 'a', text: 'secret', heldOut: true },
  { source: 'a', text: long, heldOut: false },
  { source: 'a', text: 'short', heldOut: false },
];

test('all of the training text, whole', async () => {
  const report = new StageReport<SidedDocument>('sample');
  expect(await collect(sample(inMemory(documents), { share: 1 }, report))).toEqual(documents.slice(1));
  expect([report.in, report.out, report.reasons]).toEqual([3, 2, new Map([['held out', 1]])]);
});

test('a share of it: whole runs drawn throughout, the same at every reading, each accounted for', async () => {
  const report = new StageReport<SidedDocument>('sample');
  const texts = async (share: number) =>
    (await collect(sample(inMemory(documents), { share }, report))).map(({ text }) => text);
  const half = await texts(0.5);
  const runs = half.filter((text) => text.length === RUN_UNITS);
  for (const text of runs) expect(text).toBe(text[0]!.repeat(RUN_UNITS));
  // Five standard deviations of 64 draws, and some in each half.
  expect(Math.abs(runs.length - RUNS / 2)).toBeLessThan(5 * Math.sqrt(RUNS / 4));
  const places = runs.map((text) => text.charCodeAt(0) - 0x4e00);
  expect(places.filter((place) => place < RUNS / 2).length).toBeGreaterThan(5);
  expect(places.filter((place) => place >= RUNS / 2).length).toBeGreaterThan(5);
  expect(report.reasons.get('held out')).toBe(1);
  expect(report.in).toBe(RUNS + 2);
  expect([report.out, report.reasons.get('not drawn')]).toEqual([half.length, RUNS + 1 - half.length]);
  expect(await texts(0.5)).toEqual(half);
});

test('sources are drawn from in places of their own', async () => {
  const places = async (number: number) =>
    (await collect(sample(inMemory(documents), { share: 0.5, number }, new StageReport<SidedDocument>('sample'))))
      .filter(({ text }) => text.length === RUN_UNITS)
      .map(({ text }) => text[0]);
  const [first, second] = [new Set(await places(0)), new Set(await places(1))];
  // A quarter of the runs by chance: five standard deviations on either side.
  const both = [...first].filter((place) => second.has(place)).length;
  expect(Math.abs(both - RUNS / 4)).toBeLessThan(5 * Math.sqrt((RUNS * 3) / 16));
});
