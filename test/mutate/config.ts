/** Vitest for mutants: the tests of one folder that need no device (folders.ts), in one worker. */
import { defineConfig } from 'vitest/config';
import { patience } from '../patience.ts';
import { testsOf } from './folders.ts';
import { keptWorker } from './keptWorker.ts';

export default defineConfig({
  plugins: [keptWorker],
  test: {
    testTimeout: patience,
    include: testsOf[process.env.MUTATED!]!.flatMap((name) => [`test/${name}/**/*.test.ts`, `test/${name}.test.ts`]),
    exclude: ['test/**/*.{gpu,cpu}.test.ts'],
    setupFiles: ['test/setup/arrays.ts'],
  },
});
