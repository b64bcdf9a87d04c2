/** `align` and `synthesize` on the processor: data, every stage from it, what each folder holds, and what is refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dpo as dpoObjective } from '../../src/objective/dpo.ts';
import { rpo as rpoObjective } from '../../src/objective/rpo.ts';
import { openBackend } from '../../src/cli/node/backend.ts';
import { readFolder } from '../../src/cli/readFolder.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { freshModel } from '../../src/train/align/world.ts';
import { huggingFaceFolder } from '../../src/export/huggingface.ts';
import { readRewardFolder } from '../../src/train/align/model.ts';
import { readCheckpoint } from '../../src/train/bases/base.ts';
import { ChatTokenizer } from '../../src/tokenizer/chat.ts';
import { writeFolder } from '../../src/cli/writeFolder.ts';
import { AlignmentWorld } from '../../src/world/alignment/world.ts';
import { INTERRUPTED } from '../../src/cli/host.ts';
import { runCommand } from './host.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-align-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => path.join(folder, ...names);
const lines = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>);
const rk = async (...args: string[]) => {
  const ran = await runCommand(args, () => openBackend('cpu'));
  expect(ran.problem).toBeNull();
  return ran;
};

// A model as pretraining leaves it: a tokenizer without marks, and 260 rows for its 257 ids.
const world = new AlignmentWorld(1);
const tokenizer = new ByteTokenizer();
const small = freshModel(world, { D: 16, L: 1, H: 2, K: 1 });
const grown = new Map(
  [...small.weights].map(([name, { shape, data }]) => {
    if (shape[0] !== small.model.vocab_size) return [name, { shape, data }];
    const values = Float32Array.from({ length: 260 * 16 }, (_, i) => data[i % data.length]!);
    return [name, { shape: [260, 16], data: values }];
  }),
);
const model = { ...small.model, vocab_size: 260 };
writeFolder(at('model'), huggingFaceFolder({ model, parameters: grown, tokenizer, metadata: {} }));

it('makes data and trains every stage on it', async () => {
  for (const kind of ['sft', 'reward', 'pairs']) {
    await rk('synthesize', kind, '--count', '12', '--out', at(`${kind}.jsonl`));
    await rk('synthesize', kind, '--count', '12', '--out', at(`${kind} again.jsonl`));
    expect(readFileSync(at(`${kind} again.jsonl`), 'utf8')).toBe(readFileSync(at(`${kind}.jsonl`), 'utf8'));
  }
  const stage = (name: string, from: string, data: string, ...more: string[]) =>
    rk(
      'align',
      name,
      '--model',
      at(from),
      '--data',
      at(`${data}.jsonl`),
      '--epochs',
      '2',
      '--batch',
      '4',
      ...more,
      '--out',
      at(name),
    );
  await stage('sft', 'model', 'sft', '--rate', '0.01');
  await stage('reward', 'sft/model', 'reward');
  await stage('dpo', 'sft/model', 'pairs');
  await stage('rpo', 'dpo/model', 'pairs', '--distance', 'backward', '--eta', '0.5');

  const sft = lines(at('sft', 'metrics.jsonl'));
  expect(sft.at(-1)!.loss).toBeLessThan(sft[0]!.loss!);
  expect(sft.map(({ step }) => step)).toEqual(sft.map((_, i) => i));
  // 24 labelled answers, four a step, five labels each of which some are masked.
  const reward = lines(at('reward', 'metrics.jsonl'));
  expect(reward).toHaveLength(12);
  expect(reward.every(({ counted }) => counted! <= 20)).toBe(true);
  // The first step's policy is its reference: no gap, and a loss of ln 2 beside the SFT term.
  const [first] = lines(at('dpo', 'metrics.jsonl'));
  expect(Math.abs(first!.gap!)).toBeLessThan(1e-3);
  expect(first!.loss! + 0.05 * first!.chosen!).toBeCloseTo(Math.log(2), 3);
  for (const one of lines(at('rpo', 'metrics.jsonl')))
    expect(one.gap).toBeCloseTo(one.chosenGain! - one.rejectedGain!, 5);

  const { tokenizer: read, metadata } = await readCheckpoint(readFolder(at('rpo', 'model')));
  expect(read).toBeInstanceOf(ChatTokenizer);
  expect((metadata!.alignment as { stage: string }[]).map((one) => one.stage)).toEqual(['sft', 'dpo', 'rpo']);
  expect(readFileSync(at('rpo', 'model', 'chat_template.jinja'), 'utf8')).toContain('<extra_id_1>');
  expect((await readRewardFolder(readFolder(at('reward', 'model')))).outputs).toBe(5);
  const config = JSON.parse(readFileSync(at('reward', 'model', 'config.json'), 'utf8')) as Record<string, unknown>;
  expect(config).toMatchObject({ architectures: ['NemotronForSequenceClassification'], num_labels: 5 });

  // A model's own answers, too, are the same for the same seed.
  const rpo = ['--model', at('rpo', 'model'), '--count', '4'];
  for (const name of ['own', 'own again']) await rk('synthesize', 'reward', ...rpo, '--out', at(`${name}.jsonl`));
  const own = readFileSync(at('own.jsonl'), 'utf8');
  expect(readFileSync(at('own again.jsonl'), 'utf8')).toBe(own);
  await rk('synthesize', 'reward', '--count', '4', '--out', at('by hand.jsonl'));
  expect(own).not.toBe(readFileSync(at('by hand.jsonl'), 'utf8'));
  await rk('synthesize', 'pairs', ...rpo, '--judge', at('reward', 'model'), '--out', at('judged.jsonl'));
  expect(existsSync(at('judged.jsonl'))).toBe(true);
});

it('goes on where it was stopped, with the same command alone', async () => {
  const sft = (out: string, ...more: string[]) =>
    ['align', 'sft', '--model', at('model'), '--data', at('sft.jsonl'), '--batch', '4', ...more].concat([
      '--out',
      at(out),
    ]);
  await rk(...sft('whole'));
  const end = new AbortController();
  const heard = (line: string): void => (line.startsWith('step 0') ? end.abort() : undefined);
  const stopped = await runCommand(sft('parts'), () => openBackend('cpu'), { heard, ended: end.signal });
  expect(stopped.status).toBe(INTERRUPTED);
  expect(existsSync(at('parts', 'model'))).toBe(false);
  const other = await runCommand(sft('parts', '--rate', '0.1'), () => openBackend('cpu'));
  expect(other.problem?.message).toContain('unfinished work of another command');
  expect((await rk(...sft('parts'))).said).toContain('continues at step 1');
  for (const name of ['metrics.jsonl', 'model/model.safetensors'])
    expect(readFileSync(at('parts', name)).equals(readFileSync(at('whole', name))), name).toBe(true);
  expect(existsSync(at('parts', 'saves'))).toBe(false);
});

it('says what is wrong before it makes a folder', async () => {
  writeFileSync(at('bad.jsonl'), '{"prompt":"a","chosen":"b"}\n');
  const bad = async (...args: string[]) => (await runCommand(args, () => openBackend('cpu'))).problem?.message;
  const rpo = ['align', 'rpo', '--model', at('model'), '--out', at('none')];
  expect(await bad(...rpo, '--data', at('bad.jsonl'))).toContain('bad.jsonl, line 1: reward_chosen');
  expect(await bad(...rpo)).toContain('--data is missing');
  expect(await bad('align', 'ppo', '--out', at('none'))).toContain('There is no stage ppo');
  expect(await bad('synthesize', 'poems', '--out', at('none'))).toContain('There is no kind of data poems');
  const dpo = ['align', 'dpo', '--model', at('model'), '--data', at('pairs.jsonl'), '--out', at('none')];
  expect(await bad(...dpo, '--beta', '0')).toContain('beta');
  for (const beta of [0, -1, Infinity]) {
    expect(() => dpoObjective({ name: 'dpo', beta })).toThrow('objective.beta');
    expect(() => rpoObjective({ name: 'rpo', beta })).toThrow('objective.beta');
  }
  expect(existsSync(at('none'))).toBe(false);
});
