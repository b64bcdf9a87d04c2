/**
 * The terminal and the page come to the same: a configuration is drawn, asked for as a command and as a person would on the page, and
 * both give the same losses, records and weights, or refuse in the same words. `npm run soak -- roads 2000` draws more.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureData } from '../../src/cli/node/data.mjs';
import { readFolder } from '../../src/cli/readFolder.ts';
import { REAL_SOURCES, type SourceUse, switchesNothing } from '../../src/config/sources.ts';
import type { BaseSource, Notice, RunEvents, UserFile } from '../../src/protocol.ts';
import { parseBaseMetadata } from '../../src/recipe/baseCheckpoint.ts';
import { createTrainer } from '../../src/train/trainer.ts';
import {
  againstBase,
  choosePreset,
  config,
  conflicts,
  givenBase,
  missingSources,
  state,
  useSources,
} from '../../src/ui/recipe/config.ts';
import { recipeWords as words } from '../../src/ui/words/recipe.ts';
import { UserError } from '../../src/util/errors.ts';
import { processor } from '../cpu/processor.ts';
import { patience } from '../patience.ts';
import fc from '../property.ts';
import { runCommand } from './host.ts';
import { configWords } from '../../src/words/config.ts';

const draws = Number(process.env.DRAWS ?? 30);
const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-roads-'));
const at = (...names: string[]): string => path.join(folder, ...names);

const sums = Array.from({ length: 150 }, (_, i) => `${i} and ${i * i}.\n`);
const jsonLines = (records: readonly object[]): string => records.map((record) => JSON.stringify(record)).join('\n');
/** Text as people have it, and as it cannot be used. */
const texts: Record<string, string | Uint8Array> = {
  'whole.txt': sums.join('\f'),
  'few.txt': 'Too short.',
  'broken.txt': Uint8Array.of(
    ...new TextEncoder().encode('A text that goes on for a while. '.repeat(9)),
    ...[0xff, 0x41],
  ),
  'empty.txt': '',
  'lines.jsonl': jsonLines([...sums.map((text) => ({ text })), { text: null }]),
  'array.json': JSON.stringify(sums.map((text) => ({ text }))),
  'asked.jsonl': jsonLines(sums.map((text, i) => ({ prompt: `What is ${i}?`, completion: text }))),
  'chats.json': JSON.stringify(
    sums.map((content, i) => ({
      messages: [
        { role: 'user', content: `${i}?` },
        { role: 'assistant', content },
      ],
    })),
  ),
  'marked.txt': `\ufeff${sums.join('')}`,
  'table.csv': `title,body\n${sums.map((text) => `the words,"${text}"\n`).join('')}`,
  'torn.jsonl': '{"text": "one"}\n{"text": ',
  'page.html': '<p>No text file.</p>',
};
for (const [name, text] of Object.entries(texts)) writeFileSync(at(name), text);

/** What every draw has, so that a run takes a fraction of a second. */
const tiny = [
  ...[
    'model.hidden_size=8',
    'model.num_hidden_layers=1',
    'model.num_attention_heads=2',
    'model.num_key_value_heads=1',
    'model.head_dim=4',
  ],
  ...[
    'batch.length=8',
    'batch.sequences=2',
    'base.steps=3',
    'base.schedule.warmupSteps=1',
    'continued.steps=3',
    'evaluation.rows=1',
    'evaluation.everySteps=0',
  ],
];
/** Settings that change what is computed, good values and bad ones. */
const changes: Record<string, readonly string[]> = {
  seed: ['1', '7', '-1'],
  tokenizer: ['byte', 'bpe:270', 'bpe:2000', 'word', 'bpe:x'],
  precision: ['f32', 'f16', 'f8'],
  'base.schedule.kind': ['linear', 'wsd', 'constant', 'sinus'],
  'base.schedule.peak': ['0.01', '0.0001', 'NaN'],
  'base.schedule.warmupSteps': ['0', '2', '9'],
  'base.blend.own': ['2', '0', '-1', ''],
  'base.blend.other': ['1'],
  'batch.accumulation': ['1', '2'],
  'base.batchRamp': ['none', '1:0.25', '2:0.5', '1:0.2,2:0.2', '2:1'],
  'batch.sequences': ['1', '3'],
  'batch.length': ['8', '16', '1'],
  continued: ['off', 'on', 'maybe'],
  'continued.keepMoments': ['true', 'false', 'yes'],
  'continued.switchDivisor': ['0', '2', '5'],
  'continued.switchShare': ['0.5', 'none', '2'],
  'continued.schedule.end': ['0.00001', '0.5'],
  'data.heldOut': ['0', '0.3', '1'],
  'data.separateDocuments': ['true', 'false'],
  'data.split': ['hash', 'tail'],
  'optimizer.max_grad_norm': ['0', '0.1'],
  'optimizer.decay_embeddings': ['false'],
  'model.partial_rotary_factor': ['1', '0.5', '0.3'],
  'model.vocab_size': ['260', '257', '128'],
  'model.no_such_key': ['1'],
  'evaluation.everySteps': ['1', '2'],
  logEverySteps: ['1', '2'],
  'base.steps': ['4', '2'],
};
/** Of the preset's text one source is enough beside one's own. */
const SHIPPED = 'encyclopedia';
const withoutOthers = Object.keys(REAL_SOURCES)
  .filter((name) => name !== SHIPPED)
  .flatMap((name) =>
    ['base.blend', 'continued.general', 'continued.qa'].map((blend) => [`${blend}.${name}`, '0'] as const),
  );

/** What a run is made on: a text and where it is read, or a world; from the beginning, or from a base. */
interface Ground {
  preset: 'smoke' | 'ci';
  file: keyof typeof texts | null;
  column: string | null;
  use: Omit<SourceUse, 'source'> | null;
  fromBase: boolean;
}
const onText: Ground = { preset: 'smoke', file: 'whole.txt', column: null, use: null, fromBase: false };
const ground: fc.Arbitrary<Ground> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(onText) },
  { weight: 5, arbitrary: fc.constant({ ...onText, fromBase: true }) },
  {
    weight: 8,
    arbitrary: fc
      .record({ file: fc.constantFrom(...Object.keys(texts)), column: fc.constantFrom(null, null, 'body', 'nobody') })
      .map(({ file, column }) => ({ ...onText, file, column })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...([['continued.qa'], ['continued.general', 'continued.qa']] as const))
      .map((blends) => ({
        ...onText,
        use: { blends, share: 0.2 },
      })),
  },
  { weight: 2, arbitrary: fc.constant({ ...onText, preset: 'ci' as const, file: null }) },
  { weight: 1, arbitrary: fc.constant({ ...onText, preset: 'ci' as const }) },
);

const line = fc
  .constantFrom(...Object.keys(changes))
  .chain((key) => fc.constantFrom(...changes[key]!).map((value) => [key, value] as const));
const draw = fc.record({ lines: fc.uniqueArray(line, { maxLength: 4, selector: ([key]) => key }), ground });

type Line = readonly [key: string, value: string];
/** All that is stated: what keeps a run small, and what was drawn, which stands alone and not after the value it replaces. */
function stated({ lines, ground: { fromBase, use } }: { lines: readonly Line[]; ground: Ground }): Line[] {
  const fixed = tiny
    .filter((one) => !fromBase || /^(batch|continued|evaluation)/.test(one))
    .map((one): Line => one.split('=') as [string, string]);
  const all = [...fixed, ...(use ? withoutOthers : [])].filter(([key]) => !lines.some(([other]) => other === key));
  const isOff = lines.some(([key, value]) => key === 'continued' && value === 'off');
  // A part is opened or closed first: on the page what was stated of it before stays unseen, a command is read as a whole.
  const inOrder = lines.toSorted(([a], [b]) => Number(b === 'continued') - Number(a === 'continued'));
  return [...all.filter(([key]) => !(isOff && key.startsWith('continued.'))), ...inOrder];
}

/** What the page's trainer asks a browser for: the text that is published beside the page. Without a GPU it takes the processor. */
const browser = {
  navigator: { userAgent: 'test' },
  async fetch(address: string) {
    return new Response(readFileSync(path.resolve(import.meta.dirname, '../../public', address)));
  },
};
const before = new Map(Object.keys(browser).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));

interface Outcome {
  refused: string | null;
  /** Losses, records and what a person is told. */
  said: unknown;
  weights: string;
}

/** The page asks for the file of a source that is named and not there, which the terminal can only refuse. */
const notHere = (source: string): string => `The text of ${source} is not here.`;
const refusal = (message: string): Outcome => {
  const [, lacking] = / names a source (\S+) that does not exist/.exec(message) ?? [];
  return { refused: lacking === undefined ? message : notHere(lacking), said: null, weights: '' };
};
const weightsOf = (files: readonly { name: string; bytes: Uint8Array }[]): string =>
  Buffer.from(files.find(({ name }) => name === 'model.safetensors')!.bytes).toString('latin1');
const dataNotes = (notices: readonly Notice[]): string[] =>
  notices.filter(({ code }) => code === 'data').map(({ message }) => message);

let base: BaseSource & { kind: 'folder' };
let runs = 0;

async function byTerminal(lines: readonly Line[], { preset, file, column, use, fromBase }: Ground): Promise<Outcome> {
  const out = at(`run-${runs++}`);
  const args = fromBase ? ['--base', at('base', 'model')] : ['--preset', preset];
  if (file !== null) args.push('--data', `own=${at(file)}${column === null ? '' : `#${column}`}`);
  if (use) {
    const names = use.blends.map((blend) => (blend === 'continued.qa' ? 'qa' : 'general'));
    args.push('--in', `own=${names.join(',')}`, '--mix', `own=${100 * use.share}`);
  }
  args.push(...lines.flatMap(([key, value]) => ['--set', `${key}=${value}`]), '--out', out);
  const { problem, said } = await runCommand(args, processor);
  if (problem) {
    if (!(problem instanceof UserError)) throw problem;
    // What to type, which the terminal says behind it, is no part of the refusal.
    return refusal(problem.cause instanceof UserError ? problem.cause.message : problem.message);
  }
  const read = (name: string): string => readFileSync(path.join(out, name), 'utf8');
  const table = (name: string) =>
    read(name)
      .split('\n')
      .filter(Boolean)
      .map((row) => JSON.parse(row));
  const metrics = table('metrics.jsonl').map(({ step, tokens, loss, lr, gradNorm }) => [
    step,
    tokens,
    loss,
    lr,
    gradNorm,
  ]);
  const { checks, notices } = JSON.parse(read('summary.json'));
  const notes = dataNotes(notices);
  const ofSetUp = said
    .filter((one) => one.startsWith('note: ') && !(notices as Notice[]).some(({ message }) => one.endsWith(message)))
    .map((one) => one.slice('note: '.length));
  const records = { ...JSON.parse(read('evaluations.json')), metrics, inspections: table('inspections.jsonl'), checks };
  const weights = weightsOf(readFolder(path.join(out, 'model')));
  rmSync(out, { recursive: true });
  return { refused: null, said: { ...records, notes, ofSetUp }, weights };
}

async function byPage(lines: readonly Line[], { preset, file, column, use, fromBase }: Ground): Promise<Outcome> {
  const trainer = createTrainer('data/', 'bases/');
  const files: UserFile[] = [];
  if (file !== null) files.push({ source: 'own', name: file, bytes: new Blob([texts[file] as BlobPart]), column });
  givenBase.value = fromBase
    ? parseBaseMetadata(JSON.parse(await base.files.find(({ name }) => name === 'rekindle.json')!.bytes.text()))
    : null;
  choosePreset(preset);
  useSources(
    files.map(({ source }) => source),
    use ? [{ source: 'own', ...use }] : [],
  );
  for (const [key, value] of lines) {
    const problem = state(key, value);
    if (problem !== null) return refusal(problem);
  }
  const [conflict] = conflicts.value;
  const [lacking] = missingSources.value;
  if (conflict !== undefined) {
    const asked = lacking !== undefined && conflict === words.setup.missing(lacking);
    return refusal(asked ? notHere(lacking) : conflict);
  }
  for (const one of files) {
    const report = await trainer.checkFile(one, () => {});
    if (report.kind === 'refused' || report.kind === 'column') return refusal(report.message);
  }

  const all: Required<Pick<RunEvents, 'heldOut' | 'samples' | 'checks' | 'inspections' | 'notices'>> = {
    heldOut: [],
    samples: [],
    checks: [],
    inspections: [],
    notices: [],
  };
  const metrics: number[][] = [];
  let failed = '';
  await trainer.start(
    config.value,
    files,
    (events) => {
      for (const name of ['heldOut', 'samples', 'checks', 'inspections', 'notices'] as const)
        all[name].push(...((events[name] ?? []) as never[]));
      const { metrics: columns, state: now } = events;
      columns?.step.forEach((step, i) =>
        metrics.push([step, columns.tokens[i]!, columns.loss[i]!, columns.lr[i]!, columns.gradNorm[i]!]),
      );
      if (now && 'message' in now) failed = now.message;
    },
    fromBase ? base : undefined,
  );
  if (failed !== '') return refusal(failed);
  const { notices, ...records } = all;
  const ofSetUp = [
    ...againstBase.value.warnings.map(({ message }) => message),
    ...(files.length > 0 && switchesNothing(config.value) ? [configWords.switchesNothing] : []),
  ];
  const said = { ...records, metrics, notes: dataNotes(notices), ofSetUp };
  return { refused: null, said, weights: weightsOf(await trainer.exportModel()) };
}

beforeAll(async () => {
  ensureData();
  for (const [name, value] of Object.entries(browser))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  const sets = tiny.filter((one) => !one.startsWith('continued')).flatMap((one) => ['--set', one]);
  const { problem } = await runCommand(
    ['--preset', 'smoke', '--data', `own=${at('whole.txt')}`, '--set', 'continued=off', ...sets, '--out', at('base')],
    processor,
  );
  if (problem) throw problem;
  // A reader of the folder has something to say of it.
  const place = at('base', 'model', 'config.json');
  writeFileSync(place, JSON.stringify({ ...JSON.parse(readFileSync(place, 'utf8')), sliding_window: 64 }));
  base = {
    kind: 'folder',
    files: readFolder(at('base', 'model')).map(({ name, bytes }) => ({ name, bytes: new Blob([bytes as BlobPart]) })),
  };
});
afterAll(() => {
  for (const [name, was] of before) {
    if (was) Object.defineProperty(globalThis, name, was);
    else Reflect.deleteProperty(globalThis, name);
  }
  rmSync(folder, { recursive: true, force: true });
});

it(
  'gives the same losses, records, words and weights, or the same refusal',
  async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(draw, async (drawn) => {
        const lines = stated(drawn);
        const [terminal, page] = [await byTerminal(lines, drawn.ground), await byPage(lines, drawn.ground)];
        if (terminal.refused !== null) refused++;
        expect(page.refused).toBe(terminal.refused);
        expect(page.said).toEqual(terminal.said);
        expect(page.weights === terminal.weights).toBe(true);
      }),
      { numRuns: draws },
    );
    // Both kinds of outcome were seen.
    expect(refused).toBeGreaterThan(draws / 10);
    expect(refused).toBeLessThan((9 * draws) / 10);
  },
  patience * (1 + draws),
);
