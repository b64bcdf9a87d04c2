/**
 * `npm run fuzz -- --minutes M [--target NAME] [--seed S] [--cases N]`: fuzzes everything that can come in, the time
 * shared equally. Failing inputs are made small and saved in out/fuzz; then the command fails.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readFlags } from '../../src/cli/commands.ts';
import { choice, count, greatestSeed, number } from '../../src/cli/kinds.ts';
import { projectRoot } from '../../src/cli/node/project.mjs';
import { type Clock, fuzz, type Report } from './fuzz.ts';
import { UserError } from '../../src/util/errors.ts';
import { targets } from './targets/index.ts';
import { Watchdog } from './watchdog.ts';

const flags = {
  minutes: { kind: number(1e-3, 1e6), about: 'time for all targets together; 1 by default' },
  cases: { kind: count(1, 2 ** 53 - 1), about: 'most cases of a target' },
  target: {
    kind: choice(
      'NAME',
      targets.map(({ name }) => name),
    ),
    about: 'one target alone',
  },
  seed: { kind: count(0, greatestSeed), about: 'of what is drawn; 1 by default' },
} as const;
const given = readFlags({ name: 'fuzz', flags, example: '--minutes 5' }, process.argv.slice(2));
const chosen = targets.filter(({ name }) => given.target === undefined || name === given.target);
const minutes = given.minutes ?? (given.cases === undefined ? 1 : Infinity);
const most = given.cases ?? Infinity;
const seed = given.seed ?? 1;
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
  const report = await fuzz(target, seed, enough, (index) => watchdog.alive(target.name, seed, index), clock);
  const grouped = (n: number) => Math.round(n).toLocaleString('en-US');
  console.log(
    `${target.name}: ${grouped(report.cases)} inputs, ${grouped(report.cases / report.seconds)} a second ` +
      `(${grouped(report.cases / report.cpuSeconds)} a second of processor time), slowest ${grouped(report.slowestMs)} ms, ` +
      `${report.failures.length} failures`,
  );
  const outcomes = Object.entries(report.outcomes).sort(([, a], [, b]) => b - a);
  console.log(`  ${outcomes.map(([name, times]) => `${name} ${grouped(times)}`).join(', ')}`);
  save(target.name, report);
  failed += report.failures.length;
}
watchdog.end();
if (failed > 0) throw new UserError(`${failed} inputs failed; each repeats with its seed and case.`);
