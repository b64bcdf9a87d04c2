/**
 * `npm run recipe -- bases --preset NAME --seeds N --out DIR`: base checkpoints as the page ships them, one model folder a seed with
 * its card, and an index of all that DIR holds. The same command gives the same bytes on the same adapter.
 * `… -- bases --from RUN --out DIR` ships the model of a finished base run instead: on real text a base is trained longer than its
 * preset says.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { differences } from '../../config/difference.ts';
import { presetConfig } from '../../config/presets.ts';
import { resolveConfig } from '../../config/resolve.ts';
import type { Blend } from '../../config/run.ts';
import { type FolderFile, readHuggingFaceFolder } from '../../export/huggingface.ts';
import { modelCard } from '../../export/modelCard.ts';
import type { ResultRow } from '../../recipe/results/results.ts';
import { type BaseMetadata, parseBaseMetadata } from '../../recipe/baseCheckpoint.ts';
import { superviseExperiment } from '../../train/experiment/supervisedExperiment.ts';
import { UserError } from '../../util/errors.ts';
import { command, exampleOf } from '../commands.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { configFlags, deviceFlags, once } from '../inputs.ts';
import { folder as folderKind, place, seeds } from '../kinds.ts';
import { OutFolder } from '../outFolder.ts';
import { readJson } from '../readJson.ts';
import { readRunConfig, readSummary } from '../runFolder.ts';
import { basesWords } from '../words/bases.ts';
import { commonWords } from '../words/common.ts';
import { asUserError, writeFolder } from '../writeFolder.ts';
import type { ExperimentNews } from '../../train/experiment/listener.ts';
import { listening } from '../../util/events.ts';

/** What the page needs to know before it fetches a base. */
export interface ShippedBase {
  preset: string;
  seed: number;
  folder: string;
  files: readonly string[];
  bytes: number;
  /** Of model.safetensors. */
  sha256: string;
}

const example = 'bases --preset ci --seeds 3 --out public/bases';

export const basesCommand = command({
  name: 'bases',
  about: basesWords.about,
  flags: {
    preset: configFlags.preset,
    ...deviceFlags,
    seeds: { kind: seeds, about: basesWords.seeds },
    from: { kind: folderKind, about: basesWords.from },
    out: { kind: place('DIR'), about: basesWords.out, required: true },
  },
  example,
  async run({ preset, device, seeds: asked = [1], from, out }, host) {
    if (from !== undefined) return shipRun(from, out, host);
    if (preset === undefined) throw new UserError(commonWords.missing('--preset', exampleOf({ example })));
    return trainBases(preset, once(asked, 'seeds', host), out, device, host);
  },
});

const shareBases = (out: string): OutFolder =>
  OutFolder.share(out, (names) => names.some((name) => existsSync(path.join(out, name, 'rekindle.json'))));

async function trainBases(
  preset: string,
  of: readonly number[],
  out: string,
  device: DeviceName | undefined,
  host: Host,
): Promise<number> {
  const madeBy = `npm run recipe -- bases --preset ${preset} --seeds ${of.length > 1 && of.every((seed, i) => seed === i + 1) ? of.length : of.join(',')} --out public/bases`;
  const config = resolveConfig({ preset });
  const shared = shareBases(out);
  try {
    let adapter = '';
    const open = async () => {
      const opened = await host.open(device);
      adapter ||= describeAdapter(opened.report);
      return opened;
    };
    let current: { stop(): void } | null = null;
    host.ended.addEventListener('abort', () => current?.stop());
    const rows = new Map<number, ResultRow>();
    const finished = await superviseExperiment(
      open,
      {
        ...{ experiment: { arms: [] }, config, seeds: of, baseOf: async () => null, done: [] },
        stopped: () => host.ended.aborted,
      },
      listening<ExperimentNews>({
        notice: ({ message }) => host.say(message),
        begin({ seed, run }) {
          current = run;
          if (host.ended.aborted) run.stop();
          host.say(basesWords.begins(seed, run.plan.endStep));
        },
        row: (row) => void rows.set(row.seed, row),
        base({ seed, files }) {
          const row = rows.get(seed)!;
          writeFolder(
            path.join(out, `${preset}-${seed}`),
            withCard(files, { command: madeBy, adapter, average: row.average, heldOutLoss: row.heldOutLoss }),
          );
          shared.write('index.json', indexText(out));
          host.say(basesWords.done(seed, row.average));
        },
      }),
    );
    return finished ? 0 : INTERRUPTED;
  } finally {
    shared.release();
  }
}

/** The model of a run that trained a base and nothing else, under its preset's name. */
/** A base of the alignment world, as `align base` has left it: its own record says what it is. */
function shipAlignment(run: string, out: string, host: Host): void {
  const files = readAll(path.join(run, 'model'));
  const { seed } = readJson(path.join(run, 'model', 'rekindle.json')) as { seed: number };
  const shared = shareBases(out);
  try {
    writeFolder(path.join(out, `${ALIGNMENT}-${seed}`), files);
    shared.write('index.json', indexText(out));
  } finally {
    shared.release();
  }
  host.say(basesWords.shippedAlignment(seed));
}

/** Stands for a preset in the index. */
const ALIGNMENT = 'alignment';
const isOfAlignment = (record: unknown): record is { seed: number } =>
  typeof record === 'object' && record !== null && 'world' in record && record.world === ALIGNMENT;

function shipRun(run: string, out: string, host: Host): void {
  const record = path.join(run, 'model', 'rekindle.json');
  if (existsSync(record) && isOfAlignment(readJson(record))) return shipAlignment(run, out, host);
  const config = readRunConfig(run);
  if (config.continued) throw new UserError(basesWords.notABase(run));
  const madeBy = `npm run recipe -- --preset ${config.preset} ${differences(config, presetConfig(config.preset))
    .map(({ key, to }) => `--set ${key}=${to}`)
    .join(' ')} --out RUN`;
  const model = path.join(run, 'model');
  const written = readAll(model);
  const { adapter, heldOutLoss } = readSummary(run);
  const files = withCard(written, { command: madeBy, adapter, heldOutLoss });
  const shared = shareBases(out);
  try {
    writeFolder(path.join(out, `${config.preset}-${config.seed}`), files);
    shared.write('index.json', indexText(out));
  } finally {
    shared.release();
  }
  host.say(basesWords.shipped(config.preset, config.seed, config.base.steps));
}

/** A model's folder with what a reader of models does not look at: its card, what transformers wants. */
function readAll(folder: string): FolderFile[] {
  try {
    return readdirSync(folder).map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(path.join(folder, name))),
    }));
  } catch (error) {
    throw asUserError(error, basesWords.unreadable(folder));
  }
}

const indexText = (out: string): string => `${JSON.stringify(index(out), null, 2)}\n`;

/** The folder with what its card should say besides: blend, hash, scores, the command that made it. */
function withCard(
  files: readonly FolderFile[],
  facts: { command: string; adapter: string; average?: number; heldOutLoss: Record<string, number> },
): FolderFile[] {
  const { model, parameters, metadata } = readHuggingFaceFolder(files);
  const record: BaseMetadata = parseBaseMetadata(metadata);
  const count = [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  const { preset, seed, steps, tokens, endingRate } = record;
  const weights = files.find(({ name }) => name === 'model.safetensors')!.bytes;
  const card = {
    preset,
    seed,
    steps,
    tokens,
    [basesWords.card.firstRate]: record.base.schedule.peak,
    [basesWords.card.lastRate]: endingRate,
    [basesWords.card.blend]: blendText(record.base.blend),
    ...(facts.average === undefined ? {} : { [basesWords.card.average]: facts.average }),
    [basesWords.card.heldOut]: Object.entries(facts.heldOutLoss)
      .map(([name, loss]) => `${name} ${loss.toFixed(3)}`)
      .join(', '),
    [basesWords.card.trainedOn]: facts.adapter,
    command: facts.command,
    [basesWords.card.sha256]: sha256(weights),
  };
  const encoder = new TextEncoder();
  const written = {
    'README.md': modelCard(model, count, card),
    'rekindle.json': `${JSON.stringify({ ...metadata, ...facts }, null, 2)}\n`,
  };
  const kept = files.filter(({ name }) => !Object.hasOwn(written, name));
  return [...kept, ...Object.entries(written).map(([name, words]) => ({ name, bytes: encoder.encode(words) }))];
}

function blendText(blend: Blend): string {
  const total = Object.values(blend).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(blend)
    .map(([name, weight]) => `${name} ${((100 * weight) / total).toFixed(0)}`)
    .join(', ');
}

function index(out: string): ShippedBase[] {
  const folders = readdirSync(out).filter((name) => existsSync(path.join(out, name, 'rekindle.json')));
  return folders.sort().map((folder) => {
    const record = readJson(path.join(out, folder, 'rekindle.json'));
    const { preset, seed } = isOfAlignment(record)
      ? { preset: ALIGNMENT, seed: record.seed }
      : parseBaseMetadata(record);
    const at = (name: string): string => path.join(out, folder, name);
    const bytes = MODEL_FILES.reduce((sum, name) => sum + statSync(at(name)).size, 0);
    return { preset, seed, folder, files: MODEL_FILES, bytes, sha256: sha256(readFileSync(at('model.safetensors'))) };
  });
}

/** What the page fetches of a base. */
const MODEL_FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'rekindle.json'];

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
