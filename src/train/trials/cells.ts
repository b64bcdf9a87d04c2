/** Short base runs, one after the other, of which only the loss at the end is wanted: the cells of a grid or a sweep of widths. */
import type { Blend, RunConfig } from '../../config/run.ts';
import type { FetchBytes } from '../../data/catalogue.ts';
import type { GivenFile } from '../../data/prepare.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { HeldOutPoint } from '../../protocol.ts';
import type { MetricRow } from '../../recipe/measurements.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import { type Listener, listening } from '../../util/events.ts';
import type { Backend } from '../backends/backend.ts';
import { Engine } from '../engine/engine.ts';
import { prepareData, type TrainingData } from '../run/data.ts';
import type { RunNews } from '../run/listener.ts';
import { Run } from '../run/run.ts';

export interface CellsWork {
  /** What each trains, in order; neighbours that differ in rates or seed alone share an engine. */
  cells: readonly RunConfig[];
  files: readonly GivenFile[];
}

/** What is told; `cell` is a place in the list. */
export interface CellsNews {
  /** Its run begins; it can be stopped. */
  begin: { cell: number; run: Run };
  metric: { cell: number; row: MetricRow; plan: RunPlan };
  /** Held-out loss at the end, of the blend's sources by their shares; null: it diverged. */
  end: { cell: number; loss: number | null };
}

/** Everything that an engine is made from. */
const engineKey = (config: RunConfig): string => JSON.stringify({ ...config, seed: 0, base: null });
/** Everything that data is made from. */
const dataKey = ({ seed, tokenizer, data, batch, base, evaluation, model }: RunConfig): string =>
  JSON.stringify([seed, tokenizer, data, batch, base.blend, evaluation, model.vocab_size]);

/** Trains every cell; false if it was ended. */
export async function runCells(
  backend: Backend,
  { cells, files }: CellsWork,
  fetchBytes: FetchBytes,
  listener: Listener<CellsNews>,
  isEnded: () => boolean,
): Promise<boolean> {
  const now: { engine?: { key: string; made: Engine }; data?: { key: string; made: TrainingData } } = {};
  try {
    for (const [cell, config] of cells.entries()) {
      if (isEnded()) return false;
      const [engine, data] = [engineKey(config), dataKey(config)];
      if (now.data?.key !== data)
        now.data = { key: data, made: await prepareData(config, files, fetchBytes, () => {}) };
      if (now.engine?.key !== engine) {
        now.engine?.made.destroy();
        delete now.engine;
        now.engine = { key: engine, made: await Engine.create(backend, config, tokenIndex) };
      }
      if (isEnded()) return false;
      now.engine.made.initialize(config.seed);
      if (!(await runCell(cell, config, now.data.made, now.engine.made, listener))) return false;
    }
    return true;
  } finally {
    now.engine?.made.destroy();
  }
}

/** One run; false if it was stopped. */
async function runCell(
  cell: number,
  config: RunConfig,
  data: TrainingData,
  engine: Engine,
  listener: Listener<CellsNews>,
): Promise<boolean> {
  let last: HeldOutPoint | null = null;
  const run: Run = new Run(
    config,
    data,
    engine,
    listening<RunNews>({
      metric: (row) => listener.tell({ kind: 'metric', said: { cell, row, plan: run.plan } }),
      heldOut: (point) => void (last = point),
    }),
    { part: 'base', evaluated: true },
  );
  listener.tell({ kind: 'begin', said: { cell, run } });
  const end = await run.train();
  if (end.kind !== 'done' && end.kind !== 'diverged') return false;
  const loss = end.kind === 'done' ? blendLoss(last!, config.base.blend) : NaN;
  listener.tell({ kind: 'end', said: { cell, loss: Number.isFinite(loss) ? loss : null } });
  return true;
}

/** Held-out losses by the blend's shares; of all sources alike where the blend names none of those measured. */
function blendLoss({ loss }: HeldOutPoint, blend: Blend): number {
  const known = Object.keys(loss).filter((name) => (blend[name] ?? 0) > 0);
  const names = known.length > 0 ? known : Object.keys(loss);
  const weight = (name: string): number => (known.length > 0 ? blend[name]! : 1);
  const total = names.reduce((sum, name) => sum + weight(name), 0);
  return names.reduce((sum, name) => sum + (weight(name) / total) * loss[name]!, 0);
}
