/** The tests that mutants of pure code are put to: those of their own folders, none of which needs a device (`npm run mutate`). */
import { defineConfig } from 'vitest/config';
import { patience } from './patience.ts';

const folders = ['config', 'recipe', 'optim', 'graph', 'data', 'tokenizer', 'evaluate', 'export', 'storage'];

export default defineConfig({
  test: {
    testTimeout: patience,
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    exclude: ['test/**/*.{gpu,cpu}.test.ts'],
    pool: 'forks',
  },
});
