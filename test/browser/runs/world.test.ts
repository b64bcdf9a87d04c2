import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { FACTS, WHOLE } from '../../world/configs.ts';
import { EXPECTED } from '../../world/hashes.ts';
import { withPage } from '../setup/harness.ts';
import { nothing } from '../../setup/nothing.ts';
import { workerScript } from '../setup/workerScript.ts';
import type { WorldHashes } from './worldWorker.ts';

test('a worker in the browser writes the same bytes as Node', async () => {
  const script = await workerScript('test/browser/runs/worldWorker.ts');
  const use = async (page: Page): Promise<void> => {
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
  };
  await withPage(use, { address: nothing });
});
