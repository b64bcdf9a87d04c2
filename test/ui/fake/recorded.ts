/** Recorded results as the page finds them beside itself: every arm of the findings in five played seeds. */
import { presetConfig } from '../../../src/config/presets.ts';
import type { ResultRow } from '../../../src/recipe/results/results.ts';
import { playExperiment } from './experiment.ts';

const EXPERIMENTS = ['f1', 'f2', 'f3', 'f4', 'f5'];
const SEEDS = [1, 2, 3, 4, 5];

export async function recordedFiles(): Promise<Record<string, unknown>> {
  const rows: ResultRow[] = [];
  const request = { experiments: EXPERIMENTS, config: presetConfig('ci'), seeds: SEEDS, done: [] };
  await playExperiment(
    request,
    (events) => rows.push(...(events.rows ?? [])),
    async () => true,
  );
  const suites = { facts: 1 / 16, archive: 1 / 16, arithmetic: 0.25, code: 0.25, translate: 1 / 16, reading: 0.25 };
  return {
    'index.json': [
      { preset: 'ci', file: 'ci.json', adapter: 'a played adapter', experiments: EXPERIMENTS, seeds: SEEDS },
    ],
    'ci.json': {
      experiment: EXPERIMENTS.join(','),
      preset: 'ci',
      adapter: 'a played adapter',
      chance: { average: 0.14, suites },
      rows,
    },
  };
}
