/**
 * `npm run recipe -- range …` and `grid …`: what the page's instruments do, into a folder. A range test sweeps the rate from a seed's
 * or a base's weights; a grid runs peak rates by batch sizes on equal tokens, and the same command again goes on where it stopped.
 */
import { existsSync } from 'node:fs';
import * as v from 'valibot';
import type { RunConfig } from '../../config/run.ts';
import type { GivenFile } from '../../data/prepare.ts';
import {
  checkGrid,
  type GridPlan,
  type GridRow,
  gridTable,
  missingCells,
  proposedGrid,
  roundedTokens,
} from '../../recipe/grid.ts';
import { hasDiverged, type RangePoint, type RangeVerdict, rangeSentence, readRange } from '../../recipe/rangeTest.ts';
import { prepareData } from '../../train/run/data.ts';
import { startingLoan, sweep } from '../../train/trials/trials.ts';
import { UserError } from '../../util/errors.ts';
import { command } from '../commands.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { fetchShard, once, readInputs, runFlags } from '../inputs.ts';
import { count, list, number, place, seeds } from '../kinds.ts';
import { hashes, trainCells } from '../trials/cells.ts';
import { ensureData } from '../node/data.mjs';
import { checkFree, OutFolder } from '../outFolder.ts';
import { readJsonAs } from '../readJson.ts';
import { commonWords } from '../words/common.ts';
import { gridWords, rangeWords } from '../words/trials.ts';

export const rangeCommand = command({
  name: 'range',
  about: rangeWords.about,
  flags: {
    ...runFlags,
    out: { kind: place('DIR'), about: rangeWords.out, required: true },
  },
  example: 'range --preset ci --base shipped --out runs/range',
  async run(given, host) {
    checkFree(given.out);
    const { config, files, base } = await readInputs(given, host);
    ensureData();
    const out = OutFolder.reserve(given.out, rangeWords.underWay(config.preset));
    try {
      const data = await prepareData(config, files, fetchShard, (what) => host.say(what), base);
      for (const note of data.notes) host.say(commonWords.note(note));
      const backend = await host.open(given.device);
      const adapter = describeAdapter(backend.report);
      host.say(commonWords.adapter(adapter));
      const loan = await startingLoan(backend, config, data, base, () => {});
      const points = await sweep(loan, tellSweep(host), () => host.ended.aborted);
      loan.engine.destroy();
      if (host.ended.aborted) {
        out.abandon();
        return INTERRUPTED;
      }
      const verdict = readRange(points);
      const from = base ? rangeWords.fromBase(base.metadata.seed) : rangeWords.fromStart(config.seed);
      host.say(rangeSentence(verdict));
      const record = {
        preset: config.preset,
        seed: config.seed,
        from,
        adapter,
        diverged: hasDiverged(points),
        ...verdict,
        points,
      };
      out.write('range.json', `${JSON.stringify(record, null, 1)}\n`);
      out.write('table.md', rangeTable(config, from, points, verdict));
      out.finish();
      host.say(commonWords.written(out.path));
      return 0;
    } catch (error) {
      out.abandon();
      throw error;
    }
  },
});

/** A line a quarter of a decade. */
function tellSweep({ say }: Host): (points: readonly RangePoint[]) => void {
  let next = 0;
  return (points) => {
    const last = points.at(-1);
    if (!last || last.rate < next) return;
    next = last.rate * 10 ** 0.25;
    say(rangeWords.point(last.rate, last.loss));
  };
}

function rangeTable(config: RunConfig, from: string, points: readonly RangePoint[], verdict: RangeVerdict): string {
  const rows = points.flatMap(({ rate, loss, gradNorm }, i) =>
    i % 5 > 0
      ? []
      : [
          `| ${rate.toExponential(2)} | ${loss.toFixed(3)} | ${verdict.smoothed[i]?.toFixed(3) ?? ''} | ${gradNorm.toPrecision(3)} |`,
        ],
  );
  return [
    rangeWords.heading(config.preset),
    '',
    rangeWords.from(from, rangeSentence(verdict)),
    '',
    rangeWords.columns,
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const { seed: _, base: __, ...gridRun } = runFlags;
/** Rows of a micro-batch and tokens of a run, as far as a grid's own checks do not say less. */
const many = 2 ** 31;

/** Brought up to date after every row. */
export const gridCommand = command({
  name: 'grid',
  about: gridWords.about,
  flags: {
    ...gridRun,
    rates: { kind: list('RATE,…', number(1e-9, 1)), about: gridWords.rates },
    batches: {
      kind: list('ROWS,…', count(1, many)),
      about: gridWords.batches,
    },
    tokens: { kind: count(1, 2 ** 53 - 1), about: gridWords.tokens },
    seeds: { kind: seeds, about: commonWords.howManySeeds },
    out: { kind: place('DIR'), about: gridWords.out, required: true },
  },
  example: 'grid --preset ci --rates 0.001,0.002 --batches 4,8 --seeds 3 --out runs/grid',
  async run(given, host) {
    const { config: run, files } = await readInputs(given, host);
    const proposed = proposedGrid(run);
    const plan: GridPlan = {
      rates: once(given.rates ?? proposed.rates, 'rates', host),
      batches: once(given.batches ?? proposed.batches, 'batches', host),
      tokens: given.tokens ?? proposed.tokens,
      seeds: once(given.seeds ?? [1, 2, 3], 'seeds', host),
    };
    checkGrid(run, plan);
    const rounded = roundedTokens(run, plan);
    if (rounded !== null) host.say(commonWords.note(rounded));
    const head = { preset: run.preset, config: run, tokens: plan.tokens, texts: await hashes(files) };
    ensureData();
    const out = OutFolder.share(given.out, (names) => names.includes('grid.json'));
    try {
      // Every seed prepares it anew: once before, so that a text that cannot be used is told of at once.
      const { notes } = await prepareData(run, files, fetchShard, (what) => host.say(what));
      for (const note of notes) host.say(commonWords.note(note));
      const rows = knownRows(out, head);
      return await fillGrid(out, { run, files, plan, head, rows, device: given.device }, host);
    } finally {
      out.release();
    }
  },
});

interface Head {
  preset: string;
  config: RunConfig;
  tokens: number;
  /** SHA-256 of every text of the user's, by its source; a grid on others is another grid. */
  texts: string[];
}

const gridSchema = v.object({
  config: v.unknown(),
  tokens: v.number(),
  /** Grids of earlier versions were of shipped text alone. */
  texts: v.optional(v.array(v.string()), []),
  rows: v.array(v.object({ rate: v.number(), sequences: v.number(), seed: v.number(), loss: v.nullable(v.number()) })),
});

/** Rows that the folder holds. UserError where they are of another grid. */
function knownRows(out: OutFolder, { config: run, tokens, texts }: Head): GridRow[] {
  const file = out.at('grid.json');
  if (!existsSync(file)) return [];
  const known = readJsonAs(file, gridSchema, gridWords.unreadable);
  const same = JSON.stringify([known.config, known.tokens, known.texts]) === JSON.stringify([run, tokens, texts]);
  if (same) return known.rows;
  throw new UserError(commonWords.otherConfiguration(out.path, gridWords.results));
}

interface Filling {
  run: RunConfig;
  files: GivenFile[];
  plan: GridPlan;
  head: Head;
  rows: GridRow[];
  device: DeviceName | undefined;
}

async function fillGrid(
  out: OutFolder,
  { run, files, plan, head, rows, device }: Filling,
  host: Host,
): Promise<number> {
  const backend = await host.open(device);
  const adapter = describeAdapter(backend.report);
  host.say(
    `${commonWords.adapter(adapter)}; ${gridWords.plan(plan.rates.length, plan.batches.length, plan.seeds)}, ${commonWords.rowsKept(rows.length)}`,
  );
  const missing = missingCells(run, plan, rows);
  const finished = await trainCells(
    host,
    backend,
    { cells: missing.map((one) => one.config), files },
    (cell, loss, seconds) => {
      const row = { ...missing[cell]!.cell, loss };
      rows.push(row);
      host.say(gridWords.row(row.rate, row.sequences, row.seed, row.loss, seconds));
      out.write('grid.json', `${JSON.stringify({ ...head, adapter, rows }, null, 1)}\n`);
      out.write('table.md', gridTable(plan, rows));
    },
  );
  host.say(`\n${gridTable(plan, rows)}`);
  if (!finished) host.say(commonWords.continues(out.path));
  return finished ? 0 : INTERRUPTED;
}
