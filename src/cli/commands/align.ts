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
import { alignWords } from '../words/align.ts';
import { commonWords } from '../words/common.ts';
import { writeFolder } from '../writeFolder.ts';

const stages = ['base', 'chain', 'sft', 'reward', 'dpo', 'rpo'] as const;
type Stage = (typeof stages)[number];

const flags = {
  model: { kind: folder, about: alignWords.model },
  ...deviceFlags,
  data: {
    kind: file,
    about: alignWords.data,
  },
  epochs: { kind: count(1, 1000), about: alignWords.epochs },
  batch: { kind: count(1, 4096), about: alignWords.batch(usualBatch) },
  rate: {
    kind: number(1e-9, 1),
    about: alignWords.rate,
  },
  beta: { kind: number(1e-6, 100), about: alignWords.beta },
  eta: { kind: number(0, 1000), about: alignWords.eta },
  'sft-weight': { kind: number(0, 100), about: alignWords.sftWeight },
  distance: { kind: choice(distances.join('|'), distances), about: alignWords.distance },
  tokens: { kind: count(2000, 1e10), about: alignWords.tokens },
  layers: { kind: count(1, 64), about: alignWords.layers },
  width: { kind: count(32, 1024), about: alignWords.width },
  seed: { kind: count(0, greatestSeed), about: alignWords.seed },
  out: { kind: place('DIR'), about: alignWords.out, required: true },
} as const;
type Options = Given<typeof flags>;

export const alignCommand = command({
  name: 'align',
  about: alignWords.about,
  word: `STAGE (${stages.join(', ')})`,
  flags,
  example: 'align sft --model runs/world/model --data sft.jsonl --out runs/sft',
  async run(given, host, word) {
    const stage = stages.find((one) => one === word);
    if (!stage) throw new UserError(alignWords.noStage(word, stages));
    if (stage === 'chain') {
      if (given.model === undefined) throw new UserError(alignWords.noBase);
      return alignChain({ model: given.model, out: given.out, device: given.device }, host);
    }
    const work = stage === 'base' ? baseStage(given) : await alignStage(stage, given, host);
    const out = openStage(given.out, alignWords.begins(stage), keyOfStage(stage, given));
    let finished = false;
    try {
      const saved = readSave(out);
      if (saved) host.say(alignWords.continues(saved.state.step));
      const lines = saved?.lines ?? [];
      let last: StageRow | undefined;
      const row = (one: StageRow): void => {
        lines.push(JSON.stringify(one));
        last = one;
        if (one.step % 20 === 0) host.say(alignWords.progress(one.step, one.loss));
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
      host.say(alignWords.done(lines.length, last?.loss, path.join(given.out, 'model')));
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
  if (width % 32 !== 0) throw new UserError(alignWords.badWidth(width));
  const world = new AlignmentWorld(seed);
  const heads = width / 16;
  return async (backend, listener, after) => {
    const size = { D: width, L: layers, H: heads, K: heads / 2, ...(tokens && { tokens }) };
    const { base } = await trainBase(backend, world, size, [], listener, after);
    return listener.stopped?.() ? null : alignedFolder(base, { stage: 'base', seed, tokens: tokens ?? 1.8e6 });
  };
}

/** Everything that can be wrong with the inputs is told before a folder is made. */
async function alignStage(stage: Exclude<Stage, 'base' | 'chain'>, given: Options, host: Host): Promise<Work> {
  const { model: from, data: name, seed = 1, batch = usualBatch } = given;
  for (const [flag, value] of Object.entries({ model: from, data: name }))
    if (value === undefined) throw new UserError(alignWords.needed(flag, stage));
  const checkpoint = await readCheckpoint(readFolder(from!));
  for (const note of checkpoint.notes) host.say(commonWords.note(note));
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
    const context = model.model.max_position_embeddings;
    if (longer.length > context) host.say(alignWords.longer(context, longer.length));
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
