/**
 * `npm run recipe -- widths --widths 64,128,256 --out DIR`: activations at the first steps and losses by peak rate, width by width, in the
 * standard parametrization and in µP; brought up to date after every model and run. `kit --widths DIR` takes them along.
 */
import { existsSync } from 'node:fs';
import type { RunConfig } from '../../config/run.ts';
import { coordinateCsv, coordinateTable, lossCsv, widthTable } from '../../recipe/widths/table.ts';
import {
  checkWidths,
  type Coordinate,
  missingModels,
  missingRuns,
  proposedWidths,
  widthConfig,
  type WidthPlan,
  type WidthRow,
} from '../../recipe/widths/widths.ts';
import type { Backend } from '../../train/backends/backend.ts';
import { prepareData } from '../../train/run/data.ts';
import { coordinatesOf } from '../../train/trials/coordinates.ts';
import { UserError } from '../../util/errors.ts';
import { widthWords } from '../../words/widths.ts';
import { hashes, trainCells } from '../trials/cells.ts';
import { command } from '../commands.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type Host, INTERRUPTED } from '../host.ts';
import { fetchShard, once, readInputs, type RunInputs, runFlags } from '../inputs.ts';
import { count, list, number, place, seeds } from '../kinds.ts';
import { ensureData } from '../node/data.mjs';
import { OutFolder } from '../outFolder.ts';
import { readJsonAs } from '../readJson.ts';
import { widthsSchema } from '../trials/widthsFile.ts';
import { commonWords } from '../words/common.ts';
import { widthCommandWords as words } from '../words/widths.ts';

const { seed: _, base: __, ...flags } = runFlags;

export const widthsCommand = command({
  name: 'widths',
  about: words.about,
  flags: {
    ...flags,
    widths: { kind: list('WIDTH,…', count(4, 2 ** 16)), about: words.widths },
    rates: { kind: list('RATE,…', number(1e-9, 1)), about: words.rates },
    tokens: { kind: count(1, 2 ** 53 - 1), about: words.tokens },
    seeds: { kind: seeds, about: commonWords.howManySeeds },
    out: { kind: place('DIR'), about: words.out, required: true },
  },
  example: 'widths --preset ci --widths 32,64,128 --seeds 3 --out runs/widths',
  async run(given, host) {
    const inputs = await readInputs(given, host);
    const proposed = proposedWidths(inputs.config);
    const ascending = (values: readonly number[], name: string) => once(values, name, host).sort((a, b) => a - b);
    const plan: WidthPlan = {
      widths: ascending(given.widths ?? proposed.widths, 'widths'),
      rates: ascending(given.rates ?? proposed.rates, 'rates'),
      tokens: given.tokens ?? proposed.tokens,
      seeds: once(given.seeds ?? [1, 2, 3], 'seeds', host),
    };
    checkWidths(inputs.config, plan);
    ensureData();
    const out = OutFolder.share(given.out, (names) => names.includes('widths.json'));
    try {
      const { notes } = await prepareData(inputs.config, inputs.files, fetchShard, (what) => host.say(what));
      for (const note of notes) host.say(commonWords.note(note));
      const record = await Record.open(out, inputs, plan);
      const backend = await host.open(given.device);
      record.adapter = describeAdapter(backend.report);
      host.say(
        `${commonWords.adapter(record.adapter)}; ${words.plan(plan.widths, plan.rates.length, plan.seeds)}, ${commonWords.rowsKept(record.rows.length)}`,
      );
      const finished = await fill(record, inputs, plan, backend, host);
      host.say(`\n${widthTable(record.rows, plan.tokens)}`);
      if (!finished) host.say(commonWords.continues(out.path));
      return finished ? 0 : INTERRUPTED;
    } finally {
      out.release();
    }
  },
});

interface Head {
  preset: string;
  config: RunConfig;
  tokens: number;
  base: number;
  texts: string[];
}

/** What the folder holds. */
class Record {
  readonly rows: WidthRow[];
  readonly coordinates: Coordinate[];
  adapter = '';
  readonly #out: OutFolder;
  readonly #head: Head;

  /** UserError where the folder is of another sweep. */
  static async open(out: OutFolder, { config, files }: RunInputs, { tokens, widths }: WidthPlan): Promise<Record> {
    const head: Head = { preset: config.preset, config, tokens, base: widths[0]!, texts: await hashes(files) };
    const file = out.at('widths.json');
    if (!existsSync(file)) return new Record(out, head, [], []);
    const known = readJsonAs(file, widthsSchema, words.unreadable);
    const same = (one: Omit<Head, 'preset'> | typeof known) =>
      JSON.stringify([one.config, one.tokens, one.base, one.texts]);
    if (same(known) !== same(head)) throw new UserError(commonWords.otherConfiguration(out.path, words.results));
    return new Record(out, head, known.rows, known.coordinates);
  }

  private constructor(out: OutFolder, head: Head, rows: WidthRow[], coordinates: Coordinate[]) {
    this.#out = out;
    this.#head = head;
    this.rows = rows;
    this.coordinates = coordinates;
  }

  write(): void {
    const { rows, coordinates, adapter } = this;
    this.#out.write('widths.json', `${JSON.stringify({ ...this.#head, adapter, rows, coordinates }, null, 1)}\n`);
    this.#out.write('table.md', `${widthTable(rows, this.#head.tokens)}\n${coordinateTable(coordinates)}`);
    this.#out.write('losses.csv', lossCsv(rows));
    this.#out.write('coordinates.csv', coordinateCsv(coordinates));
  }
}

/** Activations first, which take seconds; then runs. False if it was ended. */
async function fill(
  record: Record,
  { config, files }: RunInputs,
  plan: WidthPlan,
  backend: Backend,
  host: Host,
): Promise<boolean> {
  const rate = config.base.schedule.peak;
  for (const model of missingModels(plan, record.coordinates)) {
    const cell = widthConfig(config, { ...model, rate }, plan);
    const readings = await coordinatesOf(backend, cell, files, fetchShard, () => host.ended.aborted);
    if (!readings) return false;
    record.coordinates.push(...readings.map((reading) => ({ ...model, ...reading })));
    const { parametrization, width, seed } = model;
    host.say(words.measured(widthWords.title[parametrization], width, seed, readings.at(-1)!.change));
    record.write();
  }
  const missing = missingRuns(plan, record.rows);
  const cells = missing.map((cell) => widthConfig(config, cell, plan));
  return trainCells(host, backend, { cells, files }, (cell, loss, seconds) => {
    const { parametrization, width, rate: trained, seed } = missing[cell]!;
    record.rows.push({ ...missing[cell]!, loss });
    host.say(words.row(widthWords.title[parametrization], width, trained, seed, loss, seconds));
    record.write();
  });
}
