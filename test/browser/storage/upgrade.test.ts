/** Versions of the app beside and after each other: an old tab makes way for a newer one, and what a newer one saved is left as it is. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { countedRun, countIn } from '../setup/abacusPage.ts';
import { withPage } from '../setup/harness.ts';

const databases = ['rekindle-runs', 'rekindle-ledger'];

/** Opens a database as a version of the app to come would; resolves with how that went. */
const openAs = (page: Page, name: string, version: number): Promise<string> =>
  page.evaluate(
    (asked) =>
      new Promise<string>((resolve) => {
        const request = indexedDB.open(asked.name, asked.version);
        request.onsuccess = () => {
          request.result.close();
          resolve('open');
        };
        request.onerror = () => resolve(String(request.error));
      }),
    { name, version },
  );

/** A run of a newer app among the saved ones: the head of one saved here, with another number of its format. */
const leaveNewerRun = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('runs');
    for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) {
      if (!name.endsWith('.head') || name.includes('-inputs')) continue;
      const bytes = new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
      new DataView(bytes.buffer).setUint32(8, 99, true);
      bytes.set(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.subarray(0, 4064))), 4064);
      const copy = await folder.getFileHandle(`newer.${name.split('.')[1]}.head`, { create: true });
      const file = await copy.createWritable();
      await file.write(bytes);
      await file.close();
    }
  });

const newerHead = (page: Page): Promise<number[]> =>
  page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    const bytes: number[] = [];
    for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) {
      if (!name.startsWith('newer.')) continue;
      const file = await (await folder.getFileHandle(name)).getFile();
      bytes.push(...new Uint8Array(await file.arrayBuffer()));
    }
    return bytes;
  });

const finish = async (page: Page): Promise<void> => {
  await page
    .getByRole('button', { name: /^Start/ })
    .first()
    .click();
  await page.locator('.stage', { hasText: 'Done' }).waitFor();
};

test('a newer version opened in another tab does not wait for this one, which says to reload and still trains; what it left is left as it is', () =>
  withPage(
    async (page) => {
      await page.getByText('Runs on').waitFor();
      const other = await page.context().newPage();
      await other.goto(page.url());
      await other.getByText('Runs on').waitFor();
      await other.close();
      for (const name of databases) expect(await openAs(page, name, 7)).toBe('open');
      await page.getByText('A newer version of this app was opened in another tab: reload this page.').waitFor();
      await finish(page);

      await leaveNewerRun(page);
      const before = await newerHead(page);
      expect(before.length).toBeGreaterThan(0);
      await page.reload();
      await page.getByText(/One run here was saved by a newer version of this app and left as it is/).waitFor();
      await finish(page);
      expect(await newerHead(page)).toEqual(before);
    },
    { address: countedRun(8, 6), before: countIn },
  ));
