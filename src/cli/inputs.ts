/** What a terminal run is made of: the options that say so, the same for every command that takes a run, and what they come to. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_PRESET, presetConfig, PRESETS } from '../config/presets.ts';
import { resolveConfig } from '../config/resolve.ts';
import type { RunConfig } from '../config/run.ts';
import { switchesNothing } from '../config/sources.ts';
import type { GivenFile } from '../data/prepare.ts';
import { configureFromBase } from '../recipe/baseCheckpoint.ts';
import { type Base, checkBase, describeFolder, readAnyBase } from '../train/bases/base.ts';
import { Bases } from '../train/bases/bases.ts';
import { UserError } from '../util/errors.ts';
import type { Given } from './commands.ts';
import { documentFlags, givenDocuments } from './documents.ts';
import { deviceNames, type Host } from './host.ts';
import { choice, count, file, modelOr, greatestSeed, text } from './kinds.ts';
import { projectRoot } from './node/project.mjs';
import { openFolder, readFolder } from './readFolder.ts';
import { readJson } from './readJson.ts';
import { commonWords } from './words/common.ts';
import { inputWords } from './words/inputs.ts';
import { configWords } from '../words/config.ts';

export const configFlags = {
  preset: {
    kind: text('NAME'),
    about: inputWords.preset(PRESETS.map(({ name }) => name)),
  },
  config: { kind: file, about: inputWords.config },
  set: { kind: text('KEY=VALUE'), about: inputWords.set, many: true },
} as const;

export const dataFlags = {
  ...documentFlags,
  tokenizer: { kind: text('byte|bpe:N'), about: inputWords.tokenizer },
} as const;

export const deviceFlags = {
  device: {
    kind: choice(deviceNames.join('|'), deviceNames),
    about: commonWords.device,
  },
} as const;

export const runFlags = {
  ...configFlags,
  ...deviceFlags,
  seed: { kind: count(0, greatestSeed), about: inputWords.seed },
  base: {
    kind: modelOr('shipped'),
    about: inputWords.base,
  },
  ...dataFlags,
} as const;

export interface RunInputs {
  config: RunConfig;
  files: GivenFile[];
  base: Base | null;
}

/** A shard that comes with the project. */
export async function fetchShard(name: string): Promise<Uint8Array> {
  return new Uint8Array(readFileSync(path.join(projectRoot, 'public/data', name)));
}

/** The bases that the page ships. */
export const shippedBases = (): Bases =>
  new Bases(async (name) => readFileSync(path.join(projectRoot, 'public/bases', name)));

/**
 * The run that the options ask for, all of it checked that can be without reading its text. `check` hears of it before a weight of its base
 * is read; what it throws ends the reading.
 */
export async function readInputs(
  given: Partial<Given<typeof runFlags>>,
  host: Host,
  check: (config: RunConfig) => Promise<void> = async () => {},
): Promise<RunInputs> {
  const { files, names, uses } = await givenDocuments(given);
  const resolve = (from: Pick<Base, 'metadata'> | null): RunConfig =>
    resolveConfig({
      preset: given.preset ?? (given.config === undefined ? from?.metadata.preset : undefined),
      file: given.config === undefined ? undefined : readJson(given.config),
      set: given.set,
      seed: given.seed,
      tokenizer: given.tokenizer,
      data: names,
      uses,
      from: from ? (preset) => configureFromBase(from.metadata, preset) : undefined,
    });
  let folder: Base | null = null;
  if (given.base !== undefined && given.base !== 'shipped') {
    const preset = presetConfig(given.preset ?? DEFAULT_PRESET);
    await check(resolve(await describeFolder(await openFolder(given.base), preset)));
    folder = await readAnyBase(readFolder(given.base), preset);
  }
  // On text a shipped base may be its preset's run made longer: what it was trained with, it says itself.
  const base = folder ?? (given.base === 'shipped' ? await shippedBase(resolve(null)) : null);
  const config = resolve(base);
  const warnings = base ? await checkBase(base, config) : [];
  const equal = files.length > 0 && switchesNothing(config) ? [configWords.switchesNothing] : [];
  for (const note of [...warnings.map(({ message }) => message), ...equal]) host.say(commonWords.note(note));
  return { config, files, base };
}

async function shippedBase(config: RunConfig): Promise<Base> {
  const base = await shippedBases().shipped(config);
  if (!base) throw new UserError(inputWords.noShippedBase(config.preset, config.seed));
  return base;
}

/** Values without repetitions, of which it is said that they count once. */
export function once(values: readonly number[], name: string, host: Host): number[] {
  const distinct = [...new Set(values)];
  const repeated = distinct.filter((value) => values.filter((one) => one === value).length > 1);
  if (repeated.length > 0) host.say(inputWords.repeated(name, repeated));
  return distinct;
}
