/** Chooses the tile of matrix products by measured time, among candidates that give the right answer. */
import type { Graph, Tensor } from '../graph/graph.ts';
import type { KernelContext, Tile } from '../graph/kernel.ts';
import { layoutPool } from '../graph/pool.ts';
import { compile } from './compile.ts';
import { Memory } from './memory.ts';
import type { Plan } from './plan.ts';

/** A graph of known answer that uses the kernel to be tuned. */
export interface TileTrial {
  graph: Graph;
  inputs: Map<Tensor, Float32Array<ArrayBuffer>>;
  output: Tensor;
  accepts(output: Float32Array): boolean;
}

export interface TileReport {
  /** Name of the choice, to be remembered per adapter by whoever hosts the engine; null where the default stays. */
  chosen: string | null;
  /** What was measured; empty where nothing had to be. */
  candidates: { name: string; /** ms of one run, the best of several; null: wrong answer */ millis: number | null }[];
}

export interface TileChoice {
  /** For the kernel context; undefined leaves the default. */
  tile: Tile | undefined;
  report: TileReport;
}

/** Runs of one timing and timings of one candidate: some 10 ms each on a slow GPU, beside which waiting costs little. */
const [runs, timings] = [20, 3];

/**
 * The fastest of `tiles` on this device. A software adapter keeps its default, which was measured (LOG.md), and a remembered name
 * is taken at its word, so both cost nothing; otherwise every candidate is compiled, checked and timed once.
 */
export async function chooseTile(
  device: GPUDevice,
  context: Pick<KernelContext, 'quads' | 'software'>,
  tiles: Record<string, Tile>,
  trial: TileTrial,
  remembered?: string,
): Promise<TileChoice> {
  if (context.software) return { tile: undefined, report: { chosen: null, candidates: [] } };
  if (remembered !== undefined && tiles[remembered]) {
    return { tile: tiles[remembered], report: { chosen: remembered, candidates: [] } };
  }
  const candidates: TileReport['candidates'] = [];
  for (const [name, tile] of Object.entries(tiles)) {
    candidates.push({ name, millis: await measure(device, { ...context, tile }, trial) });
  }
  let chosen: string | null = null;
  let best = Infinity;
  for (const { name, millis } of candidates) if (millis !== null && millis < best) [chosen, best] = [name, millis];
  return { tile: chosen === null ? undefined : tiles[chosen], report: { chosen, candidates } };
}

/** ms of one run of the trial; null where its answer is wrong. */
async function measure(
  device: GPUDevice,
  context: Omit<KernelContext, 'accumulating'>,
  { graph, inputs, output, accepts }: TileTrial,
): Promise<number | null> {
  const memory = new Memory(device, layoutPool([]), context);
  let plan: Plan | null = null;
  try {
    plan = await compile(memory, graph, { keep: [output], label: 'tune' });
    for (const [input, data] of inputs) plan.host(input).set(data);
    plan.upload();
    plan.submit(['step']);
    if (!accepts(await plan.read(output))) return null;
    let best = Infinity;
    for (let timing = 0; timing < timings; timing++) {
      const start = performance.now();
      for (let run = 0; run < runs; run++) plan.submit(['step']);
      await memory.watch.answer(device.queue.onSubmittedWorkDone());
      best = Math.min(best, (performance.now() - start) / runs);
    }
    return best;
  } finally {
    plan?.destroy();
    memory.destroy();
  }
}
