/**
 * `npm run recipe -- bases --preset NAME --seeds N --out DIR`: base checkpoints as the page ships them, one model folder a seed with
 * its card, and an index of all that DIR holds. The same command gives the same bytes on the same adapter.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { resolveConfig } from '../config/resolve.ts';
import type { Blend } from '../config/run.ts';
import { MODEL_FILES, type FolderFile, readHuggingFaceFolder } from '../export/huggingface.ts';
import { modelCard } from '../export/modelCard.ts';
import type { ResultRow } from '../recipe/results.ts';
import { type BaseMetadata, parseBaseMetadata } from '../recipe/baseCheckpoint.ts';
import { runExperiment } from '../train/experiment.ts';
import { argumentsOf, readJson, required, say } from './arguments.ts';
import { seedsOf } from './experiment.ts';
import { describeAdapter, type OpenNodeDevice } from './node/dawn.ts';
import { writeFolder } from './writeFolder.ts';

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

export async function bases(args: string[], open: OpenNodeDevice): Promise<void> {
  const text = { type: 'string' } as const;
  const given = argumentsOf(args, { preset: text, seeds: text, out: text });
  const preset = required(given.preset, 'preset');
  const seeds = seedsOf(given.seeds ?? '1');
  const out = path.resolve(required(given.out, 'out'));
  const command = `npm run recipe -- bases --preset ${preset} --seeds ${given.seeds ?? '1'} --out public/bases`;
  const config = resolveConfig({ preset });
  const { device, report } = await open();
  const adapter = describeAdapter(report);
  const rows = new Map<number, ResultRow>();
  await runExperiment(
    device,
    report.software,
    { experiment: { arms: [] }, config, seeds, baseOf: async () => null, done: [] },
    {
      compiling() {},
      heldOut() {},
      benchmark() {},
      metric() {},
      begin: (_, seed, run) => say(`base of seed ${seed}: ${run.plan.endStep} steps`),
      row: (row) => void rows.set(row.seed, row),
      base(seed, files) {
        const row = rows.get(seed)!;
        writeFolder(path.join(out, `${preset}-${seed}`), withCard(files, { command, adapter, average: row.average, heldOutLoss: row.heldOutLoss }));
        say(`seed ${seed}: average ${(100 * row.average).toFixed(1)}`);
      },
    },
  );
  writeFileSync(path.join(out, 'index.json'), `${JSON.stringify(index(out), null, 2)}\n`);
}

/** The folder with what its card should say besides: blend, hash, scores, the command that made it. */
function withCard(files: readonly FolderFile[], facts: { command: string; adapter: string; average: number; heldOutLoss: Record<string, number> }): FolderFile[] {
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
    'rate of the first step after warm-up': record.base.schedule.peak,
    'rate of the last step': endingRate,
    'blend, % of tokens': blendText(record.base.blend),
    'benchmark average': facts.average,
    'held-out loss, nats a token': Object.entries(facts.heldOutLoss).map(([name, loss]) => `${name} ${loss.toFixed(3)}`).join(', '),
    'trained on': facts.adapter,
    command: facts.command,
    'sha256 of model.safetensors': sha256(weights),
  };
  const encoder = new TextEncoder();
  return files.map((file) => {
    if (file.name === 'README.md') return { ...file, bytes: encoder.encode(modelCard(model, count, card)) };
    if (file.name === 'rekindle.json') return { ...file, bytes: encoder.encode(`${JSON.stringify({ ...metadata, ...facts }, null, 2)}\n`) };
    return file;
  });
}

function blendText(blend: Blend): string {
  const total = Object.values(blend).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(blend).map(([name, weight]) => `${name} ${((100 * weight) / total).toFixed(0)}`).join(', ');
}

function index(out: string): ShippedBase[] {
  const folders = readdirSync(out).filter((name) => existsSync(path.join(out, name, 'rekindle.json')));
  return folders.sort().map((folder) => {
    const { preset, seed } = parseBaseMetadata(readJson(path.join(out, folder, 'rekindle.json')));
    const at = (name: string): string => path.join(out, folder, name);
    const bytes = MODEL_FILES.reduce((sum, name) => sum + statSync(at(name)).size, 0);
    return { preset, seed, folder, files: MODEL_FILES, bytes, sha256: sha256(readFileSync(at('model.safetensors'))) };
  });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
