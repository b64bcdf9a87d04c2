/**
 * A run that somebody saved as one .zip (results/report.ts), or with `--out` in the terminal, taken into the list of runs: its settings, what
 * it logged and its held-out losses, and whether its model came with it. What is wrong with a file is said in a sentence, and nothing changes.
 */
import { BLENDS } from '../../../config/options.ts';
import { getPath } from '../../../config/path.ts';
import { presetConfig } from '../../../config/presets.ts';
import { resolveConfig } from '../../../config/resolve.ts';
import type { RunConfig } from '../../../config/run.ts';
import { measurements, phaseNames, updateWords, wholeColumns } from '../../../recipe/measurements.ts';
import { missingModelFiles, modelPaths } from '../../../recipe/modelFiles.ts';
import { planRun, type RunPart } from '../../../recipe/phases.ts';
import { type Fields, isObject } from '../../../util/object.ts';
import { brief } from '../../../util/quoted.ts';
import { History } from '../../chart/columns.ts';
import { figuresOf, type RunRecord } from '../record.ts';
import { words } from '../words.ts';

/** Files of the run's folder that are read; of those with held-out losses the page writes the first and the terminal the second. */
const WANTED = ['config.json', 'metrics.jsonl', 'held-out.jsonl', 'evaluations.json'] as const;
/** Bytes unpacked: a hundred thousand logged steps are a quarter of it. */
const LARGEST = 1 << 27;

export type SharedRun = Pick<RunRecord, 'config' | 'part' | 'state' | 'figures'> & {
  curve: History;
  hasModel: boolean;
};

export async function readSharedRun(file: Blob): Promise<SharedRun> {
  const { listZip, unpack } = await import('../../../recipe/zip.ts');
  const zip = new Uint8Array(await file.arrayBuffer());
  const entries = listZip(zip);
  // A model inside the folder has a config.json too.
  const isLog = ({ path }: { path: string }) => /(^|\/)metrics\.jsonl$/.test(path);
  const [outermost] = entries.filter(isLog).toSorted((a, b) => a.path.length - b.path.length);
  const folder = outermost?.path.slice(0, -'metrics.jsonl'.length) ?? '';
  const wanted = entries.filter(({ path }) => WANTED.some((name) => path === folder + name));
  const unpacked = unpack(zip, wanted, LARGEST);
  const decoder = new TextDecoder();
  const text = (name: (typeof WANTED)[number]): string =>
    decoder.decode(unpacked.get(folder + name) ?? new Uint8Array());
  const lines = (name: (typeof WANTED)[number]): Fields[] =>
    text(name)
      .split('\n')
      .filter(Boolean)
      .map((line) => parsed(name, line));
  if (!text('config.json') || !text('metrics.jsonl')) throw new Error(words.shared.incomplete);
  const config = configOf(parsed('config.json', text('config.json')));
  const curve = curveOf(lines('metrics.jsonl'));
  const part: RunPart = curve.step[0]! < config.base.steps ? 'all' : 'continued';
  if (part === 'continued' && config.continued === null) throw new Error(words.shared.otherRun);
  const isWhole = curve.step[curve.length - 1]! + 1 >= planRun(config, part).endStep;
  const measured = text('evaluations.json')
    ? pointsOf(parsed('evaluations.json', text('evaluations.json')))
    : lines('held-out.jsonl');
  const heldOut = measured.map(({ loss }) => lossesOf(loss));
  return {
    ...{ config, part, state: { kind: isWhole ? 'done' : 'stopped' }, curve },
    hasModel: holdsModel(entries.map(({ path }) => path)),
    figures: figuresOf({ config, part }, curve, Object.assign({}, ...heldOut)),
  };
}

/** A folder of weights beside the run must be whole; one without any holds none. */
function holdsModel(paths: readonly string[]): boolean {
  const names = modelPaths(paths).map((path) => path.split('/').at(-1)!);
  if (!names.some((name) => name.endsWith('.safetensors'))) return false;
  const missing = missingModelFiles(names, true);
  if (missing.length > 0) throw new Error(words.shared.modelLacks(missing));
  return true;
}

/** Held-out losses as the terminal keeps them. */
function pointsOf({ heldOut }: Fields): Fields[] {
  if (!Array.isArray(heldOut) || !heldOut.every(isObject)) throw new Error(words.shared.notJson('evaluations.json'));
  return heldOut;
}

/** An object of JSON. */
function parsed(name: string, json: string): Fields {
  let value: unknown = null;
  try {
    value = JSON.parse(json);
  } catch {
    // Told as what is no object.
  }
  if (!isObject(value)) throw new Error(words.shared.notJson(name));
  return value;
}

/** Nats a token by source. */
function lossesOf(loss: unknown): Record<string, number> {
  const entries = isObject(loss) ? Object.entries(loss) : [];
  return Object.fromEntries(
    entries.map(([source, value]) => {
      if (typeof value !== 'number') throw new Error(words.shared.noLoss(brief(source)));
      return [source, value];
    }),
  );
}

/** Checked as one from a file is; sources of the reader's own text are none of the preset's, and are taken as given. */
function configOf(file: Fields): RunConfig {
  const { preset } = file;
  if (typeof preset !== 'string') throw new Error(words.shared.noPreset);
  const known = new Set(BLENDS.flatMap(({ key }) => sourcesOf(presetConfig(preset), key)));
  const data = BLENDS.flatMap(({ key }) => sourcesOf(file, key)).filter((name) => !known.has(name));
  return resolveConfig({ file, data: [...new Set(data)] });
}
function sourcesOf(config: object, key: string): string[] {
  const blend = getPath(config, key);
  return isObject(blend) ? Object.keys(blend) : [];
}

/** Tables name the columns by their headers, the terminal by their names. */
function curveOf(rows: readonly Fields[]): History {
  const codes: Record<string, readonly string[]> = { phase: phaseNames, update: updateWords };
  const columns = measurements.map(({ name, header }) => {
    const spelled = codes[name];
    const column = rows.map((row) => {
      const value = row[header] ?? row[name];
      if (spelled) return typeof value === 'string' ? Math.max(0, spelled.indexOf(value)) : 0;
      return typeof value === 'number' ? value : Number.NaN;
    });
    return [name, column] as const;
  });
  const curve = new History();
  const named = Object.fromEntries(columns);
  const rises = (named['step'] ?? []).every(
    (step, i, all) => Number.isInteger(step) && (i === 0 || step > all[i - 1]!),
  );
  if (rows.length === 0 || !rises) throw new Error(words.shared.unordered);
  curve.append({
    ...wholeColumns(named),
    seconds: Float64Array.from(rows, ({ seconds }) => (typeof seconds === 'number' ? seconds : 0)),
  });
  return curve;
}
