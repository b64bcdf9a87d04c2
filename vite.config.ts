import { defineConfig } from 'vitest/config';
import { offlinePage } from './src/cli/node/offline.mjs';
import { confinedPage, securityHeaders } from './src/cli/node/policy.mjs';

/** Tests that need a GPU device: these folders, and a file anywhere that says so in its name. */
const gpuTests = ['test/{gpu,ops,model}/**/*.test.ts', 'test/**/*.gpu.test.ts'];
const browserTests = ['test/browser/**/*.test.ts'];

export default defineConfig({
  base: './', // the built page works under any path
  // Vite's development form, which it also takes for NODE_ENV=test, writes this machine's paths into the page.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  plugins: [confinedPage(), offlinePage()],
  preview: { headers: securityHeaders },
  worker: { format: 'es' },
  build: {
    target: 'es2023', // every browser with WebGPU is newer
    chunkSizeWarningLimit: 1000,
  },
  test: {
    // Kernels compile in up to a second each on the software adapter, and the machine has two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [...gpuTests, ...browserTests],
          pool: 'forks',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'gpu',
          include: gpuTests,
          setupFiles: ['test/setup/gpu.ts'],
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
          globalSetup: ['test/setup/site.ts'],
          testTimeout: 180_000,
          pool: 'forks',
          // Pages wait most of their time, so two browsers take turns on the cores.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
