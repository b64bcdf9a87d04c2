/**
 * `npm run recipe -- experiment NAME --seeds N --out DIR`: the arms of one or more of the paper's comparisons, over seeds. Every arm
 * is written when it is done; the same command again goes on where it stopped, and several may share a folder if their seeds differ.
 */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { resolveConfig } from '../../config/resolve.ts';
import type { RunConfig } from '../../config/run.ts';
import { armsOf, type Experiment, experimentsNamed } from '../../recipe/experiments.ts';
import { rowSchema } from '../../recipe/readResults.ts';
import { type ExperimentResults, type ResultRow, resultsTable } from '../../recipe/results.ts';
import { type Base, readBase } from '../../train/bases/base.ts';
import { superviseExperiment } from '../../train/experiment/supervisedExperiment.ts';
import { UserError } from '../../util/errors.ts';
import { chanceLevel } from '../../evaluate/suite.ts';
import { benchmarks } from '../../world/benchmarks.ts';
import { World } from '../../world/world.ts';
import { command, type Given } from '../commands.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type Host, INTERRUPTED } from '../host.ts';
import { configFlags, deviceFlags, once, shippedBases } from '../inputs.ts';
import { choice, place, seeds } from '../kinds.ts';
import { checkOwn, makeFolders } from '../outFolder.ts';
import { readFolder } from '../readFolder.ts';
import { alignmentExperiment, isAlignmentExperiment } from './alignmentExperiment.ts';
import { readJson, readJsonAs } from '../readJson.ts';
import { asUserError, writeFolder } from '../writeFolder.ts';

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
    if (!isAlignmentExperiment(name)) return experiment(name, given, host);
    const seedsAsked = once(given.seeds ?? [1, 2, 3], 'seeds', host);
    return alignmentExperiment(name, { out: given.out, seeds: seedsAsked, device: given.device }, host);
  },
});

async function experiment(
  name: string,
  given: Partial<Given<typeof configFlags & typeof deviceFlags>> & { seeds?: number[]; base?: 'train'; out: string },
  host: Host,
): Promise<number> {
  const { say } = host;
  const { out } = given;
  const experiments = experimentsNamed(name);
  const file = given.config === undefined ? undefined : readJson(given.config);
  const config = resolveConfig({ preset: given.preset ?? 'world', file, set: given.set });
  const asked = once(given.seeds ?? [1, 2, 3], 'seeds', host);
  const shipped = shippedBases();

  const folder = new ResultsFolder(out, name, config);
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

/** DIR/rows holds one file an arm and seed; config.json, results.json and table.md follow from them. */
class ResultsFolder {
  readonly #path: string;
  readonly #name: string;
  readonly #config: RunConfig;

  constructor(folder: string, name: string, config: RunConfig) {
    this.#path = folder;
    this.#name = name;
    this.#config = config;
    checkOwn(folder, (names) => names.includes('rows'));
    const known = path.join(folder, 'config.json');
    const text = `${JSON.stringify(config, null, 2)}\n`;
    if (existsSync(known) && JSON.stringify(readJson(known)) !== JSON.stringify(config)) {
      throw new UserError(
        `The folder ${folder} holds results of another configuration: choose another --out or remove it.`,
      );
    }
    try {
      makeFolders(path.join(folder, 'rows'));
      this.#write('config.json', text);
    } catch (error) {
      throw asUserError(error, `The folder ${folder} cannot be written`);
    }
  }

  rows(): ResultRow[] {
    const folder = path.join(this.#path, 'rows');
    const names = readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort();
    const wanted = 'remove it, and its arm is run again';
    return names.map((file) => readJsonAs(path.join(folder, file), rowSchema, wanted) as ResultRow);
  }

  add(row: ResultRow): void {
    this.#write(`rows/${row.arm}-${row.seed}.json`, `${JSON.stringify(row)}\n`);
  }

  results(adapter: string): ExperimentResults & { adapter: string } {
    const chance = chanceOf(this.#config);
    return { experiment: this.#name, preset: this.#config.preset, adapter, chance, rows: this.rows() };
  }

  summarise(experiments: readonly Experiment[], adapter: string): void {
    const { rows, ...head } = this.results(adapter);
    // A row a line: the file stays small and its history readable.
    const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
    this.#write('results.json', `${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines}\n]}\n`);
    this.#write('table.md', experiments.map((one) => resultsTable(one, { ...head, rows })).join('\n'));
  }

  basePath(seed: number): string {
    return path.join(this.#path, 'bases', `${this.#config.preset}-${seed}`);
  }

  /** A base an earlier call of the command has trained. */
  base(seed: number): Base | null {
    return existsSync(this.basePath(seed)) ? readBase(readFolder(this.basePath(seed))) : null;
  }

  /** Whole or not at all, also while another process writes the same file. */
  #write(name: string, text: string): void {
    const part = path.join(this.#path, `${name}.part-${process.pid}`);
    writeFileSync(part, text);
    renameSync(part, path.join(this.#path, name));
  }
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
