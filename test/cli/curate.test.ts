/** `curate` as a person runs it: its files, its counts, and what hostile input does to them. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { CurateReport } from '../../src/cli/curate/curateReport.ts';
import { dateOf } from '../../src/data/stream.ts';
import { Draws } from '../../src/world/draws.ts';
import { prose } from '../data/prose.ts';
import { sentence } from '../data/stages/documents.ts';
import { runCommand } from './host.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'rekindle-curate-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = (name: string): string => path.join(scratch, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const noDevice = () => Promise.reject(new Error('it asked for a device'));
let runs = 0;

interface Kept {
  id: string;
  source: string;
  text: string;
}
interface Dropped {
  id: string;
  source: string;
  stage: string;
  reason: string;
}

const linesOf = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

/** Runs it, and holds its files against each other: everything that came in is in one of them, and every count adds up. */
async function curate(...args: string[]) {
  const out = at(`out-${runs++}`);
  const ran = await runCommand(['curate', ...args, '--out', out], noDevice);
  if (ran.problem) throw ran.problem;
  expect(ran.status).toBe(0);
  expect(readdirSync(out).sort()).toEqual([
    'blend.json',
    'documents.jsonl',
    'dropped.jsonl',
    'kits',
    'report.json',
    'report.md',
  ]);
  const kept = linesOf<Kept>(path.join(out, 'documents.jsonl'));
  const dropped = linesOf<Dropped>(path.join(out, 'dropped.jsonl'));
  const report = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8')) as CurateReport;
  expect([report.in, report.out, report.dropped]).toEqual([kept.length + dropped.length, kept.length, dropped.length]);
  let left = report.in;
  for (const { name, in: came, out: stays, reasons, seconds } of report.stages) {
    expect(came).toBe(left);
    expect(seconds).toBeGreaterThanOrEqual(0);
    for (const [reason, count] of Object.entries(reasons)) {
      expect(dropped.filter((one) => one.stage === name && one.reason === reason).length).toBe(count);
    }
    left = came - Object.values(reasons).reduce((a, b) => a + b, 0);
    expect(stays).toBe(left);
  }
  expect(left).toBe(kept.length);
  const blend = JSON.parse(readFileSync(path.join(out, 'blend.json'), 'utf8')) as { blend: Record<string, number> };
  const markdown = readFileSync(path.join(out, 'report.md'), 'utf8');
  return { kept, dropped, report, blend, markdown, said: ran.said };
}

const jsonl = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** English of a kind, long enough for every rule. */
function article(i: number, sentences = 9): string {
  const draws = new Draws().open(5, 90, i);
  return Array.from({ length: sentences }, () => sentence(draws, 10 + draws.integer(6))).join(' ');
}
const web = Array.from({ length: 60 }, (_, i) => ({ id: `w${i}`, text: article(i), date: `20${10 + (i % 10)}-01-01` }));
const wiki = Array.from({ length: 60 }, (_, i) => ({ id: `k${i}`, text: article(1000 + i) }));
const copies = web.slice(0, 6).map(({ text }, i) => ({ id: `copy${i}`, text, date: '2030-06-01' }));
const near = web
  .slice(6, 12)
  .map(({ text }, i) => ({ id: `near${i}`, text: `${text} And that is all.`, date: '2030-06-01' }));
const noise = Array.from({ length: 6 }, (_, i) => ({
  id: `noise${i}`,
  text: `${article(2000 + i, 1)} ${Array.from({ length: 80 }, (_w, k) => `zq${i}${k * 7919}x`).join(' ')}.`,
}));
const everything = [...web, ...copies, ...near, ...noise, { id: 'short', text: 'Too short to be of use.' }];
const webFile = write('web.jsonl', jsonl(everything));
const wikiFile = write('wiki.jsonl', jsonl(wiki));
const both = ['--data', `web=${webFile}`, '--data', `wiki=${wikiFile}`];

describe('a run', () => {
  test('takes all stages, accounts for every document and tells the blend', async () => {
    const { kept, dropped, report, blend, markdown } = await curate(...both, '--clean', 'wiki', '--keep', '0.9');
    expect(report.stages.map(({ name }) => name)).toEqual(['exact', 'fuzzy', 'perplexity', 'heuristics', 'dsir']);
    const of = (stage: string) => dropped.filter((one) => one.stage === stage).map(({ id }) => id);
    expect(of('exact')).toEqual(copies.map(({ id }) => id));
    expect(of('fuzzy')).toEqual(near.map(({ id }) => id));
    for (const { id } of noise) expect(of('perplexity')).toContain(id);
    expect(dropped.find(({ id }) => id === 'short')?.stage).toMatch(/perplexity|heuristics/);
    expect(kept.filter(({ source }) => source === 'wiki').length).toBe(wiki.length);
    expect(kept[0]).toEqual({ id: 'w0', source: 'web', text: web[0]!.text });
    expect(Object.values(blend.blend).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(Object.keys(blend.blend)).toEqual(['web', 'wiki']);
    expect(markdown).toContain(`${everything.length + wiki.length} documents came in, ${kept.length} are left`);
    expect(report.sources.wiki).toMatchObject({ in: wiki.length, out: wiki.length });
  });

  test('takes the stages that are named, in the order they are named in', async () => {
    const { report } = await curate(...both, '--stages', 'heuristics,exact');
    expect(report.stages.map(({ name }) => name)).toEqual(['heuristics', 'exact']);
  });

  test('judges code by its own rules', async () => {
    const lines = (comment: string) => ({ text: `${comment}${'const value = other;\n'.repeat(8)}` });
    const file = write('code.jsonl', jsonl([lines('// what it is for\n'), lines('')]));
    const { kept, dropped } = await curate('--data', `code=${file}`, '--code', 'code', '--stages', 'heuristics');
    expect(kept.map(({ id }) => id)).toEqual(['code-1']);
    expect(dropped).toEqual([{ id: 'code-2', source: 'code', stage: 'heuristics', reason: 'CommentToCodeFilter' }]);
  });

  test('without clean sources takes those that need none', async () => {
    const { report } = await curate(...both);
    expect(report.stages.map(({ name }) => name)).toEqual(['exact', 'fuzzy', 'heuristics']);
  });

  test.each([
    ['older', 'w0'],
    ['newer', 'copy0'],
  ])('keeps the %s copy', async (survivor, id) => {
    const { kept } = await curate(...both, '--stages', 'exact', '--survivor', survivor);
    expect(kept.filter(({ text }) => text === web[0]!.text).map((one) => one.id)).toEqual([id]);
  });

  test('keeps the same set whatever order the lines are in', async () => {
    const shuffled = new Draws().open(1, 91, 0).shuffle([...everything]);
    const other = write('shuffled.jsonl', jsonl(shuffled));
    for (const survivor of ['older', 'random']) {
      const options = ['--clean', 'wiki', '--survivor', survivor, '--keep', '0.8'];
      const [one, two] = [
        await curate(...both, ...options),
        await curate('--data', `web=${other}`, '--data', `wiki=${wikiFile}`, ...options),
      ];
      const texts = (list: Kept[]) => list.map(({ source, text }) => `${source} ${text}`).sort();
      expect(texts(two.kept)).toEqual(texts(one.kept));
      expect(two.kept.map(({ id }) => id).sort()).toEqual(one.kept.map(({ id }) => id).sort());
    }
  });

  test('reads gzip, other kinds of files, and numbers without ids', async () => {
    const packed = write('packed.jsonl.gz', zlib.gzipSync(jsonl([{ text: article(1) }, { text: article(1) }])));
    const table = write('table.csv', `text\n"${article(2)}"\n"${article(3)}"\n`);
    const { kept, dropped } = await curate(
      '--data',
      `packed=${packed}`,
      '--data',
      `table=${table}`,
      '--stages',
      'exact',
    );
    expect(kept.map(({ id }) => id)).toEqual(['packed-1', 'table-1', 'table-2']);
    expect(dropped).toEqual([{ id: 'packed-2', source: 'packed', stage: 'exact', reason: 'equal' }]);
  });

  test('tells the languages of what is left', async () => {
    const lines = [{ text: prose.german }, { text: prose.german }, { text: prose.english }];
    const { report, markdown } = await curate('--data', `web=${write('two.jsonl', jsonl(lines))}`, '--stages', 'exact');
    // The equal one is gone.
    const share = prose.german.length / (prose.german.length + prose.english.length);
    const { shares } = report.sources.web!.languages;
    expect(shares).toEqual({ deu: expect.closeTo(share, 10) as number, eng: expect.closeTo(1 - share, 10) as number });
    const percent = Math.round(100 * share);
    expect(markdown).toContain(`| English ${100 - percent}\u00a0%, German ${percent}\u00a0% |`);
  });

  test('reads a folder, in the order of its paths', async () => {
    mkdirSync(at('folder/b'), { recursive: true });
    write('folder/b/2.txt', article(1));
    write('folder/a.md', article(2));
    write('folder/cover.png', 'x');
    const args = ['--data', `web=${at('folder')}/`, '--stages', 'exact'];
    const { kept, said } = await curate(...args);
    expect(kept.map(({ id, text }) => [id, text])).toEqual([
      ['web-1', article(2)],
      ['web-2', article(1)],
    ]);
    expect(said).toContain('note: folder/: cover.png left out, because files of that kind are not read here.');
  });

  test('several files are one source', async () => {
    const { report, kept } = await curate('--data', `web=${webFile}`, '--data', `web=${wikiFile}`, '--stages', 'exact');
    expect(Object.keys(report.sources)).toEqual(['web']);
    expect(kept.every(({ source }) => source === 'web')).toBe(true);
  });
});

describe('what is refused', () => {
  test.each([
    ['a clean source that is not there', ['--clean', 'books'], /--clean names "books", and --data gives web, wiki/],
    [
      'a stage that needs clean text without it',
      ['--stages', 'exact,dsir'],
      /dsir compares with clean sources and --clean names none: add --clean web/,
    ],
    ['a stage twice', ['--stages', 'exact,exact'], /each once/],
    ['a stage that is none', ['--stages', 'exakt'], /some of exact, fuzzy/],
  ])('%s', async (_, args, message) => {
    const { problem } = await runCommand(['curate', ...both, ...args, '--out', at('refused')], noDevice);
    expect(problem?.message).toMatch(message);
    expect(readdirSync(scratch)).not.toContain('refused');
  });

  test('a folder that is there', async () => {
    const { problem } = await runCommand(['curate', ...both, '--out', scratch], noDevice);
    expect(problem?.message).toMatch(/exists already/);
  });
});

describe('a run that a person ends', () => {
  const options = [...both, '--clean', 'wiki', '--keep', '0.9'];
  /** Ends at the n-th moment at which the command looks whether it is to end: before every piece of a file that it reads. */
  const endingAt = (moment: number) => {
    let looked = 0;
    const signal = new AbortController().signal;
    Object.defineProperty(signal, 'aborted', { get: () => ++looked >= moment });
    return { signal, looked: () => looked };
  };
  const begin = (out: string, moment: number) =>
    runCommand(['curate', ...options, '--out', out], noDevice, { ended: endingAt(moment).signal });
  /** All that it writes, less the seconds that stages took. */
  const filesOf = (out: string) =>
    readdirSync(out)
      .filter((name) => name !== 'kits')
      .map((name) => [
        name,
        name.startsWith('report.')
          ? name.endsWith('json') &&
            readFileSync(path.join(out, name), 'utf8').replaceAll(/"seconds": [\d.e-]+/g, '"seconds": 0')
          : readFileSync(path.join(out, name), 'utf8'),
      ]);

  test('goes on by the same command, wherever it was ended, to the same bytes', async () => {
    const whole = at('undisturbed');
    const { signal, looked } = endingAt(Infinity);
    expect((await runCommand(['curate', ...options, '--out', whole], noDevice, { ended: signal })).status).toBe(0);
    const expected = filesOf(whole);
    // Every fourth moment: within every stage, in the first file and in the second.
    const out = at('ended');
    for (let moment = 6; moment <= looked(); moment += 4) {
      const ended = await begin(out, moment);
      expect([moment, ended.status, ended.problem]).toEqual([moment, 130, null]);
      expect(ended.said.at(-1)).toMatch(/give the same command again to continue/);
      expect(readdirSync(out).sort()).toEqual(['saves', 'unfinished.txt']);
      const resumed = await runCommand(['curate', ...options, '--out', out], noDevice);
      expect([moment, resumed.status, resumed.problem]).toEqual([moment, 0, null]);
      expect(resumed.said[0]).toMatch(/^continues after/);
      expect(filesOf(out)).toEqual(expected);
      rmSync(out, { recursive: true });
    }
  });

  test('goes on with nothing else than what it was begun with', async () => {
    const out = at('other');
    await begin(out, 12);
    const other = await runCommand(['curate', ...options, '--seed', '9', '--out', out], noDevice);
    expect(other.problem?.message).toMatch(/a curation with other files, stages or options/);
    const moved = write('moved.jsonl', readFileSync(webFile));
    const files = ['--data', `web=${moved}`, '--data', `wiki=${wikiFile}`, '--clean', 'wiki', '--keep', '0.9'];
    const { problem } = await runCommand(['curate', ...files, '--out', out], noDevice);
    expect(problem?.message).toMatch(/a curation with other files/);
    expect((await runCommand(['curate', ...options, '--out', out], noDevice)).status).toBe(0);
  });

  test('goes on with a folder only while nothing in it has changed', async () => {
    mkdirSync(at('letters/old'), { recursive: true });
    const letter = write('letters/old/1.txt', article(1));
    const out = at('folder-ended');
    const args = ['curate', '--data', `web=${at('letters')}`, '--stages', 'exact', '--out', out];
    const begun = await runCommand(args, noDevice, { ended: endingAt(2).signal });
    expect([begun.status, readdirSync(out)]).toEqual([130, ['saves', 'unfinished.txt']]);
    utimesSync(letter, 1, 1);
    expect((await runCommand(args, noDevice)).problem?.message).toMatch(/a curation with other files/);
  });

  test('leaves nothing where it has come to nothing', async () => {
    const { status, problem } = await begin(at('nothing'), 2);
    expect([status, problem]).toEqual([130, null]);
    expect(readdirSync(scratch)).not.toContain('nothing');
  });
});

describe('hostile input', () => {
  test('lines that cannot be read are dropped and counted, each for its reason', async () => {
    const parts = [
      Buffer.from('\ufeff{"id": "bom", "text": "After a mark."}\n'),
      Buffer.concat([Buffer.from('{"id": "bytes", "text": "a'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]),
      Buffer.from('{"id": "empty", "text": ""}\n{"id": "blank", "text": " \\n "}\n{"id": "null", "text": null}\n'),
      Buffer.from('{"id": "none", "body": "Text."}\n[1, 2]\n7\nnot JSON at all\n{"id": "cut", "text": "a\n\n   \r\n'),
      Buffer.from(`{"id": "long", "text": "${'long '.repeat(4_000_000)}"}\n`),
      Buffer.from('{"id": "__proto__", "text": "Fine.", "date": {}}\n{"id": 7, "text": "Seven.", "date": "no date"}'),
    ];
    const { kept, report } = await curate(
      '--data',
      `web=${write('hostile.jsonl', Buffer.concat(parts))}`,
      '--stages',
      'exact,fuzzy',
    );
    expect(kept.map(({ id }) => id)).toEqual(['bom', '__proto__', '7']);
    expect(report.stages[0]).toMatchObject({
      name: 'read',
      reasons: { 'line too long': 1, 'not JSON': 2, 'not UTF-8': 1, 'without text': 6 },
    });
  });

  test('one line of a hundred megabytes is dropped, what stands around it is read, and progress is told', async () => {
    // A hole in the file: read as zeros, and written in no time. 500 MB by command: MEGABYTES=500.
    const megabytes = Number(process.env.MEGABYTES ?? 110);
    const file = write('line.jsonl', jsonl([{ text: 'Before.' }]));
    truncateSync(file, megabytes * 1e6);
    appendFileSync(file, `\n${jsonl([{ text: 'After.' }])}`);
    const { kept, dropped, said } = await curate('--data', `web=${file}`, '--stages', 'exact');
    expect(kept.map(({ text }) => text)).toEqual(['Before.', 'After.']);
    expect(dropped).toEqual([{ id: 'web-2', source: 'web', stage: 'read', reason: 'line too long' }]);
    // Of what is left the stage reads twice, and what is kept is written in a third reading.
    const told = said.filter((line) => line.includes(` of ${megabytes} MB`));
    for (const reading of ['read, reading 1', 'exact, reading 2', 'writing, reading 1'])
      expect(told.filter((line) => line.startsWith(reading)).length).toBe(Math.min(10, Math.floor(megabytes / 50)));
  });

  test.each([
    ['the same text in every line', () => 'The same text in every line of the file.'],
    ['one cluster of copies that differ in a word', (i: number) => `${article(1)} And this is copy ${i}.`],
    ['one word', () => 'x'],
  ])('%s ends with one document', async (label, text) => {
    // 10⁶ by command: `DOCUMENTS=333334 npx vitest run --project node --testTimeout 2000000 test/cli/curate.test.ts`.
    const count = 3 * Number(process.env.DOCUMENTS ?? 200);
    const file = write('same.jsonl', jsonl(Array.from({ length: count }, (_, i) => ({ text: text(i) }))));
    const { kept, report } = await curate('--data', `web=${file}`, '--stages', 'exact,fuzzy');
    expect(report.in).toBe(count);
    expect(kept.length).toBe(1);
    expect(report.stages[0]!.out).toBe(label.startsWith('one cluster') ? count : 1);
  });

  test('nothing left after a stage is no error', async () => {
    const file = write('shorts.jsonl', jsonl([{ text: 'Short.' }, { text: 'Also short.' }]));
    const { kept, blend } = await curate(
      '--data',
      `web=${file}`,
      '--data',
      `wiki=${file}`,
      '--clean',
      'wiki',
      '--stages',
      'exact,heuristics,fuzzy,perplexity,dsir',
    );
    expect(kept.every(({ source }) => source === 'wiki')).toBe(true);
    expect(blend.blend).toBeDefined();
  });

  test('a document of megabytes without a line end goes through every stage', async () => {
    const long = Array.from({ length: 60_000 }, (_, i) => `word${i % 977}`).join(' ');
    const file = write(
      'large.jsonl',
      jsonl([
        { id: 'large', text: long },
        { id: 'other', text: article(5) },
      ]),
    );
    const { report } = await curate(
      '--data',
      `web=${file}`,
      '--data',
      `wiki=${wikiFile}`,
      '--clean',
      'wiki',
      '--keep',
      '1',
    );
    expect(report.in).toBe(2 + wiki.length);
  });
});

test('dates are years, seconds, milliseconds or words, and without a zone UTC', () => {
  expect(dateOf(2024)).toBeCloseTo(Date.UTC(2024, 0), -9);
  expect(dateOf('2024')).toBe(dateOf(2024));
  expect(dateOf(1_700_000_000)).toBe(1_700_000_000_000);
  expect(dateOf(1_700_000_000_000)).toBe(1_700_000_000_000);
  expect(dateOf('2024-03-01')).toBe(Date.UTC(2024, 2, 1));
  expect(dateOf('2024-03-01 12:00:00')).toBe(Date.UTC(2024, 2, 1, 12));
  for (const none of [null, undefined, '', 'soon', {}, NaN, true]) expect(dateOf(none)).toBe(null);
});
