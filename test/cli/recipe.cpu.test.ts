/** The command line's contract: what it writes, one run of it from outside, and one clear sentence for every bad input. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readFolder } from '../../src/cli/readFolder.ts';
import type { Sample } from '../../src/protocol.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { processor } from '../cpu/processor.ts';
import { patience } from '../patience.ts';
import { nemotronForward } from '../reference/nemotronForward.ts';
import { runCommand } from './host.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => path.join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};

interface Answer {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** From outside. */
function command(...args: string[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/cli/run.mjs', 'src/cli/recipe.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 2 * patience,
  });
  return {
    status,
    stdout,
    stderr: stderr
      .split('\n')
      .filter((line) => !line.startsWith('npm warn'))
      .join('\n'),
  };
}

/** The same in this process, which has been started once for all tests. */
async function recipe(...args: string[]): Promise<Answer> {
  const { status, said, printed, problem } = await runCommand(args, processor);
  return { status, stdout: printed, stderr: [...said, ...(problem ? [problem.message] : [])].join('\n') };
}

const text = write('text.txt', Array.from({ length: 400 }, (_, i) => `The number after ${i} is ${i + 1}.\n`).join(''));

describe('npm run recipe', () => {
  it('trains base and both phases, writes the contract, and scores and samples what it wrote', async () => {
    const out = at('run');
    const sets = ['base.steps=30', 'continued.steps=15', 'base.schedule.warmupSteps=3', 'batch.length=32'].flatMap(
      (line) => ['--set', line],
    );
    const { status, stderr } = command(
      '--preset',
      'smoke',
      '--data',
      `notes=${text}`,
      ...sets,
      '--seed',
      '3',
      '--out',
      out,
    );
    expect(status, stderr).toBe(0);
    const json = (name: string) => JSON.parse(readFileSync(path.join(out, name), 'utf8'));
    const config = json('config.json');
    expect(config.base.blend).toEqual({ notes: 1 });
    const lines = readFileSync(path.join(out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBe(45);
    expect(Object.keys(lines[0]).sort()).toEqual([
      'blend',
      'clip',
      'gradNorm',
      'loss',
      'lr',
      'phase',
      'step',
      'tokens',
      'tokensPerSecond',
      'update',
    ]);
    expect(lines.at(-1).loss).toBeLessThan(lines[0].loss - 1);
    const summary = json('summary.json');
    expect(summary.switchStep).toBe(planRun(config).switchStep);
    expect(summary.steps).toBe(45);
    expect(Object.keys(summary.heldOutLoss)).toEqual(['notes']);
    // One source makes equal blends: no switch is claimed, here and in the terminal.
    expect(summary.conclusion.join(' ')).toContain('nothing switched');
    for (const sentence of summary.conclusion) expect(stderr).toContain(sentence);
    // Measured with rows at every phase's beginning and at the end, though evaluation.everySteps is 0; asked at every end.
    const { heldOut, samples: written } = json('evaluations.json');
    const ends = [...planRun(config).phases.map(({ firstStep }) => firstStep), 45];
    expect(heldOut.map(({ step }: { step: number }) => step)).toEqual(ends);
    expect(heldOut.every(({ rows }: { rows: Record<string, number[]> }) => rows.notes!.length > 0)).toBe(true);
    expect(written.filter(({ question }: Sample) => question).map(({ step }: Sample) => step)).toEqual(ends.slice(1));
    expect(readdirSync(path.join(out, 'model'))).toEqual(
      expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']),
    );

    // Scored by the command and by an independent f64 forward: the same nats for every token.
    const scored = at('score.json');
    const model = path.join(out, 'model');
    const short = write(
      'short.txt',
      'The number after 12 is 13.\nThe number after 13 is 14.\nThe number after 14 is what?',
    );
    expect((await recipe('score', '--model', model, '--text', short, '--json', scored)).status).toBe(0);
    const { tokens, nll } = JSON.parse(readFileSync(scored, 'utf8'));
    const files = readFolder(model);
    tokens.forEach((ids: number[], window: number) => {
      const want = nemotronForward(files, Uint32Array.from(ids)).nll;
      expect(nll[window].length).toBe(ids.length - 1);
      nll[window].forEach((value: number, t: number) => expect(Math.abs(value - want[t]!)).toBeLessThan(2e-4));
    });

    // Documents are read as --data reads them, not as what they are written in.
    const halves = ['The number after 12 is 13.', 'The number after 13 is 14.'];
    for (const [name, content] of [
      ['two.txt', halves.join('')],
      ['two.jsonl', halves.map((one) => JSON.stringify({ text: one })).join('\n')],
    ] as const) {
      expect(
        (await recipe('score', '--model', model, '--text', write(name, content), '--json', at(`${name}.json`))).status,
      ).toBe(0);
    }
    expect(json('../two.jsonl.json')).toEqual(json('../two.txt.json'));

    const sample = () => recipe('sample', '--model', model, '--prompt', 'The number', '--tokens', '20', '--seed', '7');
    const samples = [await sample(), await sample()];
    expect(samples[0]!.status).toBe(0);
    expect(samples[0]!.stdout.length).toBeGreaterThan(1);
    expect(samples[1]!.stdout).toBe(samples[0]!.stdout);
  });

  it('continues a base checkpoint bit for bit as the run in one go, from its final rate', async () => {
    const sets = (...lines: string[]) => lines.flatMap((line) => ['--set', line]);
    // One layer: most of the time goes into the samples, which are asked for at every phase's end.
    const short = [
      '--preset',
      'smoke',
      '--data',
      `notes=${text}`,
      ...sets('base.steps=12', 'base.schedule.warmupSteps=2', 'model.num_hidden_layers=1'),
    ];
    const continued = sets('continued.steps=8', 'continued.keepMoments=false');
    const lines = (run: string) =>
      readFileSync(path.join(at(run), 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    for (const [out, args] of [
      ['whole', [...short, ...continued]],
      ['base', [...short, '--set', 'continued=off']],
      ['rest', ['--base', path.join(at('base'), 'model'), '--data', `notes=${text}`, ...continued]],
    ] as const) {
      const { status, stderr } = await recipe(...args, '--out', at(out));
      expect(status, stderr).toBe(0);
      // One source of one's own makes equal blends, which is said.
      expect(stderr).not.toMatch(/^note: (?!The general and the QA blend are equal)/m);
    }
    const curve = (run: string) => lines(run).map(({ step, loss, lr, phase }) => ({ step, loss, lr, phase }));
    expect(curve('rest')).toEqual(curve('whole').slice(12));
    const { status, stderr } = await recipe(
      '--base',
      path.join(at('base'), 'model'),
      '--preset',
      'smoke',
      '--tokenizer',
      'bpe:300',
      '--data',
      `notes=${text}`,
      '--out',
      at('other'),
    );
    expect(status).not.toBe(0);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/vocab_size/);
  });

  it('runs an experiment into results.json and table.md, and goes on where it stopped', async () => {
    const out = at('experiment');
    const args = [
      'experiment',
      'f1',
      '--preset',
      'ci',
      '--set',
      'base.steps=12',
      '--set',
      'continued.steps=6',
      '--out',
      out,
    ];
    const first = await recipe(...args, '--seeds', '1', '--base', 'train');
    expect(first.status, first.stderr).toBe(0);
    const second = await recipe(...args, '--seeds', '2', '--base', 'train');
    expect(second.status, second.stderr).toBe(0);
    expect(second.stderr).not.toMatch(/seed 1, recipe: \d+ steps/);
    const { experiment, preset, rows, config } = JSON.parse(readFileSync(path.join(out, 'results.json'), 'utf8'));
    expect([experiment, preset]).toEqual(['f1', 'ci']);
    // What the page needs to go on with the file.
    expect(config).toEqual(JSON.parse(readFileSync(path.join(out, 'config.json'), 'utf8')));
    expect(rows.map(({ arm, seed }: { arm: string; seed: number }) => `${arm} ${seed}`).sort()).toEqual(
      ['base', 'pretraining-blend', 'recipe'].flatMap((arm) => [`${arm} 1`, `${arm} 2`]),
    );
    for (const { average, suites, heldOutLoss, flops } of rows) {
      expect(average).toBeCloseTo((suites.facts + suites.archive) / 2, 12);
      expect(Object.keys(heldOutLoss)).toEqual(expect.arrayContaining(['web', 'wiki', 'forum', 'qa']));
      expect(flops).toBeGreaterThan(0);
    }
    expect(readFileSync(path.join(out, 'table.md'), 'utf8')).toMatch(/`recipe`.*56\.1 \[T\]/);
    const other = await recipe(...args, '--set', 'seed=1', '--set', 'continued.steps=7', '--seeds', '1');
    expect(other.status).not.toBe(0);
    expect(other.stderr.trim().split('\n').at(-1)).toMatch(/another configuration/);
  });

  it('sweeps the rate from a shipped base and names a band', async () => {
    const out = at('range');
    const { status, stderr } = await recipe('range', '--preset', 'ci', '--base', 'shipped', '--out', out);
    expect(status, stderr).toBe(0);
    const { from, points, smoothed, rule, edge, band, diverged } = JSON.parse(
      readFileSync(path.join(out, 'range.json'), 'utf8'),
    );
    expect(from).toBe('the base of seed 1');
    expect(points[0].rate).toBe(1e-5);
    expect(diverged || points.length === 201).toBe(true);
    expect(smoothed).toHaveLength(points.length);
    // A trained base gets worse from some rate on; its own, 2e-3 at the end, is not beyond it.
    expect(rule).toBe('edge');
    expect(edge).toBeGreaterThan(2e-3);
    expect(band).toEqual([edge / 10, edge / 3]);
    expect(readFileSync(path.join(out, 'table.md'), 'utf8')).toContain(
      'From the base of seed 1. The loss never falls by half a nat',
    );
  });

  it('fills a grid, and goes on where it stopped', async () => {
    const out = at('grid');
    const args = [
      'grid',
      '--preset',
      'ci',
      '--rates',
      '0.001,0.01',
      '--batches',
      '2',
      '--tokens',
      '1280',
      '--out',
      out,
    ];
    const first = await recipe(...args, '--seeds', '1');
    expect(first.status, first.stderr).toBe(0);
    const second = await recipe(...args, '--seeds', '2');
    expect(second.status, second.stderr).toBe(0);
    expect(second.stderr).toContain('2 rows already done');
    const { rows } = JSON.parse(readFileSync(path.join(out, 'grid.json'), 'utf8'));
    expect(rows.map(({ seed, rate }: { seed: number; rate: number }) => [seed, rate])).toEqual([
      [1, 0.001],
      [1, 0.01],
      [2, 0.001],
      [2, 0.01],
    ]);
    expect(readFileSync(path.join(out, 'table.md'), 'utf8')).toMatch(/\*\* best/);
    const other = await recipe(...args, '--set', 'model.norm_eps=1e-6', '--seeds', '1');
    expect(other.stderr.trim().split('\n').at(-1)).toMatch(/another configuration/);
  });

  it.each([
    ['an empty file', ['--data', `notes=${write('empty.txt', '')}`], /empty/],
    ['invalid UTF-8', ['--data', `notes=${write('bytes.txt', Uint8Array.of(72, 105, 0xff, 0xfe, 0x20))}`], /UTF-8/],
    ['a text shorter than a context', ['--data', `notes=${write('few.txt', 'Hi there.')}`], /\d+.*65|65.*\d+/],
    ['an unknown option', ['--set', 'model.hiden_size=64'], /hidden_size/],
    ['a blend whose weights sum to 0', ['--data', `notes=${text}`, '--set', 'base.blend.notes=0'], /0/],
    ['a vocabulary larger than the embedding', ['--set', 'model.vocab_size=128'], /128.*260/],
    ['an unknown preset', ['--preset', 'smole'], /smoke/],
    ['a missing file', ['--data', 'notes=/nowhere/at/all.txt'], /nowhere/],
  ])('refuses %s in one sentence and leaves nothing behind', async (_, args, sentence) => {
    const out = at('refused');
    const { status, stderr } = await recipe(
      ...(args.includes('--preset') ? [] : ['--preset', 'smoke']),
      ...args,
      '--out',
      out,
    );
    expect(status).not.toBe(0);
    const last = stderr.trim().split('\n').at(-1)!;
    expect(last).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});
