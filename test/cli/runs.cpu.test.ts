/** Runs of the terminal in this process, on the processor: what is reserved, gone on with, counted and said. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/export/safetensors.ts';
import { readCheckpoint } from '../../src/train/bases/base.ts';
import { readFolder } from '../../src/cli/readFolder.ts';
import type { Coordinate, WidthRow } from '../../src/recipe/widths/widths.ts';
import { documentHash } from '../../src/data/document.ts';
import { RandomStream } from '../../src/util/random.ts';
import { type Losable, losable, processor } from '../cpu/processor.ts';
import { nemotronForward } from '../reference/nemotronForward.ts';
import { runCommand } from './host.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => path.join(folder, ...names);
const text = at('text.txt');
writeFileSync(text, Array.from({ length: 400 }, (_, i) => `The number after ${i} is ${i + 1}.\n\f`).join(''));

const rk = (args: string[], options = {}) => runCommand(args, processor, options);
const sets = (...lines: string[]): string[] => lines.flatMap((line) => ['--set', line]);
const small = sets(
  ...[
    'model.hidden_size=16',
    'model.num_hidden_layers=1',
    'model.num_attention_heads=2',
    'model.num_key_value_heads=1',
  ],
  ...['model.head_dim=8', 'batch.length=16', 'batch.sequences=4', 'evaluation.everySteps=0', 'evaluation.rows=2'],
);
const own = ['--preset', 'smoke', '--data', `notes=${text}`, ...small];
const short = [...own, ...sets('base.steps=12', 'base.schedule.warmupSteps=2', 'continued.steps=6')];
const baseAlone = [...own, ...sets('base.steps=6', 'base.schedule.warmupSteps=2', 'continued=off')];
const json = (...names: string[]) => JSON.parse(readFileSync(at(...names), 'utf8'));
const rows = (run: string) =>
  readFileSync(at(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** What a finished run says and is, the clock aside. */
function contentOf(run: string): Record<string, string> {
  const files = [
    'config.json',
    'evaluations.json',
    'inspections.jsonl',
    ...readdirSync(at(run, 'model')).map((name) => `model/${name}`),
  ];
  const timeless = readFileSync(at(run, 'metrics.jsonl'), 'utf8').replaceAll(/"tokensPerSecond":[^,]*,/g, '');
  return {
    ...Object.fromEntries(files.map((name) => [name, readFileSync(at(run, name)).toString('latin1')])),
    metrics: timeless,
  };
}

beforeAll(async () => {
  const { problem } = await rk([...baseAlone, '--out', at('base')]);
  if (problem) throw problem;
});

describe('a folder that a run fills', () => {
  it('is taken from the start on: a second run is refused, and the first ends with all it made', async () => {
    let second: ReturnType<typeof rk> | null = null;
    const heard = (line: string) => void (line === 'training' && (second ??= rk([...short, '--out', at('one')])));
    const first = await rk([...short, '--out', at('one')], { heard });
    expect(first.problem).toBeNull();
    expect((await second!).problem!.message).toMatch(/exists already/);
    expect(readdirSync(at('one')).toSorted()).toEqual([
      'config.json',
      'evaluations.json',
      'inspections.jsonl',
      'metrics.jsonl',
      'model',
      'summary.json',
    ]);
  });

  it('says what it holds when the run is ended, and is gone on with to the same bytes', async () => {
    const ended = new AbortController();
    let saves = 0;
    const args = [...short, '--save-every', '0', '--out', at('two')];
    // Evaluated at the first step, and at the end of the base: ended there, with half of it to come.
    const heard = (line: string) => void (line.startsWith('held-out loss') && ++saves === 2 && ended.abort());
    const stopped = await rk(args, { heard, ended: ended.signal });
    expect([stopped.problem, stopped.status]).toEqual([null, 130]);
    expect(readdirSync(at('two')).toSorted()).toEqual(['saves', 'unfinished.txt']);
    expect(readFileSync(at('two', 'unfinished.txt'), 'utf8')).toMatch(
      /saved at step 1[2-7] of 18, is not finished: .*--resume/,
    );
    expect((await rk([...short, '--out', at('two')])).problem!.message).toMatch(/exists already: continue .*--resume/);
    expect((await rk(['--resume', at('two'), '--seed', '4'])).problem!.message).toMatch(/leave out --seed/);
    expect((await rk(['--resume', at('two')])).problem).toBeNull();
    expect(contentOf('two')).toEqual(contentOf('one'));
    expect((await rk(['--resume', at('two')])).problem!.message).toMatch(/is finished/);
  });

  it('holds the same bytes where the run has lost its device', async () => {
    const lent: Losable[] = [];
    const openOnce = async () => {
      lent.push(losable());
      return lent.at(-1)!;
    };
    let evaluated = 0;
    const heard = (line: string) => void (line.startsWith('held-out loss') && ++evaluated === 2 && lent[0]!.lose());
    const args = [...short, '--save-every', '0', '--out', at('lost')];
    const { problem, said } = await runCommand(args, openOnce, { heard });
    expect(problem).toBeNull();
    expect(lent).toHaveLength(2);
    expect(said.join('\n')).toMatch(/^note: The graphics driver restarted: the run continues from step 1\d,/m);
    expect(contentOf('lost')).toEqual(contentOf('one'));
  });

  it('is not left behind by a run that cannot begin, nor are those on the way to it', async () => {
    const bytes = at('bytes.txt');
    writeFileSync(bytes, Uint8Array.of(72, 105, 0xff, 0xfe, 0x20));
    const { problem } = await rk(['--preset', 'smoke', '--data', `notes=${bytes}`, '--out', at('far', 'away', 'run')]);
    expect(problem!.message).toMatch(/UTF-8/);
    expect(readdirSync(folder)).not.toContain('far');
  });

  it('is written by one process at a time', async () => {
    const args = ['grid', ...own, '--rates', '0.001', '--tokens', '320', '--seeds', '1', '--out', at('shared')];
    mkdirSync(at('shared'));
    writeFileSync(at('shared', 'writer.pid'), String(process.ppid));
    expect((await rk(args)).problem!.message).toMatch(/Process \d+ is writing to the folder/);
    // Of a dead process nothing but its number is left.
    writeFileSync(at('shared', 'writer.pid'), '999999999');
    expect((await rk(args)).problem).toBeNull();
    expect(readdirSync(at('shared')).toSorted()).toEqual(['grid.json', 'table.md']);
  });
});

describe('a run that continues a base', () => {
  const rest = ['--base', at('base', 'model'), '--data', `notes=${text}`, ...sets('batch.length=16')];

  it('draws from where the base left off and counts on from its tokens, whatever its batch', async () => {
    const changed = sets('continued.steps=4', 'batch.sequences=2', 'batch.length=8', 'batch.accumulation=3');
    expect((await rk([...rest, ...changed, '--out', at('changed')])).problem).toBeNull();
    const [first] = rows('changed');
    expect([first.step, first.tokens]).toEqual([6, 6 * 4 * 16 + 2 * 8 * 3]);
    expect(json('changed', 'model', 'rekindle.json')).toMatchObject({
      steps: 10,
      tokens: 6 * 4 * 16 + 4 * 48,
      drawn: { rows: 6 * 4 + 4 * 6, tokens: 6 * 4 * 16 + 4 * 48 },
    });
    // And on: the counts are those of the whole chain.
    expect(
      (
        await rk([
          '--base',
          at('changed', 'model'),
          '--data',
          `notes=${text}`,
          ...sets('continued.steps=2', 'batch.length=16'),
          '--out',
          at('third'),
        ])
      ).problem,
    ).toBeNull();
    expect(json('third', 'model', 'rekindle.json').drawn.rows).toBe(
      48 + 2 * json('third', 'config.json').batch.sequences,
    );
  });

  it('takes the run’s folder, or a .zip of it, as it takes the model’s', async () => {
    const packed = readdirSync(at('base'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const entries = packed.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(folder, file), readFileSync(file)] as const;
    });
    // The run's own config.json after the model's.
    writeFileSync(at('base.zip'), zipSync(Object.fromEntries(entries.toSorted().toReversed())));
    const plain = readFolder(at('base', 'model')).map(({ name, bytes }) => [name, documentHash(bytes.join())]);
    for (const given of [at('base'), at('base.zip')]) {
      const read = readFolder(given).map(({ name, bytes }) => [name, documentHash(bytes.join())]);
      expect(Object.fromEntries(read), given).toEqual(Object.fromEntries(plain));
    }
    const args = ['--base', at('base.zip'), ...rest.slice(2), ...sets('continued.steps=2'), '--out', at('of-zip')];
    expect((await rk(args)).problem).toBeNull();
    expect(rows('of-zip')[0].step).toBe(6);
    writeFileSync(at('torn.zip'), readFileSync(at('base.zip')).subarray(0, 900));
    const torn = await rk(['--base', at('torn.zip'), ...rest.slice(2), '--out', at('of-torn')]);
    expect(torn.problem!.message).toMatch(/torn\.zip cannot be read as a \.zip of a model\. It is not a \.zip/);
  });

  it('draws the rows that come next, where its batch is another too', async () => {
    const alone = ['continued.steps=2', 'continued.switchDivisor=0', 'evaluation.everySteps=0'];
    const curve = async (name: string, ...batch: string[]) => {
      expect((await rk([...rest, ...sets(...alone, ...batch), '--out', at(name)])).problem).toBeNull();
      return rows(name).map(({ loss }) => loss);
    };
    // Steps too small to change a weight: two of half the rows measure what one of all of them does.
    const [whole] = await curve('whole-rows', 'batch.sequences=4');
    const [first, second] = await curve('half-rows', 'batch.sequences=2', 'continued.schedule.peak=1e-8');
    // f32 sums in another order, as with any accumulation.
    expect(Math.abs((first + second) / 2 - whole)).toBeLessThan(2e-6);
  });

  it.each([
    ['its steps', ['base.steps=500'], /base\.steps 6 and this run says 500/],
    ['its schedule', ['base.schedule.peak=0.1'], /base\.schedule\.peak/],
    ['its blend', ['base.blend.notes=3'], /base\.blend notes 1 and this run says notes 3/],
  ])('cannot restate %s', async (_, lines, sentence) => {
    const { problem } = await rk([...rest, ...sets('continued.steps=2', ...lines), '--out', at('restated')]);
    expect(problem!.message).toMatch(sentence);
    expect(readdirSync(folder)).not.toContain('restated');
  });

  it('needs none of the sources that only its base drew from', async () => {
    const args = [
      '--base',
      at('base', 'model'),
      '--preset',
      'smoke',
      ...sets('continued.steps=2', 'batch.length=16', 'evaluation.rows=1'),
    ];
    expect((await rk([...args, '--out', at('shipped')])).problem).toBeNull();
    const { base, continued } = json('shipped', 'config.json');
    expect(base.blend).toEqual({ notes: 1 });
    expect(Object.keys(continued.general)).not.toContain('notes');
  });

  it('may be a range test, and takes texts of one’s own', async () => {
    const { problem } = await rk(['range', ...rest, '--out', at('range')]);
    expect(problem).toBeNull();
    expect(json('range', 'range.json').from).toBe('the base of seed 1');
  });
});

it('a seed or a rate that is named twice counts once, and that is said', async () => {
  const out = at('grid');
  const args = [
    'grid',
    ...own,
    '--rates',
    '0.002,0.004,0.002',
    '--tokens',
    '640',
    '--seeds',
    '1,1',
    '--batches',
    '4',
    '--out',
    out,
  ];
  const { problem, said } = await rk(args);
  expect(problem).toBeNull();
  expect(said.filter((line) => line.includes('counts once'))).toHaveLength(2);
  expect(json('grid', 'grid.json').rows.map(({ rate, seed }: { rate: number; seed: number }) => [rate, seed])).toEqual([
    [0.002, 1],
    [0.004, 1],
  ]);
  expect(readFileSync(path.join(out, 'table.md'), 'utf8')).not.toMatch(/, 0\.\d+ to/);
});

it('a sweep of widths goes on where it stopped, measures activations once, and goes along with a kit', async () => {
  const args = ['widths', ...own, '--widths', '32,16', '--rates', '0.002,0.004', '--tokens', '640'];
  const sweep = (...more: string[]) => rk([...args, ...more, '--out', at('widths')]);
  expect((await sweep('--seeds', '1')).problem).toBeNull();
  const second = await sweep('--seeds', '1,2');
  expect(second.problem).toBeNull();
  expect(second.said.join('\n')).toContain('6 rows already done');
  expect(second.said.filter((line) => line.includes('logits move by'))).toHaveLength(3);
  const { rows: trained, coordinates, base } = json('widths', 'widths.json');
  expect(base).toBe(16);
  expect(trained.map((row: WidthRow) => [row.seed, row.parametrization, row.width, row.rate])).toEqual(
    [1, 2].flatMap((seed) =>
      ['standard 16', 'standard 32', 'mup 32'].flatMap((model) => {
        const [parametrization, width] = model.split(' ');
        return [0.002, 0.004].map((rate) => [seed, parametrization, Number(width), rate]);
      }),
    ),
  );
  expect(new Set(coordinates.map(({ step }: Coordinate) => step))).toEqual(new Set([0, 1, 10]));
  const changed = coordinates.filter(({ step, change }: Coordinate) => step === 0 && change !== 0);
  expect(changed).toEqual([]);
  expect((await sweep('--seeds', '1', '--set', 'model.norm_eps=1e-6')).problem!.message).toMatch(
    /another configuration/,
  );

  const kit = ['kit', '--run', at('kept'), '--for', 'megatron-lm', '--widths', at('widths'), '--out', at('kit')];
  mkdirSync(at('kept'));
  writeFileSync(at('kept', 'config.json'), JSON.stringify(json('widths', 'widths.json').config));
  expect((await rk(kit)).problem).toBeNull();
  expect(readdirSync(at('kit', 'mup')).toSorted()).toEqual(
    ['README.md', 'coordinates.csv', 'losses.csv', 'megatron-lm.sh', 'transfer.csv'].toSorted(),
  );
  expect(readFileSync(at('kit', 'README.md'), 'utf8')).toContain('`mup/` has what was measured of it');
});

it('few documents, none of which their hashes hold out, have a held-out loss and samples all the same', async () => {
  const kept = Array.from({ length: 60 }, (_, i) => `Document ${i} goes on about ${i * i}.`.repeat(8))
    .filter((document) => documentHash(document)[0] / 2 ** 32 >= 0.1)
    .slice(0, 25);
  const few = at('few.jsonl');
  writeFileSync(few, kept.map((document) => JSON.stringify({ text: document })).join('\n'));
  const args = ['--preset', 'smoke', '--data', `text=${few}`, ...small, ...sets('base.steps=2', 'continued=off')];
  const { problem, said } = await rk([...args, '--out', at('few')]);
  expect(problem).toBeNull();
  expect(said.join('\n')).toMatch(
    /^note: text: its 25 documents are too few .* the end of the text is held out instead/m,
  );
  const { heldOut, samples } = json('few', 'evaluations.json');
  expect(heldOut.at(-1).loss.text).toBeGreaterThan(0);
  expect(samples.length).toBeGreaterThan(0);
});

it('a model of short documents opens one as they do, where nothing but an end-of-text stands before', async () => {
  const random = new RandomStream(0, 1);
  const words = ['sea', 'whale', 'ship', 'men', 'rope', 'deck', 'night', 'oil'];
  const openings = ['By', 'At', 'For', 'Once'];
  const documents = Array.from({ length: 400 }, () => {
    const rest = Array.from({ length: 3 + random.integer(3) }, () => random.pick(words)).join(' ');
    return JSON.stringify({ text: `${random.pick(openings)} ${rest}.` });
  });
  writeFileSync(at('short.jsonl'), documents.join('\n'));
  const lines = ['base.steps=80', 'base.schedule.warmupSteps=8', 'base.schedule.peak=0.01', 'batch.length=32'];
  const args = ['--preset', 'smoke', '--data', `text=${at('short.jsonl')}`, '--out', at('short')];
  const { problem } = await rk([...args, ...sets('continued=off', 'evaluation.everySteps=0', ...lines)]);
  expect(problem).toBeNull();
  const model = at('short', 'model');
  const { tokenizer } = await readCheckpoint(readFolder(model));
  const { logits } = nemotronForward(readFolder(model), [tokenizer.endOfText]);
  const weights = logits.map((x) => Math.exp(x));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const first = [...tokenizer.encode('BAFO')].reduce((sum, id) => sum + weights[id]! / total, 0);
  // Rows without a lone end-of-text at their beginning gave 0.0001.
  expect(first).toBeGreaterThan(0.95);
  const { printed } = await rk(['sample', '--model', model, '--prompt', '', '--tokens', '8']);
  expect(printed).toMatch(/^(By|At|For|Once) /);
});

it('scores a text by its documents, whatever file they stand in, and never over what it reads', async () => {
  const model = at('base', 'model');
  const texts = ['The number after 3 is 4.', ' And so on.'];
  writeFileSync(at('two.jsonl'), texts.map((one) => JSON.stringify({ text: one })).join('\n'));
  writeFileSync(at('two.txt'), texts.join(''));
  const scores = [];
  for (const name of ['two.jsonl', 'two.txt']) {
    const { problem } = await rk(['score', '--model', model, '--text', at(name), '--json', at('score.json')]);
    expect(problem).toBeNull();
    scores.push(json('score.json'));
  }
  expect(scores[0]).toEqual(scores[1]);
  expect(scores[0].tokens.flat()).toHaveLength(texts.join('').length + scores[0].tokens.length - 1);
  for (const over of [at('two.txt'), path.join(model, 'config.json')]) {
    const before = readFileSync(over);
    const { problem } = await rk(['score', '--model', model, '--text', at('two.txt'), '--json', over]);
    expect(problem!.message).toMatch(/is the text itself: give another file/);
    expect(readFileSync(over)).toEqual(before);
  }
});

it('score, sample and bases end when they are asked to, and leave nothing', async () => {
  const ended = AbortSignal.abort();
  const model = at('base', 'model');
  const scored = await rk(['score', '--model', model, '--text', text, '--json', at('never.json')], { ended });
  expect([scored.problem, scored.status, existsSync(at('never.json'))]).toEqual([null, 130, false]);
  const sampled = await rk(['sample', '--model', model, '--tokens', '1000000'], { ended });
  expect([sampled.problem, sampled.status]).toEqual([null, 130]);
  const based = await rk(['bases', '--preset', 'ci', '--out', at('bases')], { ended });
  expect([based.problem, based.status, existsSync(at('bases'))]).toEqual([null, 130, false]);
});

describe('a model folder', () => {
  const noDevice = () => Promise.reject(new Error('read, and on to the device'));
  const model = at('base', 'model');
  const with_ = (name: string, changes: Record<string, string | Uint8Array | null>): string => {
    mkdirSync(at(name));
    for (const file of readdirSync(model))
      if (changes[file] !== null) writeFileSync(at(name, file), changes[file] ?? readFileSync(path.join(model, file)));
    for (const [file, content] of Object.entries(changes)) if (content !== null) writeFileSync(at(name, file), content);
    return at(name);
  };
  const configWith = (changes: object): string =>
    JSON.stringify({ ...json('base', 'model', 'config.json'), ...changes });
  /** The two matrices that have a row an id, cut to so many. */
  const rowsOfVocabulary = async (rows_: number): Promise<Uint8Array> => {
    const { weights } = await readCheckpoint(readFolder(model));
    return encodeSafetensors(
      [...weights].map(([name, { shape, data }]) => {
        const cut = /embed_tokens|lm_head/.test(name) ? rows_ : shape[0]!;
        return {
          name,
          dtype: 'F32' as const,
          shape: [cut, ...shape.slice(1)],
          data: data.slice(0, (data.length / shape[0]!) * cut),
        };
      }),
    );
  };
  const used = async (from: string) => {
    const scored = await runCommand(['score', '--model', from, '--text', text, '--json', at('scored.json')], noDevice);
    const sampled = await runCommand(['sample', '--model', from, '--prompt', 'é'], noDevice);
    expect(sampled.problem?.message).toBe(scored.problem?.message);
    return scored;
  };

  it.each([
    ['ids past the embedding', 128, /257 ids but the embedding 128 rows/],
    ['a vocabulary that no kernel takes', 257, /vocab_size is 257: it must be a multiple of 4/],
  ])('with %s is refused in a sentence', async (_, vocabulary, sentence) => {
    const from = with_(`vocabulary-${vocabulary}`, {
      'config.json': configWith({ vocab_size: vocabulary }),
      'model.safetensors': await rowsOfVocabulary(vocabulary),
    });
    const { problem } = await used(from);
    expect(problem!.name).toBe('UserError');
    expect(problem!.message).toMatch(sentence);
  });

  it('is read in shards with an index, and refused where they disagree', async () => {
    const { weights } = await readCheckpoint(readFolder(model));
    const shards = [[], []] as { name: string; dtype: 'F32'; shape: readonly number[]; data: Float32Array }[][];
    [...weights].forEach(([name, { shape, data }], i) => shards[i % 2]!.push({ name, dtype: 'F32', shape, data }));
    const nameOf = (i: number): string => `model-0000${i + 1}-of-00002.safetensors`;
    const map = Object.fromEntries(shards.flatMap((shard, i) => shard.map(({ name }) => [name, nameOf(i)])));
    const files = {
      'model.safetensors': null,
      [nameOf(0)]: encodeSafetensors(shards[0]!),
      [nameOf(1)]: encodeSafetensors(shards[1]!),
      'model.safetensors.index.json': JSON.stringify({ weight_map: map }),
    };
    const from = with_('sharded', files);
    expect((await readCheckpoint(readFolder(from))).weights.get('lm_head.weight')).toEqual(
      weights.get('lm_head.weight'),
    );
    expect((await used(from)).problem!.message).toBe('read, and on to the device');
    expect((await used(with_('lacking', { ...files, [nameOf(1)]: null }))).problem!.message).toMatch(
      /has no "?model-00002-of-00002/,
    );
    const swapped = JSON.stringify({
      weight_map: { ...map, 'lm_head.weight': map['lm_head.weight'] === nameOf(0) ? nameOf(1) : nameOf(0) },
    });
    expect(
      (await used(with_('swapped', { ...files, 'model.safetensors.index.json': swapped }))).problem!.message,
    ).toMatch(/but the index says/);
  });

  it('is read by the older names of partial_rotary_factor, and what it says besides is told once', async () => {
    const others = json('base', 'model', 'config.json');
    delete others.partial_rotary_factor;
    delete others.rope_parameters;
    for (const name of ['rope_percent', 'rope_percentage']) {
      const from = with_(name, { 'config.json': JSON.stringify({ ...others, [name]: 1, sliding_window: 64 }) });
      expect((await readCheckpoint(readFolder(from))).model.partial_rotary_factor).toBe(1);
      expect((await used(from)).said).toEqual([expect.stringContaining('sliding_window')]);
    }
    const both = with_('both', {
      'config.json': JSON.stringify({ ...others, rope_percent: 1, partial_rotary_factor: 0.5 }),
    });
    expect((await used(both)).problem!.message).toMatch(/partial_rotary_factor is 0\.5 and rope_percent is 1/);
  });

  it('continues a prompt, and says what of it was not read and where the text ended by itself', async () => {
    const long = await rk(['sample', '--model', model, '--prompt', 'x'.repeat(200), '--tokens', '3']);
    expect(long.said.join()).toMatch(/the first \d+ of the prompt were left out/);
  });
});
