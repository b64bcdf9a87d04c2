/** Vitest for mutants: the tests of one folder that need no device (folders.mjs), in one worker. */
import { defineConfig } from 'vitest/config';
import { patience } from '../patience.ts';
import { folders } from './folders.mjs';
import { keptWorker } from './keptWorker.ts';
import { QuickFirst } from './quickFirst.ts';

export default defineConfig({
  plugins: [keptWorker],
  test: {
    testTimeout: patience,
    include: folders[process.env.MUTATED!]!.tests.flatMap((name) => [
      `test/${name}/**/*.test.ts`,
      `test/${name}.test.ts`,
    ]),
    // Power cuts, hostile texts: as many as find what is wrong at all.
    env: { POWER_CUTS: '20', HOSTILE: '20' },
    exclude: ['test/**/*.{gpu,cpu}.test.ts', 'test/**/large.test.ts'],
    sequence: { sequencer: QuickFirst },
    setupFiles: ['test/setup/arrays.ts', 'test/mutate/unmutated.ts'],
  },
});
