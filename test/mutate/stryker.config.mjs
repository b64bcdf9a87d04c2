/** How mutants are made and judged (docs/testing.md); folder and files come by the environment from run.ts. */
import { folders } from './folders.mjs';

const folder = process.env.MUTATED ?? '';
const { without = [] } = folders[folder] ?? {};
const kept = `node_modules/.cache/mutation/${folder}`;

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutate/config.ts', related: false },
  mutate: [...(process.env.MUTANTS ?? '').split('\n'), ...without.map((name) => `!src/${folder}/${name}.ts`)],
  // Another wording of a message is not a fault; where a string is a key or a name, type checks and the tests of values see it.
  mutator: { excludedMutations: ['StringLiteral'] },
  coverageAnalysis: 'perTest',
  // What runs once when a module is loaded is mostly tables of options, and would need all modules and tests anew for each mutant.
  ignoreStatic: true,
  concurrency: 1,
  // Endless loops are counted out; this is for what stands still, with room for other work on the machine.
  timeoutMS: 15_000,
  dryRunTimeoutMinutes: 30,
  timeoutFactor: 3,
  incremental: true,
  incrementalFile: `${kept}.incremental.json`,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: `${kept}.json` },
  // Outside of node_modules: Vite takes what lies there for packages, and does not compile it.
  tempDirName: `.cache/mutation/${folder}`,
  // Stryker rewrites tsconfig.json through an interface that TypeScript 7 does not have; no test reads it.
  tsconfigFile: 'none.json',
  disableTypeChecks: false,
  ignorePatterns: ['public/data', 'dist', 'out', 'shared', '.cache'],
  thresholds: { high: 95, low: 85, break: null },
};
