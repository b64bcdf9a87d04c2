/**
 * Every option of every command against values it must refuse: wrong types, NaN and infinities, nothing, twice, names of
 * Object.prototype, paths that are not there or cannot be written. The cases follow from the options' own declarations.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Command, exampleOf, type Flag } from '../../src/cli/commands.ts';
import { commands } from '../../src/cli/main.ts';
import { writeFolder } from '../../src/cli/writeFolder.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { huggingFaceFolder } from '../../src/export/huggingface.ts';
import { baseMetadata } from '../../src/recipe/baseCheckpoint.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { randomWeights } from '../export/tinyModel.ts';
import { runCommand } from './host.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'rekindle-options-'));
const at = (name: string): string => path.join(scratch, name);
const text = at('text.txt');
const model = at('model');
writeFileSync(text, 'The quick brown fox jumps over the lazy dog.\n'.repeat(20));
writeFileSync(at('config.json'), '{"seed": 3}');
mkdirSync(at('empty'));

beforeAll(async () => {
  const config = presetConfig('smoke');
  const tokenizer = new ByteTokenizer();
  const metadata = baseMetadata(config, await tokenizer.hash());
  writeFolder(
    model,
    huggingFaceFolder({ model: config.model, parameters: randomWeights(config.model, 1), tokenizer, metadata }),
  );
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
const noNumbers = ['', ' ', 'abc', 'NaN', 'Infinity', '-Infinity', '1e999', '-1', '0x10', '1_000', '１', ...names];
const noWords = ['', 'abc', 'NaN', ...names];
const noPlaces = [path.join(text, 'below'), '/proc/no/such/place', at('x'.repeat(300)), at('nul\0byte')];

/** Values that a kind must refuse, told by what it reads. */
function hostile({ kind, many }: Flag, name: string): string[] {
  if (kind.path === 'file') return ['', '/no/such/file', scratch, path.join(text, 'below'), at('nul\0byte'), ...names];
  if (kind.path === 'either') return ['', '/no/such/path', path.join(text, 'below'), at('nul\0byte'), ...names];
  if (kind.path === 'folder') return ['', '/no/such/folder', text, path.join(text, 'below'), at('nul\0byte'), ...names];
  if (kind.path === 'new') return ['', ...noPlaces];
  if (name === 'in')
    return ['', 'notes', 'notes=', 'notes=all', 'notes=base,,qa', '=base', 'other=base', '__proto__=base'];
  if (name === 'mix')
    return [
      '',
      'notes',
      ...noNumbers.map((value) => `notes=${value}`),
      'notes=0',
      'notes=101',
      'other=20',
      '__proto__=20',
    ];
  if (name === 'data')
    return ['', '=', 'a', `=${text}`, `a b=${text}`, `__proto__=${text}`, 'a=/no/such/file', `a=${at('empty')}`];
  if (name === 'set')
    return ['', '=1', 'seed', ...names, ...names.map((one) => `${one}=1`), '__proto__.seed=1', 'base.__proto__=1'];
  if (name === 'tokenizer') return [...noWords, 'bpe', 'bpe:', 'bpe:NaN', 'bpe:1e3', 'bpe:-5', 'bpe:9999999', 'word'];
  if (name === 'prompt') return [];
  const texts = kind.read('1') === undefined || many || name === 'preset' ? noWords : noNumbers;
  return kind.shown === 'N' ? [...texts, '1.5', '99999999999999999999'] : texts;
}

/** A value that is good, so that a case is wrong in one thing. */
function good({ kind }: Flag, name: string): string {
  const known: Record<string, string> = {
    model,
    text,
    json: at('score.json'),
    from: scratch,
    out: at('out'),
    resume: scratch,
    config: at('config.json'),
  };
  const words: Record<string, string> = {
    preset: 'smoke',
    set: 'seed=2',
    tokenizer: 'byte',
    invalid: 'refuse',
    data: `notes=${text}`,
    in: 'notes=qa',
    mix: 'notes=20',
    base: kind.read('train') ? 'train' : model,
    prompt: 'a',
    stages: 'exact',
    survivor: 'older',
    clean: 'notes',
  };
  return known[name] ?? words[name] ?? '1';
}

const required = (one: Command, besides: string): string[] =>
  Object.entries(one.flags).flatMap(([name, flag]) =>
    name !== besides && (flag.required || name === 'out') ? [`--${name}`, good(flag, name)] : [],
  );
const begun = (one: Command): string[] => [one.name, one.word === undefined ? '' : 'f1'].filter(Boolean);

/** Where a setting's own range ends, told by its declaration. */
function badSettings(): string[] {
  return OPTIONS.filter(({ key }) => !key.startsWith('data.world.')).flatMap((option) => {
    const values =
      option.type === 'integer' || option.type === 'number'
        ? [...noNumbers, String(option.max * 2 + 1), '1.2.3']
        : noWords;
    return values.map((value) => `${option.key}=${value}`);
  });
}

const cases: [label: string, args: string[]][] = commands.flatMap((one) => {
  const start = begun(one);
  const label = one.name || 'train';
  const ofFlags = Object.entries(one.flags).flatMap(([name, flag]): [string, string[]][] => {
    const rest = required(one, name);
    const value = good(flag, name);
    const twice: [string, string[]][] = flag.many
      ? []
      : [[`${label} --${name} twice`, [...start, ...rest, `--${name}`, value, `--${name}`, value]]];
    const none: [string, string[]] = [`${label} --${name} without a value`, [...start, ...rest, `--${name}`]];
    const dash: [string, string[]] = [`${label} --${name} and a dash`, [...start, ...rest, `--${name}`, '--other']];
    return [
      ...hostile(flag, name).map((bad): [string, string[]] => [
        `${label} --${name} ${bad}`,
        [...start, ...rest, `--${name}=${bad}`],
      ]),
      ...twice,
      none,
      dash,
    ];
  });
  const others = [...names, 'no-such-option', ''].map((name): [string, string[]] => [
    `${label} --${name}`,
    [...start, ...required(one, ''), `--${name}=1`],
  ]);
  const lacking = Object.entries(one.flags)
    .filter(([, flag]) => flag.required)
    .map(([name]): [string, string[]] => [`${label} without --${name}`, [...start, ...required(one, name)]]);
  return [...ofFlags, ...others, ...lacking, [`${label} and a word`, [...start, ...required(one, ''), 'stray']]];
});
cases.push(
  ...badSettings().map((line): [string, string[]] => [
    `--set ${line}`,
    ['--preset', 'smoke', '--out', at('out'), '--set', line],
  ]),
);
cases.push(...[...names, 'trian', '', 'score score'].map((name): [string, string[]] => [`command ${name}`, [name]]));

const noDevice = () => Promise.reject(new Error('it went as far as the device'));

describe('the command line', () => {
  test('has cases by the hundred', () => expect(cases.length).toBeGreaterThan(1000));

  test('refuses every one of them in one sentence and leaves nothing behind', async () => {
    const before = readdirSync(scratch).toSorted();
    const wrong: string[] = [];
    for (const [label, args] of cases) {
      const { problem, printed } = await runCommand(args, noDevice);
      const message = problem?.message ?? 'nothing was wrong';
      const plain = problem?.name === 'UserError' && /^[^\n]{10,400}[.?)]$/.test(message) && printed === '';
      if (!plain) wrong.push(`${label}: ${problem?.name ?? ''} ${message}`);
      const after = readdirSync(scratch).toSorted();
      if (after.join() !== before.join()) {
        wrong.push(`${label}: left ${after.filter((name) => !before.includes(name)).join(', ')}`);
        for (const name of after) if (!before.includes(name)) rmSync(at(name), { recursive: true });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('fills no folder further that holds what another has made', async () => {
    mkdirSync(at('other'));
    writeFileSync(at('other/table.md'), 'Of a range test.');
    for (const args of [
      ['grid', '--preset', 'ci', '--tokens', '1280'],
      ['widths', '--preset', 'ci', '--tokens', '1280'],
      ['experiment', 'ci', '--preset', 'ci'],
      ['bases', '--preset', 'ci'],
    ]) {
      const { problem } = await runCommand([...args, '--out', at('other')], noDevice);
      expect(problem!.message).toMatch(/has something else in it, table\.md: choose another --out/);
      expect(readdirSync(at('other'))).toEqual(['table.md']);
    }
    rmSync(at('other'), { recursive: true });
  });

  test('refuses folders that hold something else than it writes there', async () => {
    const whole = {
      'metrics.jsonl': '{"step":1,"tokens":1,"loss":1,"lr":1,"gradNorm":1,"tokensPerSecond":1,"phase":"base"}',
      'evaluations.json': '{"heldOut":[],"samples":[]}',
      'summary.json': '{"adapter":"one","seconds":1,"heldOutLoss":{}}',
      'config.json': JSON.stringify({ ...presetConfig('smoke'), continued: null }),
    };
    const others = ['', '{', 'null', '[]', '{}', '3', '"rows"', '{"rows":3}', '{"rows":[null]}', '{"rows":[{}]}'];
    const own = JSON.stringify(presetConfig('ci'));
    const wrong: string[] = [];
    let folders = 0;
    for (const other of others) {
      const held: [args: string[], files: Record<string, string>][] = [
        [['record', '--from'], { 'results.json': other }],
        ...Object.keys(whole).map((name): [string[], Record<string, string>] => [
          ['record', '--from'],
          { ...whole, [name]: other },
        ]),
        ...(['config.json', 'summary.json'] as const).map((name): [string[], Record<string, string>] => [
          ['bases', '--out', at('bases'), '--from'],
          { ...whole, [name]: other },
        ]),
        [['bases', '--out', at('bases'), '--from'], { ...whole, 'model/config.json': other }],
        [['grid', '--preset', 'ci', '--tokens', '1280', '--out'], { 'grid.json': other }],
        [['widths', '--preset', 'ci', '--tokens', '1280', '--out'], { 'widths.json': other }],
        [['experiment', 'ci', '--preset', 'ci', '--out'], { 'config.json': other }],
        [['experiment', 'ci', '--preset', 'ci', '--out'], { 'config.json': own, 'rows/a-1.json': other }],
        [['--resume'], { 'unfinished.txt': 'begun', 'saves/body': other }],
      ];
      for (const [args, files] of held) {
        const folder = at(`held-${folders++}`);
        for (const [name, content] of Object.entries(files)) {
          mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
          writeFileSync(path.join(folder, name), content);
        }
        const { problem } = await runCommand([...args, folder], noDevice);
        const plain = problem?.name === 'UserError' && /^[^\n]{10,400}[.?)]$/.test(problem.message);
        if (!plain) wrong.push(`${args.join(' ')} ${JSON.stringify(files)}: ${problem?.name} ${problem?.message}`);
        rmSync(folder, { recursive: true });
      }
    }
    expect(wrong).toEqual([]);
    expect(readdirSync(scratch)).not.toContain('bases');
  });

  test.each(commands.map((one) => [one.name || 'train', one] as const))(
    '%s has help with every option and an example',
    async (_, one) => {
      for (const asked of ['--help', '-h']) {
        const { status, printed } = await runCommand([...begun(one), asked], noDevice);
        expect(status).toBe(0);
        for (const flag of Object.keys(one.flags)) expect(printed).toContain(`--${flag} `);
        expect(printed).toContain(exampleOf(one));
      }
    },
  );

  test.each(['start', 'test'])('npm %s says on request what it takes, and does nothing else', (name) => {
    for (const asked of ['--help', '-h']) {
      const told = execFileSync(process.execPath, [
        path.resolve(import.meta.dirname, `../../src/cli/${name}.mjs`),
        asked,
      ]);
      expect(String(told)).toMatch(new RegExp(`^npm ${name} -- .+\\n[^]*\\nExample: npm ${name} -- .+\\n$`));
    }
  });

  test('says what there is where nothing is asked for, and that this is no success', async () => {
    const { status, said } = await runCommand([], noDevice);
    expect(status).toBe(2);
    for (const one of commands) expect(said.join('\n')).toContain(exampleOf(one));
  });
});
