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
import { writeFolder } from '../writeFolder.ts';
import { alignmentExperiment, alignmentExperimentsNamed } from './alignmentExperiment.ts';

export const experimentCommand = command({
  name: 'experiment',
  about: 'Runs the arms of one or more of the paper’s comparisons, over seeds; the same command again goes on.',
  word: 'NAME',
  flags: {
    ...configFlags,
    ...deviceFlags,
    seeds: { kind: seeds, about: 'how many, or which with commas between them; 3 by default' },
    base: { kind: choice('train', ['train'] as const), about: 'trains every base, though a shipped one may fit' },
    out: { kind: place('DIR'), about: 'the folder of results, brought up to date after every arm', required: true },
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
  say(
    `adapter: ${adapter}; ${armsOf(experiments).length} arms, seeds ${asked.join(', ')}, ${done.length} rows there already`,
  );
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
        folder.base(seed) ?? (given.base === 'train' ? null : shipped.shipped({ ...config, seed })),
    },
    {
      compiling() {},
      heldOut() {},
      benchmark() {},
      notice: ({ message }) => say(message),
      waiting() {},
      stopped: () => host.ended.aborted,
      begin(arm, seed, run) {
        current = run;
        if (host.ended.aborted) run.stop();
        started = performance.now();
        end = run.plan.endStep;
        say(`seed ${seed}, ${arm}: ${end - run.plan.firstStep} steps`);
      },
      metric(_arm, _seed, row) {
        if (performance.now() - said < 10_000) return;
        said = performance.now();
        say(`  step ${row.step + 1}/${end} loss ${row.loss.toFixed(3)} ${row.tokensPerSecond.toFixed(0)} tokens/s`);
      },
      row(row) {
        const seconds = (performance.now() - started) / 1000;
        say(`seed ${row.seed}, ${row.arm}: average ${(100 * row.average).toFixed(1)} (${seconds.toFixed(0)} s)`);
        folder.add(row);
        folder.summarise(experiments, adapter);
      },
      base: (seed, files) => writeFolder(folder.basePath(seed), files),
    },
  );
  folder.summarise(experiments, adapter);
  for (const one of experiments) say(`\n${resultsTable(one, folder.results(adapter))}`);
  if (!finished) say(`stopped: the same command continues with what ${out} holds.`);
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
