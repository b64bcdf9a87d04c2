/**
 * All that a run is between two steps. Batches are functions of (seed, step), so this is little: the pools, a few
 * counters, and what has been said so far. From it a run goes on bit for bit as if it had never stopped.
 */
import type { RunConfig } from '../../config/run.ts';
import { type Place, placeOfStep } from '../../recipe/place.ts';
import { decodeSafetensors, safetensorsParts, type SafeTensor } from '../../export/safetensors.ts';
import type { Inspection, PhaseName } from '../../protocol.ts';
import type { RunPart } from '../../recipe/phases.ts';
import type { PoolLayout } from '../../graph/pool.ts';
import type { Pools } from '../engine/engine.ts';
import { poolsOf } from '../engine/graphs.ts';
import type { Health } from '../run/health.ts';
import { UserError } from '../../util/errors.ts';
import { trainingWords } from '../../words/training.ts';
import { rowsOfTable, tableOf } from '../../recipe/measurements.ts';
import { type History, newHistory } from '../run/history.ts';

export interface Progress {
  /** The next step; those before it have been taken. */
  step: number;
  /** The phase that has been announced: that of the step before. */
  phase: PhaseName;
  /** The step before which both moments were 0 last: Adam's corrections count from it. */
  momentsFrom: number;
  /** What has been drawn of the data, rows passed over by going back included. */
  place: Place;
  /** Tokens trained on, those of a base included. */
  tokens: number;
  /** The step whose weights were evaluated last. */
  evaluated: number | null;
  /** Input tokens drawn of each source. */
  counts: number[];
  health: Health;
  /** Steps since the last look inside the model, and how many of them were clipped. */
  watched: { steps: number; clipped: number };
}

export interface Checkpoint {
  config: RunConfig;
  part: RunPart;
  progress: Progress;
  history: History;
  pools: Pools;
}

const key = 'rekindle';
/**
 * A and B come first in the pools, and α/r scales their product. In older saves, 'unscaled', they came last and what is frozen had moments;
 * in the oldest, which say nothing, α/r stood in A itself.
 */
const ADAPTERS = { adapters: 'first' };

/** A safetensors file, in parts: the pools, the logged rows, and the rest as one JSON string of its metadata. */
export function encodeCheckpoint({ config, part, progress, history, pools }: Checkpoint): Uint8Array[] {
  const { metrics, ...said } = history;
  const table = tableOf(metrics);
  const tensors: SafeTensor[] = [
    ...Object.entries(pools).map(([name, data]) => ({ name, dtype: 'F32' as const, shape: [data.length], data })),
    { name: 'metrics', dtype: 'F64', shape: table.shape, data: table.data },
  ];
  return safetensorsParts(tensors, {
    [key]: JSON.stringify({ config, part, progress, history: said, columns: table.names, ...ADAPTERS }),
  });
}

/** Of bytes whose hash has been checked: they are what encodeCheckpoint wrote. */
export function decodeCheckpoint(body: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(body);
  const { config, part, progress, history, columns, adapters } = JSON.parse(metadata[key]!);
  checkAdapters(config, adapters);
  if (progress.place === undefined) fromSteps(config, progress);
  const data = <T extends ArrayBufferView>(name: string): T => tensors.get(name)!.data as T;
  return {
    config,
    part,
    progress,
    // Older saves lack what was added to a history since.
    history: {
      ...newHistory(),
      ...history,
      inspections: (history.inspections ?? []).map(withNaN),
      metrics: rowsOfTable(data<Float64Array>('metrics'), columns),
    },
    pools: {
      ...(config.model.lora && adapters !== ADAPTERS.adapters
        ? adaptersFirst(poolsOf(config), data)
        : {
            parameters: data('parameters'),
            moments1: data('moments1'),
            moments2: data('moments2'),
          }),
      ...(tensors.has('lossScale') && { lossScale: data<Float32Array<ArrayBuffer>>('lossScale') }),
    },
  };
}

/** The pools of a save in which adapters came last. */
function adaptersFirst(
  { trained }: PoolLayout,
  of: (name: string) => Float32Array<ArrayBuffer>,
): Pick<Pools, 'parameters' | 'moments1' | 'moments2'> {
  const last = (name: string) => of(name).slice(-trained);
  const parameters = new Float32Array(of('parameters').length);
  parameters.set(last('parameters'));
  parameters.set(of('parameters').subarray(0, -trained), trained);
  return { parameters, moments1: last('moments1'), moments2: last('moments2') };
}

/** Where α is r it makes no difference, and targets came to be named after the change. */
function checkAdapters({ model: { lora } }: RunConfig, said: unknown): void {
  if (said !== undefined || !lora || lora.targets !== undefined || lora.alpha === lora.rank) return;
  throw new UserError(trainingWords.oldAdapters(lora.rank, lora.alpha), { code: 'old-adapters' });
}

/** Older saves say how many batches were passed over instead, and know one batch for the whole run. */
function fromSteps(config: RunConfig, progress: Progress & { skipped?: number }): void {
  progress.place = placeOfStep(progress.step + progress.skipped!, config.batch);
  progress.tokens = placeOfStep(progress.step, config.batch).tokens;
  progress.watched = { steps: 0, clipped: 0 };
  delete progress.skipped;
}

/** JSON has no NaN: a norm that was none comes back as null. */
const withNaN = (inspection: Inspection): Inspection => ({
  ...inspection,
  tensors: inspection.tensors.map((tensor) => ({
    ...tensor,
    gradNorm: tensor.gradNorm ?? NaN,
    weightNorm: tensor.weightNorm ?? NaN,
  })),
  layers: inspection.layers.map((layer) => ({ ...layer, highestScore: layer.highestScore ?? NaN })),
});
