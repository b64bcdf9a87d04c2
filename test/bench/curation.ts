/**
 * `node src/cli/run.mjs test/bench/curation.ts [MB]`: megabytes of text a CPU second of each stage of curation on one core, on made-up
 * pages of some two thousand characters, and the memory all of them took. Small inputs tell: every stage goes through its documents from
 * the first to the last and keeps only hashes and numbers of them.
 */
import { exact } from '../../src/data/stages/exact.ts';
import { fuzzy } from '../../src/data/stages/fuzzy.ts';
import { heuristics } from '../../src/data/stages/heuristics.ts';
import { perplexity } from '../../src/data/stages/perplexity.ts';
import { dsir } from '../../src/data/stages/dsir.ts';
import { type Documents, inMemory, type RawDocument, StageReport } from '../../src/data/stages/stage.ts';
import { cpuSecondsOfProcess } from './setup/cpuTime.ts';
import { PAGES_A_MEGABYTE, pageText } from './setup/curationPages.ts';

const megabytes = Number(process.argv[2] ?? 4);
const CLEAN = 0.1;

const documents = Array.from({ length: megabytes * PAGES_A_MEGABYTE }, (_, index): RawDocument => ({
  ...{ index, id: `${index}`, source: index < CLEAN * megabytes * PAGES_A_MEGABYTE ? 'wiki' : 'web' },
  ...{ text: pageText(index), date: index },
}));
const bytes = documents.reduce((sum, { text }) => sum + text.length, 0);

const options = { clean: ['wiki'] };
const stages: [string, number, (documents: Documents, report: StageReport) => Documents][] = [
  ['exact', 60, (all, report) => exact(all, {}, report)],
  ['fuzzy', 4, (all, report) => fuzzy(all, {}, report)],
  ['heuristics', 15, (all, report) => heuristics(all, {}, report)],
  ['perplexity', 4, (all, report) => perplexity(all, { ...options, limit: { calibrated: 0.4 } }, report)],
  ['dsir', 10, (all, report) => dsir(all, options, report)],
];
process.stdout.write(`${(bytes / 1e6).toFixed(1)} MB in ${documents.length} documents\n`);
for (const [name, wanted, stage] of stages) {
  const done: { rate: number; left: string }[] = [];
  // The best of three: the first warms the compiler up, and whatever shares the core takes from it.
  for (let turn = 0; turn < 3; turn++) {
    const report = new StageReport(name);
    let left = 0;
    const began = cpuSecondsOfProcess();
    await stage(inMemory(documents), report).each(() => void left++);
    done.push({ rate: bytes / 1e6 / (cpuSecondsOfProcess() - began), left: `${left} of ${report.in} left` });
  }
  const best = done.reduce((a, b) => (a.rate > b.rate ? a : b));
  process.stdout.write(`${name.padEnd(12)} ${best.rate.toFixed(1)} MB a CPU second (wanted ${wanted}), ${best.left}\n`);
}
process.stdout.write(`memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB\n`);
