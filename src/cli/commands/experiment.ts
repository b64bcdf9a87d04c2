/**
 * `npm run recipe -- experiment NAME --seeds N --out DIR`: the arms of one or more of the paper's comparisons, over seeds. Every arm
 * is written when it is done; the same command again goes on where it stopped, and several may share a folder if their seeds differ.
 */
import { resolveConfig } from '../../config/resolve.ts';
import type { RunConfig } from '../../config/run.ts';
import { dataExperimentNamed } from '../../recipe/curation/dataArms.ts';
import { armsOf, experimentsNamed } from '../../recipe/experiments.ts';
import { type ExperimentResults, resultsTable } from '../../recipe/results/results.ts';
import { superviseExperiment } from '../../train/experiment/supervisedExperiment.ts';
import { dataExperiment } from '../curate/dataExperiment.ts';
import { chanceLevel } from '../../evaluate/suite.ts';
import { benchmarks } from '../../world/benchmarks.ts';
import { World } from '../../world/world.ts';
import { command, type Given } from '../commands.ts';
import { ResultsFolder } from './resultsFolder.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type Host, INTERRUPTED } from '../host.ts';
import { configFlags, deviceFlags, once, shippedBases } from '../inputs.ts';
import { choice, place, seeds } from '../kinds.ts';
import { readJson } from '../readJson.ts';
import { commonWords } from '../words/common.ts';
import { experimentWords } from '../words/experiment.ts';
import { writeFolder } from '../writeFolder.ts';
import { alignmentExperiment, alignmentExperimentsNamed } from './alignmentExperiment.ts';
import type { ExperimentNews } from '../../train/experiment/listener.ts';
import { listening } from '../../util/events.ts';

export const experimentCommand = command({
  name: 'experiment',
  about: experimentWords.about,
  word: 'NAME',
  flags: {
    ...configFlags,
    ...deviceFlags,
    seeds: { kind: seeds, about: commonWords.howManySeeds },
    base: { kind: choice('train', ['train'] as const), about: experimentWords.base },
    out: { kind: place('DIR'), about: experimentWords.out, required: true },
  },
  example: 'experiment f1 --preset world --seeds 3 --out runs/f1',
  run(given, host, name) {
    const ofAlignment = alignmentExperimentsNamed(name);
    if (!ofAlignment) return experiment(name, given, host);
    const seedsAsked = once(given.seeds ?? [1, 2, 3], 'seeds', host);
    return alignmentExperiment(ofAlignment, { out: given.out, seeds: seedsAsked, device: given.device }, host);
  },
});

async function experiment(
  name: string,
  given: Partial<Given<typeof configFlags & typeof deviceFlags>> & { seeds?: number[]; base?: 'train'; out: string },
  host: Host,
): Promise<number> {
  const { say } = host;
  const { out } = given;
  const onData = name.split(',').map(dataExperimentNamed);
  if (onData.every((one) => one !== undefined)) {
    // Seeds are hashed where they are used: 1, 2, 3 are as good as any.
    const asked = once(given.seeds ?? [1, 2, 3], 'seeds', host);
    return dataExperiment(onData, { out, seeds: asked, device: given.device }, host);
  }
  const experiments = experimentsNamed(name);
  const file = given.config === undefined ? undefined : readJson(given.config);
  const config = resolveConfig({ preset: given.preset ?? 'world', file, set: given.set });
  const asked = once(given.seeds ?? [1, 2, 3], 'seeds', host);
  const shipped = shippedBases();

  const folder = new ResultsFolder(out, name, config, chanceOf(config));
  const done = folder.rows();
  const first = await host.open(given.device);
  let fresh: typeof first | null = first;
  const open = async () => {
    const backend = fresh ?? (await host.open(given.device));
    fresh = null;
    return backend;
  };
  const adapter = describeAdapter(first.report);
  say(experimentWords.plan(adapter, armsOf(experiments).length, asked, done.length));
  let started = performance.now();
  let said = 0;
  let end = 0;
  let current: { stop(): void } | null = null;
  host.ended.addEventListener('abort', () => current?.stop());
  const finished = await superviseExperiment(
    open,
    {
      experiment: { arms: armsOf(experiments) },
      config,
      seeds: asked,
      done,
      baseOf: async (seed) =>
        (await folder.base(seed)) ?? (given.base === 'train' ? null : shipped.shipped({ ...config, seed })),
      stopped: () => host.ended.aborted,
    },
    listening<ExperimentNews>({
      notice: ({ message }) => say(message),
      begin({ arm, seed, run }) {
        current = run;
        if (host.ended.aborted) run.stop();
        started = performance.now();
        end = run.plan.endStep;
        say(experimentWords.arm(seed, arm, end - run.plan.firstStep));
      },
      metric({ row }) {
        if (performance.now() - said < 10_000) return;
        said = performance.now();
        say(experimentWords.progress(row.step + 1, end, row.loss, row.tokensPerSecond));
      },
      row(row) {
        const seconds = (performance.now() - started) / 1000;
        say(experimentWords.row(row.seed, row.arm, row.average, seconds));
        folder.add(row);
        folder.summarise(experiments, adapter);
      },
      base: ({ seed, files }) => writeFolder(folder.basePath(seed), files),
    }),
  );
  folder.summarise(experiments, adapter);
  for (const one of experiments) say(`\n${resultsTable(one, folder.results(adapter))}`);
  if (!finished) say(commonWords.continues(out));
  return finished ? 0 : INTERRUPTED;
}

/** Accuracy of answering at random, which no seed changes. */
function chanceOf({ data }: RunConfig): ExperimentResults['chance'] {
  const suites = data.world ? benchmarks(new World(data.world, 1)) : [];
  const counted = suites.filter(({ role }) => role !== 'probe');
  return {
    average: counted.reduce((sum, suite) => sum + chanceLevel(suite.items), 0) / counted.length,
    suites: Object.fromEntries(suites.map((suite) => [suite.name, chanceLevel(suite.items)])),
  };
}
