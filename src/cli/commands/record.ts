/**
 * `npm run recipe -- record --from DIR`: the results of an experiment into `public/results`, where the page shows them as recorded;
 * a run's into `public/recorded` (recordRun.ts).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { alignmentArms } from '../../recipe/alignment.ts';
import { DATA_EXPERIMENTS } from '../../recipe/curation/dataArms.ts';
import { armsOf, EXPERIMENTS } from '../../recipe/experiments.ts';
import { resultsSchema } from '../../recipe/results/readResults.ts';
import { RAW_PRESET } from '../../train/experiment/dataExperiment.ts';
import { command } from '../commands.ts';
import type { Host } from '../host.ts';
import { folder } from '../kinds.ts';
import { projectRoot } from '../node/project.mjs';
import { readJson, readJsonAs } from '../readJson.ts';
import { recordRun } from './recordRun.ts';
import { recordWords as words } from '../words/record.ts';

interface RecordedEntry {
  preset: string;
  /** Below public/results. */
  file: string;
  adapter: string;
  /** Those of which every arm has a row. */
  experiments: string[];
  seeds: number[];
}

const measuredSchema = v.required(resultsSchema, ['adapter']);

function recordResults(place: string, host: Host): void {
  const from = path.join(place, 'results.json');
  const results = readJsonAs(from, measuredSchema, words.wrongFolder);
  const has = new Set(results.rows.map(({ arm }) => arm));
  const ofAlignment = Object.entries(alignmentArms).map(([name, arms]) => ({
    name,
    arms: arms.map((arm) => ({ name: arm })),
  }));
  const known = [...EXPERIMENTS.map((one) => ({ ...one, arms: armsOf([one]) })), ...DATA_EXPERIMENTS, ...ofAlignment];
  const complete = known.filter(({ arms }) => arms.every(({ name }) => has.has(name))).map(({ name }) => name);
  const entry: RecordedEntry = {
    preset: results.preset,
    file: `${results.preset}.json`,
    adapter: results.adapter,
    experiments: complete,
    seeds: [...new Set(results.rows.map(({ seed }) => seed))].sort((a, b) => a - b),
  };
  const to = path.join(projectRoot, 'public/results');
  mkdirSync(to, { recursive: true });
  writeFileSync(path.join(to, entry.file), readFileSync(from));
  const index = path.join(to, 'index.json');
  const others = existsSync(index)
    ? (readJson(index) as RecordedEntry[]).filter(({ preset }) => preset !== entry.preset)
    : [];
  // The whole world first: the page opens with the first entry that holds f1.
  const order = ['world', 'lab', 'world-300', 'ci', RAW_PRESET, 'alignment'];
  const entries = [...others, entry].sort((a, b) => order.indexOf(a.preset) - order.indexOf(b.preset));
  writeFileSync(index, `${JSON.stringify(entries, null, 2)}\n`);
  host.say(words.results(results.rows.length, entry.preset, complete));
}

export const recordCommand = command({
  name: 'record',
  about: words.about,
  flags: {
    from: { kind: folder, about: words.from, required: true },
    before: { kind: folder, about: words.before },
  },
  example: 'record --from runs/f1',
  run: async ({ from, before }, host) =>
    existsSync(path.join(from, 'metrics.jsonl')) ? recordRun(from, before, host) : recordResults(from, host),
});
