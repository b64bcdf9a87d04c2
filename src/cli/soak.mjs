/**
 * `npm run soak [-- TARGET [NUMBER]]`: the tests that find more the longer they run, at length. Without a target all of them,
 * one after another: an hour or two.
 */
import { runPackage } from './node/project.mjs';

/** @typedef {{ number: number, projects: string[], tests: string[], env: (number: number) => Record<string, string> }} Target */

/** @type {Record<string, Target>} What the number is of, and the goal: README.md. */
const targets = {
  kills: {
    number: 500,
    projects: ['node', 'browser'],
    tests: ['test/storage', 'test/browser/storage/storageKills.test.ts'],
    env: (n) => ({ KILLS: String(n), POWER_CUTS: String(n * 20), SEED: String(n) }),
  },
  steps: {
    number: 30_000,
    projects: ['browser'],
    tests: ['test/browser/runs/soak.test.ts', '-t', 'leave nothing'],
    env: (n) => ({ SOAK_STEPS: String(n) }),
  },
  losses: {
    number: 50,
    projects: ['browser'],
    tests: ['test/browser/runs/soak.test.ts', '-t', 'same bits'],
    env: (n) => ({ SOAK_LOSSES: String(n), SOAK_RELOADS: String(Math.round(n * 0.4)) }),
  },
  resumes: {
    number: 200,
    projects: ['cpu'],
    tests: ['test/cli/kills.cpu.test.ts'],
    env: (n) => ({ KILLS: String(n) }),
  },
  roads: {
    number: 2000,
    projects: ['cpu'],
    tests: ['test/cli/twoRoads.cpu.test.ts'],
    env: (n) => ({ DRAWS: String(n) }),
  },
  calls: {
    number: 1,
    projects: ['gpu'],
    tests: ['test/train/machine/gpuFaults.gpu.test.ts'],
    env: (n) => ({ EVERY: String(n) }),
  },
};

const [name, count] = process.argv.slice(2);
const chosen = name === undefined ? Object.values(targets) : [targets[name]];
const number = count === undefined ? undefined : Number(count);
if (
  chosen.includes(/** @type {any} */ (undefined)) ||
  (number !== undefined && !(Number.isInteger(number) && number > 0))
) {
  console.error(
    `Usage: npm run soak [-- TARGET [NUMBER]], TARGET one of ${Object.keys(targets).join(', ')}, NUMBER a positive integer.`,
  );
  process.exit(2);
}
/** Milliseconds for tests that have no bound of their own: a soak may run beside other work, at the lowest priority. */
const patience = '--testTimeout=600000';
/** @type {string[]} */
const failures = [];
for (const target of chosen) {
  const projects = target.projects.flatMap((project) => ['--project', project]);
  const { ok, why } = runPackage('vitest/vitest.mjs', ['run', patience, ...projects, ...target.tests], {
    env: target.env(number ?? target.number),
  });
  if (!ok) failures.push(`${target.tests[0]}: ${why}`);
}
if (failures.length > 0) console.error(`The soak failed: ${failures.join('; ')}.`);
process.exit(failures.length === 0 ? 0 : 1);
