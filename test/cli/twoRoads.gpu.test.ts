/**
 * The terminal and the page come to the same: a configuration is drawn, asked for as a command and as a person would on the page, and
 * both give the same losses, records and weights, or refuse in the same words. `npm run soak -- roads 2000` draws more.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFolder } from '../../src/cli/readFolder.ts';
import type { BaseSource, RunEvents, UserFile } from '../../src/protocol.ts';
import { parseBaseMetadata } from '../../src/recipe/baseCheckpoint.ts';
import { createTrainer } from '../../src/train/trainer.ts';
import { choosePreset, config, conflicts, givenBase, state, useSources } from '../../src/ui/state/config.ts';
import { gpu } from '../gpu/device.ts';
import { patience } from '../patience.ts';
import fc from '../property.ts';
import { runCommand } from './host.ts';

const draws = Number(process.env.DRAWS ?? 30);
const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-roads-'));
const at = (...names: string[]): string => path.join(folder, ...names);

const texts = {
  whole: Array.from({ length: 150 }, (_, i) => `${i} and ${i * i}.\n\f`).join(''),
  few: 'Too short.',
  broken: Uint8Array.of(...new TextEncoder().encode('A text that goes on for a while. '.repeat(9)), 0xff, 0x41),
  empty: '',
};
for (const [name, text] of Object.entries(texts)) writeFileSync(at(`${name}.txt`), text);

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
  'base.schedule.kind': ['linear', 'wsd', 'constant', 'sinus'],
  'base.schedule.peak': ['0.01', '0.0001', 'NaN'],
  'base.schedule.warmupSteps': ['0', '2', '9'],
  'batch.accumulation': ['1', '2'],
  'continued.keepMoments': ['true', 'false', 'yes'],
  'continued.switchDivisor': ['0', '2', '5'],
  'continued.switchShare': ['0.5', 'none', '2'],
  'continued.schedule.end': ['0.00001', '0.5'],
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

const line = fc
  .constantFrom(...Object.keys(changes))
  .chain((key) => fc.constantFrom(...changes[key]!).map((value) => [key, value] as const));
const draw = fc.record({
  lines: fc.uniqueArray(line, { maxLength: 4, selector: ([key]) => key }),
  text: fc.oneof(
    { weight: 6, arbitrary: fc.constant('whole' as const) },
    { weight: 1, arbitrary: fc.constantFrom('few' as const, 'broken' as const, 'empty' as const) },
  ),
  fromBase: fc.nat(4).map((n) => n === 0),
});

/** What the page's trainer asks a browser for. */
const browser = {
  isSecureContext: true,
  navigator: {
    userAgent: 'test',
    gpu: {
      async requestAdapter() {
        const { device } = await gpu();
        const { adapterInfo: info, features } = device;
        return { info, features, limits: {}, requestDevice: async () => device };
      },
    },
  },
};
const before = new Map(Object.keys(browser).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));

interface Outcome {
  refused: string | null;
  said: unknown;
  weights: string;
}

const refusal = (message: string): Outcome => ({ refused: message, said: null, weights: '' });
const weightsOf = (files: readonly { name: string; bytes: Uint8Array }[]): string =>
  Buffer.from(files.find(({ name }) => name === 'model.safetensors')!.bytes).toString('latin1');

let base: BaseSource & { kind: 'folder' };
let runs = 0;

async function byTerminal({
  lines,
  text,
  fromBase,
}: {
  lines: (readonly [string, string])[];
  text: keyof typeof texts;
  fromBase: boolean;
}): Promise<Outcome> {
  const out = at(`run-${runs++}`);
  const start = fromBase ? ['--base', at('base', 'model')] : ['--preset', 'smoke'];
  const sets = lines.flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const { problem } = await runCommand([...start, '--data', `own=${at(`${text}.txt`)}`, ...sets, '--out', out], gpu);
  if (problem) {
    if (problem.name !== 'UserError') throw problem;
    return refusal(problem.message);
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
  const { checks } = JSON.parse(read('summary.json'));
  const said = { ...JSON.parse(read('evaluations.json')), metrics, inspections: table('inspections.jsonl'), checks };
  const weights = weightsOf(readFolder(path.join(out, 'model')));
  rmSync(out, { recursive: true });
  return { refused: null, said, weights };
}

async function byPage({ lines, text, fromBase }: Parameters<typeof byTerminal>[0]): Promise<Outcome> {
  givenBase.value = fromBase
    ? parseBaseMetadata(
        JSON.parse(new TextDecoder().decode(base.files.find(({ name }) => name === 'rekindle.json')!.bytes)),
      )
    : null;
  choosePreset('smoke');
  useSources(['own']);
  for (const [key, value] of lines) {
    const problem = state(key, value);
    if (problem !== null) return refusal(problem);
  }
  const [conflict] = conflicts.value;
  if (conflict !== undefined) return refusal(conflict);

  const files: UserFile[] = [{ source: 'own', name: `${text}.txt`, bytes: new Blob([texts[text]]) }];
  const trainer = createTrainer('none:', 'none:');
  const all: Required<Pick<RunEvents, 'heldOut' | 'samples' | 'checks' | 'inspections'>> = {
    heldOut: [],
    samples: [],
    checks: [],
    inspections: [],
  };
  const metrics: number[][] = [];
  let failed = '';
  await trainer.start(
    config.value,
    files,
    (events) => {
      for (const name of ['heldOut', 'samples', 'checks', 'inspections'] as const)
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
  return { refused: null, said: { ...all, metrics }, weights: weightsOf(await trainer.exportModel()) };
}

beforeAll(async () => {
  for (const [name, value] of Object.entries(browser))
    Object.defineProperty(globalThis, name, { value, configurable: true });
  const sets = tiny.filter((one) => !one.startsWith('continued')).flatMap((one) => ['--set', one]);
  const { problem } = await runCommand(
    ['--preset', 'smoke', '--data', `own=${at('whole.txt')}`, '--set', 'continued=off', ...sets, '--out', at('base')],
    gpu,
  );
  if (problem) throw problem;
  base = { kind: 'folder', files: readFolder(at('base', 'model')) };
});
afterAll(() => {
  for (const [name, was] of before) {
    if (was) Object.defineProperty(globalThis, name, was);
    else Reflect.deleteProperty(globalThis, name);
  }
  rmSync(folder, { recursive: true, force: true });
});

it(
  'gives the same losses, records and weights, or the same refusal',
  async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(draw, async ({ lines, ...drawn }) => {
        const fixed = tiny
          .filter((one) => !drawn.fromBase || /^(batch|continued|evaluation)/.test(one))
          .map((one) => one.split('=') as [string, string]);
        // What was drawn is stated alone, not after the value it replaces.
        const stated = [...fixed.filter(([key]) => !lines.some(([other]) => other === key)), ...lines];
        const [terminal, page] = [
          await byTerminal({ lines: stated, ...drawn }),
          await byPage({ lines: stated, ...drawn }),
        ];
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
