/**
 * `npm run recipe -- range …` and `grid …`: what the page's instruments do, into a folder. A range test sweeps the rate from a seed's
 * or a base's weights; a grid runs peak rates by batch sizes on equal tokens, and the same command again goes on where it stopped.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as v from 'valibot';
import type { RunConfig } from '../../config/run.ts';
import type { GivenFile } from '../../data/prepare.ts';
import { checkGrid, type GridPlan, type GridRow, gridTable, proposedGrid, roundedTokens } from '../../recipe/grid.ts';
import { hasDiverged, type RangePoint, type RangeVerdict, rangeSentence, readRange } from '../../recipe/rangeTest.ts';
import { prepareData } from '../../train/run/data.ts';
import type { Run } from '../../train/run/run.ts';
import { runGrid, startingBench, sweep } from '../../train/trials/trials.ts';
import { UserError } from '../../util/errors.ts';
import { command } from '../commands.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { fetchShard, once, readInputs, runFlags } from '../inputs.ts';
import { count, list, number, place, seeds } from '../kinds.ts';
import { ensureData } from '../node/data.mjs';
import { checkFree, OutFolder } from '../outFolder.ts';
import { readJsonAs } from '../readJson.ts';

export const rangeCommand = command({
  name: 'range',
  about: 'Sweeps the learning rate from a seed’s or a base’s weights and names a band.',
  flags: {
    ...runFlags,
    out: { kind: place('DIR'), about: 'the folder to make and fill: range.json, table.md', required: true },
  },
  example: 'range --preset ci --base shipped --out runs/range',
  async run(given, host) {
    checkFree(given.out);
    const { config, files, base } = await readInputs(given, host);
    ensureData();
    const out = OutFolder.reserve(given.out, `A range test of preset ${config.preset} is under way.`);
    try {
      const data = await prepareData(config, files, fetchShard, (what) => host.say(what), base);
      for (const note of data.notes) host.say(`note: ${note}`);
      const backend = await host.open(given.device);
      const adapter = describeAdapter(backend.report);
      host.say(`adapter: ${adapter}`);
      const bench = await startingBench(backend, config, data, base, () => {});
      const points = await sweep(bench, tellSweep(host), () => host.ended.aborted);
      bench.engine.destroy();
      if (host.ended.aborted) {
        out.abandon();
        return INTERRUPTED;
      }
      const verdict = readRange(points);
      const from = base ? `the base of seed ${base.metadata.seed}` : `random weights of seed ${config.seed}`;
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
      host.say(`written: ${out.path}`);
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
    say(`rate ${last.rate.toExponential(1)} loss ${last.loss.toFixed(3)}`);
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
    `# Learning-rate range test, preset ${config.preset}`,
    '',
    `From ${from}. ${rangeSentence(verdict)}`,
    '',
    '| rate | loss | smoothed | gradient norm |',
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
  about: 'Compares peak rates and batch sizes on equal tokens, over seeds; the same command again goes on.',
  flags: {
    ...gridRun,
    rates: { kind: list('RATE,…', number(1e-9, 1)), about: 'peak rates; by default five around the preset’s' },
    batches: {
      kind: list('ROWS,…', count(1, many)),
      about: 'rows of a batch; by default the preset’s and half of them',
    },
    tokens: { kind: count(1, 2 ** 53 - 1), about: 'tokens of every run; by default a tenth of the base run’s' },
    seeds: { kind: seeds, about: 'how many, or which with commas between them; 3 by default' },
    out: { kind: place('DIR'), about: 'the folder of the grid: grid.json, table.md', required: true },
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
    if (rounded !== null) host.say(`note: ${rounded}`);
    const head = { preset: run.preset, config: run, tokens: plan.tokens, texts: await hashes(files) };
    ensureData();
    const out = OutFolder.share(given.out, (names) => names.includes('grid.json'));
    try {
      // Every seed prepares it anew: once before, so that a text that cannot be used is told of at once.
      const { notes } = await prepareData(run, files, fetchShard, (what) => host.say(what));
      for (const note of notes) host.say(`note: ${note}`);
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

const hashes = (files: readonly GivenFile[]): Promise<string[]> =>
  Promise.all(
    files.map(async ({ source, bytes }) => {
      const content = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
      return `${source} ${createHash('sha256').update(new Uint8Array(content)).digest('hex')}`;
    }),
  );

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
  const known = readJsonAs(file, gridSchema, 'choose another --out or remove it');
  const same = JSON.stringify([known.config, known.tokens, known.texts]) === JSON.stringify([run, tokens, texts]);
  if (same) return known.rows;
  throw new UserError(
    `The folder ${out.path} holds a grid of another configuration: choose another --out or remove it.`,
  );
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
    `adapter: ${adapter}; ${plan.rates.length} rates, ${plan.batches.length} batch sizes, seeds ${plan.seeds.join(', ')}, ${rows.length} rows there already`,
  );
  let started = 0;
  let current: Run | null = null;
  host.ended.addEventListener('abort', () => current?.stop());
  const work = { config: run, files, plan, done: [...rows] };
  const finished = await runGrid(
    backend,
    work,
    fetchShard,
    {
      begin(_, cell) {
        current = cell;
        started = performance.now();
      },
      metric() {},
      row(row) {
        rows.push(row);
        const seconds = (performance.now() - started) / 1000;
        host.say(
          `rate ${row.rate.toPrecision(3)}, ${row.sequences} rows, seed ${row.seed}: ${row.loss?.toFixed(4) ?? 'diverged'} (${seconds.toFixed(0)} s)`,
        );
        out.write('grid.json', `${JSON.stringify({ ...head, adapter, rows }, null, 1)}\n`);
        out.write('table.md', gridTable(plan, rows));
      },
    },
    () => host.ended.aborted,
  );
  host.say(`\n${gridTable(plan, rows)}`);
  if (!finished) host.say(`stopped: the same command continues with what ${out.path} holds.`);
  return finished ? 0 : INTERRUPTED;
}
