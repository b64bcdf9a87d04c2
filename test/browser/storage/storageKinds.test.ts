import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { withPage } from '../setup/harness.ts';
import { nothing } from '../../setup/nothing.ts';
import type { Kind } from './storageKindsWorker.ts';
import { workerScript } from '../setup/workerScript.ts';

/** A checkpoint of a million parameters: weights and two moments of f32. */
const bytes = Number(process.env.STORAGE_BYTES ?? 12_000_000);

test('OPFS, IndexedDB and memory keep what they are given, and the safest there is gets chosen', async () => {
  const script = await workerScript('test/browser/storage/storageKindsWorker.ts');
  const use = async (page: Page): Promise<void> => {
    const { results, refusal, opened } = await page.evaluate(
      (given) => {
        const worker = new Worker(URL.createObjectURL(new Blob([given.script], { type: 'text/javascript' })), {
          type: 'module',
        });
        worker.postMessage(given.bytes, []);
        return new Promise<{ results: Kind[]; refusal: string; opened: { kind: string; notice: string | null }[] }>(
          (resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => reject(new Error(message));
          },
        );
      },
      { script, bytes },
    );
    for (const { kind, calls } of results) {
      console.log(`${kind}: ${calls} calls of a save failed`);
      expect(calls).toBeGreaterThan(20);
    }
    expect(results.map(({ kind, wrong }) => [kind, wrong])).toEqual([
      ['opfs', []],
      ['indexeddb', []],
      ['memory', []],
    ]);
    expect(refusal).toBe('open-elsewhere');
    expect(opened.map(({ kind }) => kind)).toEqual(['opfs', 'indexeddb', 'memory']);
    expect(opened.map(({ notice }) => notice !== null)).toEqual([false, false, true]);
    expect(opened[2]!.notice).toMatch(/keep this tab open/);
  };
  await withPage(use, { address: nothing });
});
