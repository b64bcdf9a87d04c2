/** Text and base of a run, made when it starts or a little before. */
import { presetConfig } from '../../config/presets.ts';
import type { RunConfig } from '../../config/run.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { BaseSource, TrainerApi, UserFile } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { readBlobs } from '../../export/inspectFolder.ts';
import { worldCard } from '../../world/card.ts';
import { prepareWorld } from '../../world/prepare.ts';
import { type Base, checkBase, describeFolder, readAnyBase, withAdapters } from '../bases/base.ts';
import { Engine } from '../engine/engine.ts';
import { prepareData } from '../run/data.ts';
import { theBackend } from './device.ts';
import type { StartData, Session } from './session.ts';
import { trainingWords } from '../../words/training.ts';

export type OnProgress = Parameters<typeof prepareData>[3];

/** What tells runs apart that start from the same text, base and kernels; null: files of the user's are not prepared ahead. */
const warmKey = (config: RunConfig, files: readonly UserFile[], source: BaseSource | null): string | null =>
  files.length > 0 || source?.kind === 'folder' ? null : JSON.stringify([config, source]);

async function baseOf({ bases }: Session, source: BaseSource, config: RunConfig): Promise<Base> {
  const base =
    source.kind === 'folder'
      ? await readAnyBase(await readBlobs(source.files), presetConfig(config.preset))
      : await bases.shipped(config);
  if (!base) throw new UserError(trainingWords.noBaseFor(config.preset, config.seed));
  await checkBase(base, config);
  return withAdapters(base, config);
}

/** Text and base, made now. */
export async function prepare(
  session: Session,
  config: RunConfig,
  files: readonly UserFile[],
  source: BaseSource | null,
  onProgress: OnProgress,
): Promise<StartData> {
  const base = source && (await baseOf(session, source, config));
  return { base, data: await prepareData(config, files, session.fetchBytes, onProgress, base) };
}

/** The same of a run that starts: what was warmed up is taken, and is the run's from then on. */
export async function prepareStart(
  session: Session,
  config: RunConfig,
  files: readonly UserFile[],
  source: BaseSource | null,
  onProgress: OnProgress,
): Promise<StartData> {
  const found = session.warm?.key === warmKey(config, files, source) ? session.warm : null;
  session.warm = null;
  const made = await found?.made.catch(() => null); // what failed may do better now, and says why if not
  return made ?? prepare(session, config, files, source, onProgress);
}

export const preparingCommands = (
  session: Session,
): Pick<TrainerApi, 'checkFile' | 'shippedBase' | 'worldCard' | 'warmUp' | 'describeModel'> => ({
  // What tells languages is a quarter as large as the worker, and wanted for the reader's own text alone.
  checkFile: async (...given) => (await import('../../data/check.ts')).checkFile(...given),
  shippedBase: (config) => session.bases.offer(config),
  describeModel: describeFolder,
  worldCard: async (config) => worldCard(prepareWorld(config).corpus),
  async warmUp(config, source) {
    const backend = await theBackend(session);
    const key = warmKey(config, [], source ?? null);
    if (key === null) return;
    const made = prepareStart(session, config, [], source ?? null, () => {});
    session.warm = { key, made };
    await made;
    // Its kernels stay compiled with the device.
    (await Engine.create(backend, config, tokenIndex)).destroy();
  },
});
