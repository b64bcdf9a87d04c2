/**
 * `npm run recipe -- range …` and `grid …`: what the page's instruments do, into a folder. A range test sweeps the rate from a seed's
 * or a base's weights; a grid runs peak rates by batch sizes on equal tokens, and the same command again goes on where it stopped.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { resolveConfig } from '../config/resolve.ts';
import type { RunConfig } from '../config/run.ts';
import { configureFromBase } from '../recipe/baseCheckpoint.ts';
import { checkGrid, type GridPlan, type GridRow, gridTable } from '../recipe/grid.ts';
import { hasDiverged, type RangePoint, type RangeVerdict, rangeSentence, readRange } from '../recipe/rangeTest.ts';
import { type Base, checkBase, readBase } from '../train/base.ts';
import { Bases } from '../train/bases.ts';
import { prepareData } from '../train/data.ts';
import { runGrid, startingBench, sweep } from '../train/trials.ts';
import { UserError } from '../util/errors.ts';
import { argumentsOf, buildFolder, integer, newFolder, required, say } from './arguments.ts';
import { documentOptions, givenDocuments, readJson } from './documents.ts';
import { seedsOf } from './experiment.ts';
import { describeAdapter, type OpenNodeDevice } from './node/dawn.ts';
import { ensureData } from './node/data.mjs';
import { projectRoot } from './node/project.mjs';
import { readFolder } from './readFolder.ts';
import { fetchShard } from './train.ts';

const text = { type: 'string' } as const;

/** Writes range.json and table.md: every step of the sweep, and the band it names. */
export async function range(args: string[], open: OpenNodeDevice): Promise<void> {
  const given = argumentsOf(args, { preset: text, config: text, set: { ...text, multiple: true }, seed: text, base: text, ...documentOptions, out: text });
  const { files, names, uses } = await givenDocuments(given);
  const out = newFolder(given.out);
  const seed = given.seed === undefined ? undefined : integer(given.seed, 'seed');
  const folder = given.base === undefined || given.base === 'shipped' ? null : readBase(readFolder(given.base));
  const config = resolveConfig({
    preset: given.preset ?? folder?.metadata.preset,
    file: given.config === undefined ? undefined : readJson(given.config),
    set: given.set,
    seed,
    data: names,
    uses,
    from: folder ? (preset) => configureFromBase(folder.metadata, preset) : undefined,
  });
  const base = folder ?? (given.base === 'shipped' ? await shippedBase(config) : null);
  if (base) await checkBase(base, config);
  ensureData();
  const data = await prepareData(config, files, fetchShard, (what) => say(what), base?.tokenizer);
  for (const note of data.notes) say(`note: ${note}`);
  const { device, report } = await open();
  const adapter = describeAdapter(report);
  say(`adapter: ${adapter}`);
  const bench = await startingBench(device, report.software, config, data, base, () => {});
  const points = await sweep(bench, tellSweep(), () => false);
  bench.engine.destroy();
  const verdict = readRange(points);
  const from = base ? `the base of seed ${base.metadata.seed}` : `random weights of seed ${config.seed}`;
  say(rangeSentence(verdict));
  await buildFolder(out, async (building) => {
    const record = { preset: config.preset, seed: config.seed, from, adapter, diverged: hasDiverged(points), ...verdict, points };
    writeFileSync(path.join(building, 'range.json'), `${JSON.stringify(record, null, 1)}\n`);
    writeFileSync(path.join(building, 'table.md'), rangeTable(config, from, points, verdict));
  });
}

async function shippedBase(config: RunConfig): Promise<Base> {
  const bases = new Bases(async (name) => readFileSync(path.join(projectRoot, 'public/bases', name)));
  const base = await bases.shipped(config);
  if (!base) throw new UserError(`No base checkpoint is shipped for this configuration of "${config.preset}", seed ${config.seed}: give --base DIR.`);
  return base;
}

/** A line a quarter of a decade. */
function tellSweep(): (points: readonly RangePoint[]) => void {
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
    i % 5 > 0 ? [] : [`| ${rate.toExponential(2)} | ${loss.toFixed(3)} | ${verdict.smoothed[i]?.toFixed(3) ?? ''} | ${gradNorm.toPrecision(3)} |`],
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

const numbers = (given: string, name: string): number[] =>
  given.split(',').map((part) => {
    const value = Number(part);
    if (!(value > 0)) throw new UserError(`--${name} is "${given}": give numbers above 0 with commas between them.`);
    return value;
  });

/** Writes grid.json and table.md, brought up to date after every row. */
export async function grid(args: string[], open: OpenNodeDevice): Promise<void> {
  const given = argumentsOf(args, {
    preset: text,
    config: text,
    set: { ...text, multiple: true },
    rates: text,
    batches: text,
    tokens: text,
    seeds: text,
    ...documentOptions,
    out: text,
  });
  const { files, names, uses } = await givenDocuments(given);
  const config = resolveConfig({
    preset: given.preset,
    file: given.config === undefined ? undefined : readJson(given.config),
    set: given.set,
    data: names,
    uses,
  });
  const { base, batch } = config;
  const plan: GridPlan = {
    rates: numbers(given.rates ?? [-2, -1, 0, 1, 2].map((power) => base.schedule.peak * 2 ** power).join(), 'rates'),
    batches: numbers(given.batches ?? String(batch.sequences), 'batches'),
    tokens: integer(given.tokens ?? String(base.steps * batch.sequences * batch.length * batch.accumulation), 'tokens'),
    seeds: seedsOf(given.seeds ?? '3'),
  };
  checkGrid(config, plan);
  const out = path.resolve(required(given.out, 'out'));
  const file = path.join(out, 'grid.json');
  const head = { preset: config.preset, config, tokens: plan.tokens };
  const rows: GridRow[] = [];
  if (existsSync(file)) {
    const known = readJson(file) as typeof head & { rows: GridRow[] };
    if (JSON.stringify([known.config, known.tokens]) !== JSON.stringify([config, plan.tokens])) {
      throw new UserError(`The folder ${out} holds a grid of another configuration: choose another --out or remove it.`);
    }
    rows.push(...known.rows);
  }
  ensureData();
  mkdirSync(out, { recursive: true });
  const { device, report } = await open();
  const adapter = describeAdapter(report);
  say(`adapter: ${adapter}; ${plan.rates.length} rates, ${plan.batches.length} batch sizes, seeds ${plan.seeds.join(', ')}, ${rows.length} rows there already`);
  const write = (name: string, content: string): void => {
    writeFileSync(path.join(out, `${name}.part`), content);
    renameSync(path.join(out, `${name}.part`), path.join(out, name));
  };
  let started = 0;
  const work = { config, files, plan, done: [...rows] };
  await runGrid(device, report.software, work, fetchShard, {
    begin: () => void (started = performance.now()),
    metric() {},
    row(row) {
      rows.push(row);
      const seconds = (performance.now() - started) / 1000;
      say(`rate ${row.rate.toPrecision(3)}, ${row.sequences} rows, seed ${row.seed}: ${row.loss?.toFixed(4) ?? 'diverged'} (${seconds.toFixed(0)} s)`);
      write('grid.json', `${JSON.stringify({ ...head, adapter, rows }, null, 1)}\n`);
      write('table.md', gridTable(plan, rows));
    },
  }, () => false);
  say(`\n${gridTable(plan, rows)}`);
}
