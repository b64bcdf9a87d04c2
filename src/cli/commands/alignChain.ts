/**
 * `npm run recipe -- align chain --model BASE --out DIR`: the paper's whole chain on a base of the alignment world, each stage with its data
 * made as it is needed. DIR gets a folder a stage; interrupted anywhere, the same command goes on.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type AlignStage, alignStages, type CheckpointName, usualAlignSettings } from '../../recipe/alignApi.ts';
import { Chain, chainStage, recordOfStage, rewardOf } from '../../train/align/chain.ts';
import { type AlignedModel, alignable, alignedFolder, isReward, rewardFolder } from '../../train/align/model.ts';
import { runStage, type StageListener } from '../../train/align/stage.ts';
import { readCheckpoint } from '../../train/bases/base.ts';
import { UserError } from '../../util/errors.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { OutFolder } from '../outFolder.ts';
import { readFolder } from '../readFolder.ts';
import { writeFolder } from '../writeFolder.ts';
import { alignWords } from '../words/align.ts';
import { keyOf, openStage, readSave, writeSave } from './alignSave.ts';
import { readKept } from './alignmentExperiment.ts';

const folderOf = (stage: AlignStage): string => stage.replace(' ', '-');
const isOurs = (names: readonly string[]): boolean =>
  names.every((one) => alignStages.some((stage) => folderOf(stage) === one));

export async function alignChain(
  { model: from, out, device }: { model: string; out: string; device?: DeviceName },
  host: Host,
): Promise<number> {
  const files = readFolder(from);
  const base = alignable(await readCheckpoint(files));
  const { world, seed } = base.metadata;
  if (world !== 'alignment' || typeof seed !== 'number') throw new UserError(alignWords.notOfWorld(from));
  const shared = OutFolder.share(out, isOurs);
  try {
    const chain = new Chain(await host.open(device), new AlignmentWorld(seed));
    const made = new Map<CheckpointName, AlignedModel>([['base', base]]);
    for (const stage of alignStages) {
      const folder = path.join(out, folderOf(stage));
      if (!existsSync(path.join(folder, 'unfinished.txt')) && existsSync(path.join(folder, 'model'))) {
        made.set(stage, await readKept(path.join(folder, 'model')));
        continue;
      }
      host.say(alignWords.chainStage(stage));
      const model = await runKept(chain, stage, made, folder, keyOf(stage, ...files.map(({ bytes }) => bytes)), host);
      if (!model) return INTERRUPTED;
      made.set(stage, model);
    }
    host.say(alignWords.chainDone(out));
    return 0;
  } finally {
    shared.release();
  }
}

/** Null where it was stopped: the stage then goes on from its last save. */
async function runKept(
  chain: Chain,
  stage: AlignStage,
  made: ReadonlyMap<CheckpointName, AlignedModel>,
  folder: string,
  key: string,
  host: Host,
): Promise<AlignedModel | null> {
  const out = openStage(folder, alignWords.begins(stage), key);
  let finished = false;
  try {
    const { from, data, settings } = await chainStage(chain, stage, (name) => made.get(name)!, usualAlignSettings);
    const saved = readSave(out);
    if (saved) host.say(alignWords.continues(saved.state.step));
    const lines = saved?.lines ?? [];
    const listener: StageListener = {
      row: (row) => void lines.push(JSON.stringify(row)),
      stopped: () => host.ended.aborted,
      save: (state) => writeSave(out, state, lines),
    };
    const result = await runStage(chain.backend, from, data, settings, listener, saved?.state ?? null);
    if (result.stopped) return null;
    const model = stage === 'reward' ? rewardOf(result) : result.model;
    const record = recordOfStage(stage, chain.seed, settings);
    out.write('metrics.jsonl', `${lines.join('\n')}\n`);
    writeFolder(
      path.join(out.path, 'model'),
      await (isReward(model) ? rewardFolder(model, record) : alignedFolder(model, record)),
    );
    out.finish();
    finished = true;
    // Read back, so that a chain that was interrupted here has the same model.
    return await readKept(path.join(folder, 'model'));
  } finally {
    if (!finished) out.release();
  }
}
