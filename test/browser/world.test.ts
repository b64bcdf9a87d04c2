import path from 'node:path';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { FACTS, WHOLE } from '../world/configs.ts';
import { EXPECTED } from '../world/hashes.ts';
import { withPage } from './harness.ts';
import type { WorldHashes } from './worldWorker.ts';

/** The world's code as one worker script. */
async function workerScript(): Promise<string> {
  const entry = path.resolve(import.meta.dirname, 'worldWorker.ts');
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, rolldownOptions: { output: { codeSplitting: false } }, lib: { entry, formats: ['es'], fileName: 'world' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (!output || !('output' in output)) throw new Error('Vite gave no output for the world.');
  return output.output[0].code;
}

test('a worker in the browser writes the same bytes as Node', async () => {
  const script = await workerScript();
  await withPage(async (page) => {
    for (const [config, expected] of [
      [WHOLE, EXPECTED.whole],
      [FACTS, EXPECTED.facts],
    ] as const) {
      const hashes = await page.evaluate(
        (given) => {
          const url = URL.createObjectURL(new Blob([given.script], { type: 'text/javascript' }));
          const worker = new Worker(url, { type: 'module' });
          worker.postMessage(given.config, []);
          return new Promise<WorldHashes>((resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => reject(new Error(message));
          });
        },
        { script, config },
      );
      expect(hashes).toEqual(expected);
    }
  });
});
