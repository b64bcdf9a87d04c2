/**
 * Results that somebody saved on this sheet, or the results.json of the terminal's `experiment`, among the rows here. A file is checked
 * field by field; what is wrong with it is said in a sentence, and then nothing of it is taken.
 */
import * as v from 'valibot';
import { differences } from '../../../config/difference.ts';
import { presetConfig } from '../../../config/presets.ts';
import { resolveConfig } from '../../../config/resolve.ts';
import type { RunConfig } from '../../../config/run.ts';
import { armsOf, EXPERIMENTS, experimentsNamed } from '../../../recipe/experiments.ts';
import { resultsSchema } from '../../../recipe/results/readResults.ts';
import type { ExperimentResults, ResultRow } from '../../../recipe/results/results.ts';
import { type ResultsFile, resultsFile } from '../../../recipe/results/resultsFile.ts';
import { UserError } from '../../../util/errors.ts';
import { brief } from '../../../util/quoted.ts';
import { saveFile } from '../../results/save.ts';
import { addRows } from '../gathered.ts';
import { BASE, resultsOf } from '../results.ts';
import { config, configHere, devicesHere, experiment, preset, resultsHere, turnTo, WORLD_PRESETS } from '../state.ts';
import { words } from '../words.ts';

/** Bytes read: an arm and seed is some 4 kB, so this is eight thousand of them. */
const LARGEST = 1 << 25;
/** Between the names of devices in a file's one line for them. */
const BETWEEN = ' + ';

export interface SharedResults {
  /** Of this sheet, at least one. */
  experiments: string[];
  /** As this sheet has it, whatever its seed. */
  config: RunConfig;
  rows: ResultRow[];
  chance: ExperimentResults['chance'];
  devices: string[];
}

/** The shown experiment's rows as a file has them. */
export function shownResults(): ResultsFile {
  const { rows, chance } = resultsOf(experiment.value, resultsHere.value);
  const adapter = devicesHere.value.join(BETWEEN) || undefined;
  const of = { experiment: experiment.value.name, preset: preset.value };
  return { ...of, adapter, config: config.value, chance, rows: [...rows] };
}

export const textOfResults = (): string => resultsFile(shownResults());

export const saveResults = (): void =>
  saveFile(`${experiment.value.name}-${preset.value}.json`, new Blob([textOfResults()], { type: 'application/json' }));

/** UserError, one sentence, where it is something else. */
export function readShared(text: string): SharedResults {
  const read = v.safeParse(resultsSchema, parsed(text), { abortEarly: true });
  if (!read.success) throw refused(words.shared.otherForm(brief(v.getDotPath(read.issues[0]) ?? '')));
  const { config: file, rows, chance, adapter } = read.output;
  const experiments = experimentsNamed(brief(read.output.experiment)).map(({ name }) => name);
  if (!WORLD_PRESETS.some(({ name }) => name === read.output.preset))
    throw refused(words.shared.otherPreset(brief(read.output.preset)));
  if (file === undefined) throw refused(words.shared.noSettings);
  const whole = resolveConfig({ file });
  const told = configHere(whole);
  if (whole.preset !== read.output.preset || told === null) throw refused(words.shared.otherSettings);
  checkRows(rows);
  return { experiments, config: told, rows: rows as ResultRow[], chance, devices: adapter?.split(BETWEEN) ?? [] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused(words.shared.notJson);
  }
}

/** Arms of this sheet's experiments, each once a seed. */
function checkRows(rows: readonly { arm: string; seed: number }[]): void {
  const arms = new Set([BASE, ...armsOf(EXPERIMENTS).map(({ name }) => name)]);
  const met = new Set<string>();
  if (rows.length === 0) throw refused(words.shared.noRows);
  for (const { arm, seed } of rows) {
    const name = words.shared.row(brief(arm), seed);
    if (!arms.has(arm)) throw refused(words.shared.otherArm(name));
    if (!Number.isSafeInteger(seed) || seed < 0) throw refused(words.shared.noSeed(name));
    if (met.has(name)) throw refused(words.shared.twice(name));
    met.add(name);
  }
}

/** The sheet turns to what was added; sentences of what came of it. */
export async function addShared(file: File): Promise<string[]> {
  const name = brief(file.name);
  try {
    if (file.size > LARGEST) throw refused(words.shared.large(LARGEST));
    return await add(readShared(await file.text()), name);
  } catch (error) {
    // Anything else is a defect of ours; the page goes on all the same.
    return [words.shared.notAdded(name, error instanceof Error ? error.message : String(error))];
  }
}

/** `name`: where the rows come from. */
export async function add(from: SharedResults, name: string): Promise<string[]> {
  const { added, known, differing, kept } = await addRows(from.config, from);
  turnTo(from.experiments, from.config, Math.max(...from.rows.map(({ seed }) => seed)));
  return [
    words.shared.added(added, known, differing, name),
    ...changedSettings(from.config),
    ...(kept ? [] : [words.notKept]),
  ];
}

/** A sentence where rows were not run with their preset as it is. */
export function changedSettings(of: RunConfig): string[] {
  const changed = differences(of, presetConfig(of.preset)).map(({ key, to }) => `${key}=${to}`);
  return changed.length > 0 ? [words.shared.changed(of.preset, changed)] : [];
}

const refused = (sentence: string): UserError => new UserError(sentence, { code: 'shared-results' });
