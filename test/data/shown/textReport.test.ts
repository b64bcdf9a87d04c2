/** Real text as the page shows it: every document accounted for, by the stages of the command, and nothing claimed that nobody knows. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ChosenSource } from '../../../src/recipe/curation/dataReport.ts';
import { chosenText } from '../../../src/data/shown/chosenText.ts';
import { textReport, type TextSource } from '../../../src/data/shown/textReport.ts';
import { curate, type StageName, STAGES, usualCuration } from '../../../src/data/stages/curate.ts';
import { collect, inMemory, type RawDocument } from '../../../src/data/stages/stage.ts';
import { faultyDocuments } from '../stages/faults.ts';
import { groupBy, randomDocuments } from '../stages/documents.ts';

const list = faultyDocuments(randomDocuments(150));
const code = Array.from(
  { length: 4 },
  (_, i) => `${i === 0 ? '' : '// what it is for\n'}${'const value = other;\n'.repeat(6 + i)}`,
);
const sources: TextSource[] = [
  ...[...groupBy(list, ({ source }) => source)].map(([name, documents]): TextSource => ({
    ...{ name, documents },
    role: name === 'wiki' ? 'clean' : 'judged',
  })),
  { name: 'code', role: 'code', documents: code.map((text) => ({ text, id: null, date: null })) },
];
const raw = sources
  .flatMap(({ name, documents }) => documents.map((one) => ({ ...one, source: name })))
  .map((one, index): RawDocument => ({ ...one, index }));

test('the stages are those of the command, every document is in one place, and its mark stands in it', async () => {
  const told: [string, number][] = [];
  const report = await textReport(sources, 'older', (stage, share) => told.push([stage, share]));
  const options = { ...usualCuration, sources: sources.map(({ name }) => name), clean: ['wiki'], code: ['code'] };
  const { documents, reports } = await curate(inMemory(raw), STAGES, options);
  expect(report.stages.map(({ name, out }) => [name, out])).toEqual(reports.map(({ name, out }) => [name, out]));
  const kept = (await collect(documents)).map(({ text }) => text);
  expect(report.texts.flatMap((one) => one.documents).sort()).toEqual(kept.sort());

  let before = raw.length;
  for (const { in: came, out, reasons } of report.stages) {
    expect([came, out]).toEqual([before, before - reasons.reduce((sum, { count }) => sum + count, 0)]);
    before = out;
  }
  expect(report.pages).toBe(raw.length);
  for (const { truth, caught } of report.stages) expect([truth, caught]).toEqual([null, null]);
  expect([report.matrix, report.cards]).toEqual([null, []]);
  const judged = report.perplexities.filter(({ value }) => value > report.limit!).length;
  const of = (name: StageName) => report.stages.find((stage) => stage.name === name)!;
  expect(judged).toBe(of('perplexity').in - of('perplexity').out);
  const broken = of('heuristics').reasons.map(({ reason }) => reason);
  expect(broken).toContain('CommentToCodeFilter');
  for (const { documents: shown } of of('heuristics').reasons) {
    for (const { note } of shown) expect(note).toMatch(/, allowed (at least|at most|[\d.]+ to)/);
  }
  const all = report.stages.flatMap(({ reasons }) => reasons.flatMap(({ documents: shown }) => shown));
  for (const { text, marks } of all) for (const [from, to] of marks) expect(to <= text.length && from < to).toBe(true);
  // Every stage says how far it is, in each of its readings.
  for (const name of STAGES) {
    const shares = told.filter(([stage]) => stage === name).map(([, share]) => share);
    expect([name, shares.filter((share) => share === 0).length > 0, Math.max(...shares) > 0.8]).toEqual([
      name,
      true,
      true,
    ]);
  }
});

test('without clean text the stages that need it are left out', async () => {
  const { stages, limit, perplexities } = await textReport([sources[0]!], 'newer', () => {});
  expect(stages.map(({ name }) => name)).toEqual(['exact', 'fuzzy', 'heuristics']);
  expect([limit, perplexities]).toEqual([null, []]);
});

test('a reader’s lines of JSON keep their dates, and those that cannot be read are counted', async () => {
  const empty = new TextEncoder().encode(JSON.stringify({ version: 1, sources: [] }));
  const lines = [
    '{"text": "The same.", "date": "2020-01-01", "id": "new"}',
    '{"text": "The same.", "date": "2010-01-01", "id": "old"}',
    'no JSON',
  ];
  const file = { source: 'own', name: 'own.jsonl', bytes: new Blob([lines.join('\n')]) };
  const report = await chosenText(
    () => Promise.resolve(empty),
    [{ name: 'own', role: 'judged', file }],
    'older',
    () => {},
  );
  expect([report.pages, report.unread, report.cut]).toEqual([2, 1, []]);
  expect(report.stages[0]!.reasons[0]!.documents[0]).toMatchObject({ id: 'new', note: 'the same text as old' });
});

test('a reader’s own text stands beside shipped ones, and each is told of as it is read', async () => {
  const utf8 = (json: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(json));
  const shipped = utf8({ text: 'A shipped text of some words.' });
  const sha256 = createHash('sha256').update(shipped).digest('hex');
  const counts = { bytes: shipped.length, textBytes: 29, documents: 1 };
  const words = { label: 'Shipped', licence: '', citation: '', notice: '' };
  const entry = { name: 'shipped', kind: 'general', file: 'one', noticeFile: 'two', sha256, ...counts, ...words };
  const files = new Map([
    ['manifest.json', utf8({ version: 1, sources: [entry] })],
    ['one', shipped],
  ]);
  const own = ['One text.', 'Another.'].map((text) => JSON.stringify({ text })).join('\n');
  const chosen: ChosenSource[] = [
    { name: 'own', role: 'judged', file: { source: 'own', name: 'own.jsonl', bytes: new Blob([own]) } },
    { name: 'shipped', role: 'judged', file: null },
  ];
  const told: [string, number][] = [];
  const report = await chosenText(
    async (file) => files.get(file)!,
    chosen,
    'older',
    (name, share) => told.push([name, share]),
  );
  expect(told.slice(0, 2)).toEqual([
    ['own', 0],
    ['shipped', 0.5],
  ]);
  expect([report.pages, report.unread, report.cut]).toEqual([3, 0, []]);
});

test('of a long document the part is shown in which what decided stands', async () => {
  const long = `${Array.from({ length: 900 }, (_, i) => `w${String.fromCharCode(97 + (i % 26), 97 + (Math.floor(i / 26) % 26), 97 + Math.floor(i / 676))}ord`).join(' ')}. ${'the same line of words again. '.repeat(60)}`;
  const documents = [{ text: long, id: 'long', date: null }];
  const { stages } = await textReport([{ name: 'own', role: 'judged', documents }], 'older', () => {});
  const [reason] = stages.find(({ name }) => name === 'heuristics')!.reasons;
  const { text, marks } = reason!.documents[0]!;
  expect(reason!.reason).toMatch(/^Repeating/);
  expect(text.length).toBeLessThan(1300);
  expect(marks.length).toBeGreaterThan(0);
  for (const [from, to] of marks) expect(text.slice(from, to)).toMatch(/^(the same|same|line|of|words|again)/);
});
