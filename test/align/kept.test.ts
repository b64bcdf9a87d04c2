/** What a browser keeps of an alignment: the base and the stages of a model too small to train. */
import { beforeEach, expect, test } from 'vitest';
import { alignStages, type OpenedBase, type StageSoFar, usualAlignSettings } from '../../src/recipe/alignApi.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { ChatTokenizer } from '../../src/tokenizer/chat.ts';
import { KeptChain, type KeptStage } from '../../src/train/align/kept.ts';
import { type AlignedModel, isReward, type RewardModel } from '../../src/train/align/model.ts';
import { randomWeights, tinyConfig } from '../export/tinyModel.ts';

const tokenizer = new ChatTokenizer(new ByteTokenizer());
const model = tinyConfig({ vocab_size: 4 * Math.ceil(tokenizer.size / 4) });
const base: OpenedBase = { name: 'a base', seed: 1, parameters: 7, machine: 'cpu', scores: { know: 0.5 } };
const madeBy = (seed: number): AlignedModel => ({
  model,
  weights: randomWeights(model, seed),
  tokenizer,
  metadata: {},
});
const reward: RewardModel = {
  ...madeBy(9),
  outputs: 5,
  score: Float32Array.from({ length: 5 * model.hidden_size }, (_, i) => i / 8),
};
const soFar = (state: StageSoFar['state'], steps: number): StageSoFar => ({
  ...{ rows: [{ step: 0, loss: 1 }], steps, state, settings: usualAlignSettings },
});
const done = (made: AlignedModel): KeptStage => ({ soFar: soFar('done', 3), made });
const pool = (value: number) => new Float32Array(4).fill(value);
const left = { step: 2, pools: { parameters: pool(1), moments1: pool(2), moments2: pool(3) } };

let files: MemoryFiles;
let chain: KeptChain;
beforeEach(async () => {
  files = new MemoryFiles();
  chain = new KeptChain(files);
  await chain.putBase({ base, model: madeBy(1) });
});

/** What the next visit finds. */
const found = () => new KeptChain(files).stages();

test('a base and stages of every kind are there at the next visit, to the bit', async () => {
  await chain.putStage('code', done(madeBy(2)));
  await chain.putStage('sft', done(madeBy(3)));
  await chain.putStage('reward', done(reward));
  await chain.putStage('dpo', { soFar: soFar('stopped', 9), left });
  expect((await new KeptChain(files).base())!.base).toEqual(base);
  const stages = await found();
  expect([...stages.keys()]).toEqual(['code', 'sft', 'reward', 'dpo']);
  expect(stages.get('dpo')).toEqual({ soFar: soFar('stopped', 9), left });
  expect(stages.get('code')!.soFar).toEqual(soFar('done', 3));
  for (const [name, { data }] of madeBy(3).weights)
    expect(stages.get('sft')!.made!.weights.get(name)!.data).toEqual(data);
  const judge = stages.get('reward')!.made!;
  expect(isReward(judge) && [judge.outputs, judge.score]).toEqual([5, reward.score]);
});

test('a stage without its start is not found, nor one that is damaged', async () => {
  await chain.putStage('code', { soFar: soFar('stopped', 9), left });
  await chain.putStage('sft', done(madeBy(3)));
  await chain.putStage('dpo', done(madeBy(4)));
  expect([...(await found()).keys()]).toEqual(['code']);
  await chain.putStage('code', done(madeBy(2)));
  expect([...(await found()).keys()]).toEqual(['code', 'sft', 'dpo']);
  for (const [name, bytes] of files.contents) if (/\+sft\..\.0$/.test(name)) bytes[bytes.length - 1]! ^= 1;
  expect([...(await found()).keys()]).toEqual(['code']);
});

test('a stage that is done keeps one save, one on its way the one before too', async () => {
  const slots = () => new Set([...files.contents.keys()].flatMap((name) => /\+code\.(.)\./.exec(name)?.[1] ?? [])).size;
  await chain.putStage('code', { soFar: soFar('running', 9), left });
  await chain.putStage('code', { soFar: soFar('running', 9), left: { ...left, step: 4 } });
  expect(slots()).toBe(2);
  expect((await found()).get('code')!.left!.step).toBe(4);
  await chain.putStage('code', done(madeBy(2)));
  expect(slots()).toBe(1);
});

test('what was made last is forgotten first, so that a chain is left wherever that ends', async () => {
  for (const stage of alignStages) await chain.putStage(stage, done(stage === 'reward' ? reward : madeBy(2)));
  const gone: string[] = [];
  const remove = files.remove.bind(files);
  files.remove = (name) => (gone.push(/\+([\w-]+)/.exec(name)![1]!), remove(name));
  await chain.forget();
  expect([...new Set(gone)]).toEqual(['rpo-3', 'rpo-2', 'rpo-1', 'dpo', 'reward', 'sft', 'code', 'base']);
  expect(files.contents.size).toBe(0);
  expect(await chain.base()).toBeNull();
});
