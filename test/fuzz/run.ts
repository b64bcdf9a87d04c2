/**
 * `npm run fuzz -- --minutes M [--target NAME] [--seed S] [--cases N]`: fuzzes everything that can come in, the time
 * shared equally. Failing inputs are made small and saved in out/fuzz; then the command fails.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { argumentsOf, integer } from '../../src/cli/arguments.ts';
import { projectRoot } from '../../src/cli/node/project.mjs';
import { UserError } from '../../src/util/errors.ts';
import { type Clock, fuzz, type Report } from './fuzz.ts';
import { targets } from './targets/index.ts';
import { Watchdog } from './watchdog.ts';

const given = argumentsOf(process.argv.slice(2), {
  minutes: { type: 'string' },
  cases: { type: 'string' },
  target: { type: 'string' },
  seed: { type: 'string' },
});
const chosen = targets.filter(({ name }) => given.target === undefined || name === given.target);
if (chosen.length === 0) {
  throw new UserError(`There is no target ${given.target}: give one of ${targets.map(({ name }) => name).join(', ')}.`);
}
const minutes = Number(given.minutes ?? (given.cases === undefined ? 1 : Infinity));
if (!(minutes > 0)) throw new UserError(`--minutes is "${given.minutes}": give a number above 0.`);
const most = given.cases === undefined ? Infinity : integer(given.cases, 'cases');
const seed = given.seed === undefined ? 1 : integer(given.seed, 'seed');
const seconds = (minutes * 60) / chosen.length;

function save(name: string, { failures }: Report): void {
  const folder = path.join(projectRoot, 'out/fuzz');
  mkdirSync(folder, { recursive: true });
  for (const { case: index, input, reason } of failures) {
    const file = path.join(folder, `${name}-${seed}-${index}`);
    writeFileSync(file, input);
    console.log(`  case ${index}: ${reason}\n    saved as ${path.relative(projectRoot, file)}`);
  }
}

const clock: Clock = {
  wall: () => performance.now(),
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

let failed = 0;
const watchdog = new Watchdog();
for (const target of chosen) {
  const enough = (cases: number, elapsed: number) => cases >= most || elapsed >= seconds;
  const report = fuzz(target, seed, enough, (index) => watchdog.alive(target.name, seed, index), clock);
  const count = (n: number) => Math.round(n).toLocaleString('en-US');
  console.log(
    `${target.name}: ${count(report.cases)} inputs, ${count(report.cases / report.seconds)} a second ` +
      `(${count(report.cases / report.cpuSeconds)} a second of processor time), slowest ${count(report.slowestMs)} ms, ` +
      `${report.failures.length} failures`,
  );
  const outcomes = Object.entries(report.outcomes).sort(([, a], [, b]) => b - a);
  console.log(`  ${outcomes.map(([name, times]) => `${name} ${count(times)}`).join(', ')}`);
  save(target.name, report);
  failed += report.failures.length;
}
watchdog.end();
if (failed > 0) throw new UserError(`${failed} inputs failed; each repeats with its seed and case.`);
