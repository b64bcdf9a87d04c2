/**
 * An experiment whose arms differ in their data (recipe/curation/dataArms.ts), carried out on one engine: the same first weights, the same rates
 * and as many tokens for every arm of a seed.
 */
import { presetConfig } from '../../config/presets.ts';
import type { RunConfig } from '../../config/run.ts';
import { estimate } from '../../model/estimate.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { DataArm } from '../../recipe/curation/dataArms.ts';
import type { ResultRow } from '../../recipe/results/results.ts';
import { UserError } from '../../util/errors.ts';
import { rawTokenizer } from '../../world/rawSources.ts';
import { type RawWebConfig, usualRawWeb } from '../../world/rawWeb.ts';
import type { Backend } from '../backends/backend.ts';
import { Engine } from '../engine/engine.ts';
import { Run } from '../run/run.ts';
import { armData, seededWeb } from './curatedData.ts';
import { doremiWeights } from './doremi.ts';
import { watchArm } from './experiment.ts';
import type { ExperimentListener } from './listener.ts';
import { trainingWords } from '../../words/training.ts';

/** The name of the configuration in results: no preset of the page, as its sources are no run's by themselves. */
export const RAW_PRESET = 'raw-web';

/**
 * The setting of curation-world.md §1: 0.8 M tokens in 3,125 steps of 256, rates from 6e-3 to a tenth by cosine, 2 % warm-up. The
 * continued part, which mining alone has, is a quarter as long and falls from there to a hundredth.
 */
export function rawConfig(): RunConfig {
  const config = presetConfig('world');
  const [steps, peak] = [3125, 6e-3];
  const cosine = (from: number, to: number, warmupSteps: number) => ({
    ...config.base.schedule,
    ...{ kind: 'cosine' as const, peak: from, end: to, warmupSteps, warmupStart: 0 },
  });
  return {
    ...config,
    preset: RAW_PRESET,
    model: { ...config.model, vocab_size: 4 * Math.ceil(rawTokenizer().size / 4) },
    data: { ...config.data, world: null },
    batch: { sequences: 4, length: 64, accumulation: 1 },
    base: { steps, schedule: cosine(peak, peak / 10, 63), blend: {} },
    continued: {
      ...config.continued!,
      ...{ steps: 781, schedule: cosine(peak / 10, peak / 1000, 0), general: {}, qa: {}, switchDivisor: 0 },
    },
    // Probes beside facts take a second at an end, and nobody looks in between.
    evaluation: { everySteps: 0, rows: 8 },
    logEverySteps: 10,
  };
}

export interface DataRequest {
  arms: readonly DataArm[];
  config: RunConfig;
  /** Hashed, not counted on: the worlds of neighbouring ones have nothing to do with each other. */
  seeds: readonly number[];
  /** Rows there already: their arms are not run again. */
  done: readonly ResultRow[];
  web?: RawWebConfig;
  stopped(): boolean;
}

/** Runs what is not done yet; false if it was stopped. UserError where a run diverges. */
export async function runDataExperiment(
  backend: Backend,
  { arms, config, seeds, done, web = usualRawWeb, stopped }: DataRequest,
  listener: ExperimentListener,
): Promise<boolean> {
  const engine = await Engine.create(backend, config, tokenIndex, (ready, total) =>
    listener.tell({ kind: 'compiling', said: { done: ready, total } }),
  );
  try {
    for (const seed of seeds) {
      const missing = arms.filter(({ name }) => !done.some((row) => row.arm === name && row.seed === seed));
      if (missing.length === 0) continue;
      const seeded = seededWeb(config, seed, web);
      for (const { name, data: choice } of missing) {
        if (stopped()) return false;
        let wasStopped = false;
        const made = await armData(seeded, choice, { ...config, seed }, async (sources) => {
          const weights = await doremiWeights(backend, { ...config, seed }, sources, stopped);
          wasStopped = weights === null;
          return weights ?? sources.map(() => 1);
        });
        if (wasStopped) return false;
        const continued = made.continued && {
          ...config.continued!,
          ...{ general: made.continued, qa: made.continued },
        };
        const whole: RunConfig = { ...config, seed, base: { ...config.base, blend: made.blend }, continued };
        const watch = watchArm(name, seed, listener);
        engine.initialize(seed);
        const run = new Run(whole, made.data, engine, watch.listener, { part: 'all', evaluated: true });
        listener.tell({ kind: 'begin', said: { arm: name, seed, run } });
        const end = await run.train();
        if (end.kind === 'diverged') throw new UserError(trainingWords.armDiverged(name, seed, end.message));
        if (end.kind !== 'done') return false;
        listener.tell({ kind: 'row', said: { ...watch.row(estimate(whole).flops), data: made.row } });
      }
    }
    return true;
  } finally {
    engine.destroy();
  }
}
