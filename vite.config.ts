import { defineConfig } from 'vitest/config';
import { offlinePage } from './src/cli/node/offline.mjs';
import { fetchFrame } from './src/cli/site/fetchFrame.mjs';
import { oneFile } from './src/cli/node/oneFile.mjs';
import { slowness } from './src/cli/node/pace.mjs';
import { confinedPage, securityHeaders } from './src/cli/node/policy.mjs';
import { isolationHeaders } from './src/util/isolation.mjs';

/** Tests that need a GPU device: these folders, and a file anywhere that says so in its name. */
const onlyGpu = ['test/{gpu,model}/**/*.test.ts', 'test/ops/matmul.test.ts', 'test/**/*.gpu.test.ts'];
/** Ops are tried on both (test/ops/executors.ts). */
const ops = 'test/ops/**/*.test.ts';
/** Tests of the processor's kernels, and those that train on them because training is not the point. */
const cpuTests = ['test/cpu/**/*.test.ts', 'test/**/*.cpu.test.ts', ops];
const browserTests = ['test/browser/**/*.test.ts'];
const pageTests = ['test/ui/**/*.test.ts'];
/** Each test file's processor time is asked for by `npm test -- --profile`. */
const profile = process.env.PROFILE ? ['test/setup/profile.ts'] : [];
/** Left out by `npm run test:quick`: globs, with spaces between them. */
const without = process.env.WITHOUT?.split(' ') ?? [];
const setup = [...profile, 'test/setup/arrays.ts'];
/** Time-outs end what hangs; ten minutes are more than any test takes on the usual machine, beside the others. */
const patience = 600_000 * (process.env.VITEST ? slowness() : 1);

export default defineConfig({
  base: './', // the built page works under any path
  // Vite's development form, which it also takes for NODE_ENV=test, writes this machine's paths into the page.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  plugins: [confinedPage(), fetchFrame(), offlinePage(), ...(process.env.ONE_FILE === 'no' ? [] : [oneFile()])],
  preview: { headers: securityHeaders },
  server: { headers: isolationHeaders }, // while developing
  // A worker begins with one file too, whatever it fetches later.
  worker: {
    format: 'es',
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'begin', tags: ['$initial'] }] } } },
  },
  build: {
    target: 'es2023', // every browser with WebGPU is newer
    chunkSizeWarningLimit: 1000,
    // What the first paint needs is one file: cut by who else imports what, it came in seventeen, which gzip worse. The service worker's
    // modules stay out of it: that is a classic script, which cannot import.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'page', tags: ['$initial'], test: (id) => !/serviceWorker|isolation/.test(id) }],
        },
      },
    },
  },
  test: {
    testTimeout: patience,
    hookTimeout: patience,
    expect: { poll: { timeout: patience / 5, interval: 50 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [...onlyGpu, ...cpuTests, ...browserTests, ...pageTests, ...without],
          setupFiles: setup,
          pool: 'forks',
          // What they test keeps nothing between calls: a process for each file would cost as much as a quarter of the tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'cpu',
          include: cpuTests,
          exclude: onlyGpu,
          env: { EXECUTOR: 'cpu' },
          setupFiles: setup,
          pool: 'forks',
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // The page keeps its state in modules: a process for each file.
          name: 'page',
          include: pageTests,
          setupFiles: profile,
          pool: 'forks',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'gpu',
          include: [...onlyGpu, ops],
          setupFiles: [...setup, 'test/setup/gpu.ts'],
          // One process with one device for all files: a second would compete for the cores that SwiftShader computes on.
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browserTests,
          setupFiles: [...profile, 'test/setup/browser.ts'],
          globalSetup: ['test/setup/site.ts'],
          pool: 'forks',
          // Pages wait most of their time, so two processes take turns on the cores. Each starts a browser once for all its files.
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
