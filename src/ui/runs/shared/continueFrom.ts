/** A shared run's model as the base of the next run, with what the run chose besides: batch, blends, when to switch, how long. */
import { signal } from '@preact/signals';
import { differences } from '../../../config/difference.ts';
import { weightKey } from '../../../config/options.ts';
import { DEFAULT_PRESET, presetConfig } from '../../../config/presets.ts';
import type { RunConfig } from '../../../config/run.ts';
import type { FolderReport } from '../../../protocol.ts';
import { describeModel } from '../../trainer.ts';
import { filesOfZip, problem, takeModel } from '../../model/ownModel.ts';
import { folder } from '../../recipe/base.ts';
import { choosePreset, lora, ownSources, preset, sourcesOf, state } from '../../recipe/config.ts';
import type { RunRecord } from '../record.ts';
import { words } from '../words.ts';

/** What a model's own record says and its base run was, and the rates, which go on from its last one. */
const FOLLOWS = /^(model|tokenizer|base)\b|^continued$|^continued\.schedule\.(peak|end|warmupStart)$/;

/** What the next run continues because its row was asked to; null: nothing, or the model has been put away since. */
export const continued = signal<{ id: string; name: string; opened: typeof folder.value } | null>(null);
/** Why the last one asked for cannot be continued. */
export const continueProblem = signal<string | null>(null);

/** A model is looked at before its run is added. Rejects with what is wrong with it, or where it is another run's. */
export async function checkModel(zip: Blob, config: RunConfig, logged: number): Promise<void> {
  const { own, metadata }: FolderReport = await describeModel(await filesOfZip(zip), presetConfig(DEFAULT_PRESET));
  const isItsOwn =
    own && metadata.preset === config.preset && metadata.seed === config.seed && metadata.steps >= logged;
  if (!isItsOwn) throw new Error(words.shared.otherModel);
}

/** Makes the run's model the next run's base; starts nothing. */
export async function continueFrom({ id, name, config }: RunRecord, zip: Blob): Promise<void> {
  continued.value = null;
  continueProblem.value = null;
  await takeModel(name, () => filesOfZip(zip));
  if (problem.value !== null) {
    continueProblem.value = words.notContinued(name, problem.value);
    return;
  }
  lora.value = null;
  // One that is not continued has no recipe for what comes after.
  if (presetConfig(preset.value).continued === null) choosePreset(DEFAULT_PRESET);
  if (preset.value === config.preset) takeSettings(config);
  continued.value = { id, name, opened: folder.value };
}

/** States what the run was set to and its model does not say. Weights are for its own sources: text chosen here stays in their place. */
export function takeSettings(config: RunConfig): void {
  choosePreset(config.preset);
  const named = sourcesOf(config);
  const withWeights = ownSources.value.every((name) => named.includes(name));
  for (const { key, to } of differences(config, presetConfig(config.preset)))
    if (!FOLLOWS.test(key) && (withWeights || weightKey(key) === null)) state(key, to);
}
