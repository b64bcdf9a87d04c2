/**
 * `npm run recipe -- align STAGE`: supervised fine-tuning, a reward model, DPO or RPO of a model on data from a file; `align base` makes a base of
 * the alignment world to start from, and `align chain` runs all stages on it. DIR gets metrics.jsonl, a line a step, and model/. Interrupted, the same command goes on.
 */
import path from 'node:path';
import { readPairData, readRewardData, readSftData } from '../../align/examples.ts';
import { distances } from '../../align/losses.ts';
import type { ObjectiveConfig } from '../../config/run.ts';
import { scoreHead } from '../../objective/reward.ts';
import {
  type AlignmentData,
  encodePair,
  pairBatches,
  pairRows,
  rewardBatches,
  sftBatches,
} from '../../train/align/batches.ts';
import { type AlignedModel, alignable, alignedFolder, rewardFolder } from '../../train/align/model.ts';
import { alignChain } from './alignChain.ts';
import { keyOf, openStage, readSave, writeSave } from './alignSave.ts';
import {
  logProbsOf,
  runStage,
  stageDefaults,
  type StageListener,
  type StageRow,
  type StageSettings,
  type StageState,
  usualBatch,
} from '../../train/align/stage.ts';
import { trainBase } from '../../train/align/world.ts';
import type { Backend } from '../../train/backends/backend.ts';
import { readCheckpoint } from '../../train/bases/base.ts';
import { UserError } from '../../util/errors.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import { readFileSync } from 'node:fs';
import { command, type Given } from '../commands.ts';
import { type Host, INTERRUPTED } from '../host.ts';
import { deviceFlags } from '../inputs.ts';
import { choice, count, file, folder, greatestSeed, number, place } from '../kinds.ts';
import { readFolder } from '../readFolder.ts';
import { writeFolder } from '../writeFolder.ts';

const stages = ['base', 'chain', 'sft', 'reward', 'dpo', 'rpo'] as const;
type Stage = (typeof stages)[number];

const flags = {
  model: { kind: folder, about: 'a HuggingFace folder of a Nemotron model: what is aligned, and the reference' },
  ...deviceFlags,
  data: {
    kind: file,
    about:
      'lines of JSON. sft: messages; reward: messages, attributes; dpo: prompt, chosen, rejected; rpo: also both rewards',
  },
  epochs: { kind: count(1, 1000), about: 'passes over the data; 3 for sft and reward, 2 for dpo and rpo' },
  batch: { kind: count(1, 4096), about: `conversations, labelled answers or pairs a step; ${usualBatch} by default` },
  rate: {
    kind: number(1e-9, 1),
    about: 'learning rate after the warm-up; 1e-3 for sft and reward, 4e-4 for dpo and rpo',
  },
  beta: { kind: number(1e-6, 100), about: 'β, what the policy’s gap is multiplied with; 0.3 by default' },
  eta: { kind: number(0, 1000), about: 'η, what the reward’s gap is multiplied with (rpo); 1 by default' },
  'sft-weight': { kind: number(0, 100), about: 'λ, weight of −log π(chosen) (dpo, rpo); 0.05 by default' },
  distance: { kind: choice(distances.join('|'), distances), about: 'of rpo; backward, the published one, by default' },
  tokens: { kind: count(2000, 1e10), about: 'tokens a base is trained on (base); 1,800,000 by default' },
  layers: { kind: count(1, 64), about: 'layers of a base (base); 2 by default' },
  width: { kind: count(32, 1024), about: 'width of a base (base), a multiple of 32; 64 by default' },
  seed: { kind: count(0, greatestSeed), about: 'of the order of the data; of a base: its world too; 1 by default' },
  out: { kind: place('DIR'), about: 'a new folder for metrics.jsonl and model/', required: true },
} as const;
type Options = Given<typeof flags>;

export const alignCommand = command({
  name: 'align',
  about: 'Aligns a model: supervised fine-tuning, a reward model, DPO, RPO.',
  word: `STAGE (${stages.join(', ')})`,
  flags,
  example: 'align sft --model runs/world/model --data sft.jsonl --out runs/sft',
  async run(given, host, word) {
    const stage = stages.find((one) => one === word);
    if (!stage) throw new UserError(`There is no stage ${word}: give one of ${stages.join(', ')}.`);
    if (stage === 'chain') {
      if (given.model === undefined) throw new UserError('--model is missing: a chain begins with a base.');
      return alignChain({ model: given.model, out: given.out, device: given.device }, host);
    }
    const work = stage === 'base' ? baseStage(given) : alignStage(stage, given, host);
    const out = openStage(given.out, `Stage ${stage} of an alignment.`, keyOfStage(stage, given));
    let finished = false;
    try {
      const saved = readSave(out);
      if (saved) host.say(`continues at step ${saved.state.step}`);
      const lines = saved?.lines ?? [];
      let last: StageRow | undefined;
      const row = (one: StageRow): void => {
        lines.push(JSON.stringify(one));
        last = one;
        if (one.step % 20 === 0) host.say(`step ${one.step}: loss ${one.loss.toFixed(4)}`);
      };
      const listener: StageListener = {
        row,
        stopped: () => host.ended.aborted,
        save: (state) => writeSave(out, state, lines),
      };
      const files = await work(await host.open(given.device), listener, saved?.state ?? null);
      if (!files) return INTERRUPTED;
      out.write('metrics.jsonl', `${lines.join('\n')}\n`);
      writeFolder(path.join(out.path, 'model'), files);
      out.finish();
      finished = true;
      host.say(
        `${lines.length} steps${last ? `, last loss ${last.loss.toFixed(4)}` : ''}: ${path.join(given.out, 'model')}`,
      );
      return 0;
    } finally {
      if (!finished) out.release();
    }
  },
});

type Files = Awaited<ReturnType<typeof alignedFolder>>;
/** The model's folder; null where it was stopped. */
type Work = (backend: Backend, listener: StageListener, after: StageState | null) => Promise<Files | null>;

/** Everything but the place and the device decides about the steps. */
function keyOfStage(stage: Stage, { model, data, ...given }: Options): string {
  const settings = { ...given, out: null, device: null };
  const files = model === undefined ? [] : readFolder(model).map(({ bytes }) => bytes);
  const text = data === undefined ? '' : readFileSync(data);
  return keyOf(JSON.stringify([stage, settings]), text, ...files);
}

function baseStage({ tokens, layers, width = 64, seed = 1 }: Options): Work {
  if (width % 32 !== 0) throw new UserError(`--width is ${width}: give a multiple of 32.`);
  const world = new AlignmentWorld(seed);
  const heads = width / 16;
  return async (backend, listener, after) => {
    const size = { D: width, L: layers, H: heads, K: heads / 2, ...(tokens && { tokens }) };
    const { base } = await trainBase(backend, world, size, [], listener, after);
    return listener.stopped?.() ? null : alignedFolder(base, { stage: 'base', seed, tokens: tokens ?? 1.8e6 });
  };
}

/** Everything that can be wrong with the inputs is told before a folder is made. */
function alignStage(stage: Exclude<Stage, 'base' | 'chain'>, given: Options, host: Host): Work {
  const { model: from, data: name, seed = 1, batch = usualBatch } = given;
  for (const [flag, value] of Object.entries({ model: from, data: name }))
    if (value === undefined) throw new UserError(`--${flag} is missing: stage ${stage} aligns a model on data.`);
  const checkpoint = readCheckpoint(readFolder(from!));
  for (const note of checkpoint.notes) host.say(`note: ${note}`);
  const model = alignable(checkpoint);
  const text = readFileSync(name!, 'utf8');
  const settings = (objective: ObjectiveConfig): StageSettings => ({
    ...stageDefaults[stage],
    objective,
    ...(given.epochs && { epochs: given.epochs }),
    ...(given.rate && { rate: given.rate }),
  });
  const record = (used: StageSettings, examples: number) => ({ stage, seed, batch, examples, ...used });
  const note = (longer: AlignmentData): void => {
    if (longer.length > model.model.max_position_embeddings)
      host.say(
        `note: the data’s longest conversation has more than the ${model.model.max_position_embeddings} tokens the model was trained with at once; it is given ${longer.length}.`,
      );
  };
  if (stage === 'sft') {
    const examples = readSftData(text, name!);
    const used = settings({ name: 'sft' });
    const rows = sftBatches(model.tokenizer, examples, batch, seed, Math.min(model.model.max_position_embeddings, 256));
    return async (backend, listener, after) => {
      note(rows);
      const made = await runStage(backend, model, rows, used, listener, after);
      if (made.stopped) return null;
      return alignedFolder(made.model, record(used, examples.length));
    };
  }
  if (stage === 'reward') {
    const { outputs, examples } = readRewardData(text, name!);
    const used = settings({ name: 'reward', outputs });
    const rows = rewardBatches(model.tokenizer, examples, outputs, batch, seed);
    return async (backend, listener, after) => {
      note(rows);
      const made = await runStage(backend, model, rows, used, listener, after);
      if (made.stopped) return null;
      const score = made.own.get(scoreHead)!;
      return rewardFolder({ ...made.model, outputs, score }, record(used, examples.length));
    };
  }
  return pairStage(stage, given, model, text, settings, record, note);
}

function pairStage(
  stage: 'dpo' | 'rpo',
  { data: name, seed = 1, batch = usualBatch, beta = 0.3, eta = 1, distance = 'backward', ...given }: Options,
  model: AlignedModel,
  text: string,
  settings: (objective: ObjectiveConfig) => StageSettings,
  record: (used: StageSettings, examples: number) => { stage: string },
  note: (data: AlignmentData) => void,
): Work {
  const pairs = readPairData(text, name!, { rewards: stage === 'rpo' }).map((one) => encodePair(model.tokenizer, one));
  const common = { name: stage, beta, sftWeight: given['sft-weight'] ?? 0.05 };
  const used = settings(stage === 'dpo' ? common : { ...common, eta, distance });
  return async (backend, listener, after) => {
    const references = await logProbsOf(backend, model, pairRows(pairs).flat());
    const rows = pairBatches(pairs, references, batch, seed);
    note(rows);
    const made = await runStage(backend, model, rows, used, listener, after);
    if (made.stopped) return null;
    return alignedFolder(made.model, record(used, pairs.length));
  };
}
