/** Arms that differ in their data, trained on the processor: small enough for a test, and the record of whole ones. */
import { expect, test } from 'vitest';
import { openBackend } from '../../src/cli/node/backend.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { DATA_EXPERIMENTS } from '../../src/recipe/curation/dataArms.ts';
import type { ResultRow } from '../../src/recipe/results/results.ts';
import { rawConfig, runDataExperiment } from '../../src/train/experiment/dataExperiment.ts';
import type { ExperimentNews } from '../../src/train/experiment/listener.ts';
import { listening } from '../../src/util/events.ts';

/** So few people that a sixth of a whole run's steps teaches most of what is true of them. */
const WEB = { people: 6, tokens: 80_000 };
const STEPS = 500;

function short(): RunConfig {
  const config = rawConfig();
  const schedule = { ...config.base.schedule, warmupSteps: 6 };
  return {
    ...config,
    base: { ...config.base, steps: STEPS, schedule },
    continued: { ...config.continued!, steps: 40 },
  };
}

async function run(names: readonly string[], done: readonly ResultRow[] = [], stopAfter = Infinity) {
  const arms = DATA_EXPERIMENTS.flatMap((one) => one.arms).filter(({ name }) => names.includes(name));
  const rows: ResultRow[] = [];
  const begun: string[] = [];
  const finished = await runDataExperiment(
    await openBackend('cpu'),
    {
      arms: [...new Map(arms.map((arm) => [arm.name, arm])).values()],
      ...{ config: short(), seeds: [7], done, web: WEB },
      stopped: () => rows.length >= stopAfter,
    },
    listening<ExperimentNews>({
      begin: ({ arm }) => void begun.push(arm),
      row: (row) => void rows.push(row),
    }),
  );
  return { rows, begun, finished };
}

test('what filters leave teaches more than the raw web, at equal tokens; what is done is not run again', async () => {
  const first = await run(['raw', 'heuristics'], [], 1);
  expect([first.finished, first.begun]).toEqual([false, ['raw']]);
  const second = await run(['raw', 'heuristics'], first.rows);
  expect([second.finished, second.begun]).toEqual([true, ['heuristics']]);
  const [raw, filtered] = [first.rows[0]!, second.rows[0]!];
  if (process.env.SHOW)
    process.stdout.write(`${JSON.stringify([raw.average, filtered.average, raw.data, filtered.data])}\n`);
  expect(filtered.data!.factsPer100).toBeGreaterThan(1.4 * raw.data!.factsPer100);
  expect(filtered.flops).toBe(raw.flops);
  // 25 points here (50 to 75 %); less than half of it is asked for, as another processor's rounding parts the runs.
  expect(filtered.average - raw.average).toBeGreaterThan(0.1);
});
