/** `npm run recipe -- experiment curation|weights|mining`: arms that differ in their data, over hashed seeds; the same command goes on. */
import { chanceLevel } from '../../evaluate/suite.ts';
import type { DataExperiment } from '../../recipe/curation/dataArms.ts';
import { dataTable } from '../../recipe/curation/dataTable.ts';
import type { ExperimentResults } from '../../recipe/results/results.ts';
import { rawConfig, runDataExperiment } from '../../train/experiment/dataExperiment.ts';
import { rawBenchmarks } from '../../world/rawSources.ts';
import { RawWorld, usualRawWeb } from '../../world/rawWeb.ts';
import { ResultsFolder } from '../commands/resultsFolder.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { commonWords } from '../words/common.ts';
import { experimentWords } from '../words/experiment.ts';
import type { ExperimentNews } from '../../train/experiment/listener.ts';
import { listening } from '../../util/events.ts';

export async function dataExperiment(
  experiments: readonly DataExperiment[],
  { out, seeds, device }: { out: string; seeds: readonly number[]; device?: DeviceName },
  host: Host,
): Promise<number> {
  const { say, ended } = host;
  const config = rawConfig();
  const name = experiments.map((one) => one.name).join(',');
  const folder = new ResultsFolder(out, name, config, chance());
  const arms = [...new Map(experiments.flatMap((one) => one.arms.map((arm) => [arm.name, arm] as const))).values()];
  const done = folder.rows();
  const backend = await host.open(device);
  const adapter = describeAdapter(backend.report);
  const write = () => folder.write(adapter, (results) => experiments.map((one) => dataTable(one, results)).join('\n'));
  say(experimentWords.plan(adapter, arms.length, seeds, done.length));
  let current: { stop(): void } | null = null;
  ended.addEventListener('abort', () => current?.stop());
  const finished = await runDataExperiment(
    backend,
    { arms, config, seeds, done, stopped: () => ended.aborted },
    listening<ExperimentNews>({
      begin({ arm, seed, run }) {
        current = run;
        say(experimentWords.arm(seed, arm, run.plan.endStep));
      },
      row(row) {
        say(experimentWords.dataRow(row.seed, row.arm, row.average, row.data!.factsPer100));
        folder.add(row);
        write();
      },
    }),
  );
  write();
  for (const one of experiments) say(`\n${dataTable(one, folder.results(adapter))}`);
  if (!finished) say(commonWords.continues(out));
  return finished ? 0 : INTERRUPTED;
}

/** Accuracy of answering at random, which no seed changes. */
function chance(): ExperimentResults['chance'] {
  const suites = rawBenchmarks(new RawWorld(usualRawWeb, 1));
  const counted = suites.filter(({ role }) => role === 'benchmark');
  return {
    average: counted.reduce((sum, suite) => sum + chanceLevel(suite.items), 0) / counted.length,
    suites: Object.fromEntries(suites.map((suite) => [suite.name, chanceLevel(suite.items)])),
  };
}
