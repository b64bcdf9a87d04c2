/**
 * A run that somebody saved as one .zip (results/report.ts), or with `--out` in the terminal, taken into the list of runs: its settings, what
 * it logged and its held-out losses; no weights. What is wrong with a file is said in a sentence, and nothing changes.
 */
import { BLENDS } from '../../config/options.ts';
import { getPath } from '../../config/path.ts';
import { presetConfig } from '../../config/presets.ts';
import { resolveConfig } from '../../config/resolve.ts';
import type { RunConfig } from '../../config/run.ts';
import { measurements, phaseNames, updateWords, wholeColumns } from '../../recipe/measurements.ts';
import { planRun, type RunPart } from '../../recipe/phases.ts';
import { type Fields, isObject } from '../../util/object.ts';
import { brief } from '../../util/quoted.ts';
import { History } from '../chart/columns.ts';
import { figuresOf, type RunRecord } from './record.ts';
import { words } from './words.ts';

/** Files of the folder that are read; a model beside them is not. */
const WANTED = /(^|\/)(config\.json|metrics\.jsonl|held-out\.jsonl)$/;
/** Bytes unpacked: a hundred thousand logged steps are a quarter of it. */
const LARGEST = 1 << 27;

export type SharedRun = Pick<RunRecord, 'config' | 'part' | 'state' | 'figures'> & { curve: History };

export async function readSharedRun(zip: Blob): Promise<SharedRun> {
  const { unzipSync } = await import('fflate');
  let size = 0;
  const filter = (entry: { name: string; originalSize: number }): boolean =>
    WANTED.test(entry.name) && (size += entry.originalSize) <= LARGEST;
  const unpacked = Object.entries(unzipSync(new Uint8Array(await zip.arrayBuffer()), { filter }));
  const decoder = new TextDecoder();
  const text = (name: string): string => {
    const found = unpacked.find(([path]) => path.split('/').at(-1) === name);
    return found ? decoder.decode(found[1]) : '';
  };
  const lines = (name: string): Fields[] =>
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
  const heldOut = lines('held-out.jsonl').map(({ loss }) => lossesOf(loss));
  return {
    ...{ config, part, state: { kind: isWhole ? 'done' : 'stopped' }, curve },
    figures: figuresOf({ config, part }, curve, Object.assign({}, ...heldOut)),
  };
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
