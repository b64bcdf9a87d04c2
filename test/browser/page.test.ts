import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { countIn, endless } from './setup/abacusPage.ts';
import { screenshot, withPage } from './setup/harness.ts';
import { nothing } from '../setup/nothing.ts';

test('the page opens without a complaint, with a WebGPU adapter behind it', () =>
  withPage(async (page) => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.title()).toContain('Rekindle');
    // A missing adapter fails here rather than passing as a page that explains why it cannot train.
    expect(await page.evaluate(async () => (await navigator.gpu.requestAdapter())?.info.vendor)).toBeTruthy();
    await screenshot(page, 'open');
  }));

test('in a frame of another page it trains too, with a worker of its own; Stop ends a run at once, and another can be started', () =>
  withPage(
    async (page) => {
      const lesson = `<!doctype html><title>A lesson</title><iframe title="Rekindle" width="800" height="700" src="${page.url()}${endless}">`;
      await page.route('**/lesson', (route) => route.fulfill({ contentType: 'text/html', body: lesson }));
      await page.goto(new URL('lesson', page.url()).href);
      const frame = page.frameLocator('iframe');
      await frame.getByRole('button', { name: 'Start', exact: true }).click();
      await frame.getByText(/step [1-9]\d* of/).waitFor();
      await frame.getByRole('button', { name: 'Stop', exact: true }).click();
      await frame.getByRole('button', { name: 'Start again' }).click();
      await frame.getByText(/step [1-9]\d* of/).waitFor();
      await frame.getByRole('button', { name: 'Stop', exact: true }).click();
      await frame.getByRole('button', { name: 'Start again' }).waitFor();
    },
    { before: countIn },
  ));

test('what a page logs as an error fails its test', async () => {
  const complain = (what: () => void) => withPage((page) => page.evaluate(what), { address: nothing });
  await expect(complain(() => console.error('no good'))).rejects.toThrow('no good');
  await expect(complain(() => void Promise.reject(new Error('forgotten')))).rejects.toThrow('forgotten');
});

test('a page finds nothing of the test before it', async () => {
  const look = (page: Page) =>
    page.evaluate(async () => {
      const found = [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length];
      for await (const _ of (await navigator.storage.getDirectory()).keys()) found.push(1);
      return [...found, innerWidth];
    });
  await withPage(
    async (page) => {
      expect(await look(page)).toEqual([0, 0, 0, 400]);
      await page.evaluate(async () => {
        localStorage['kept'] = sessionStorage['kept'] = 'yes';
        await new Promise((resolve) => (indexedDB.open('kept').onsuccess = resolve));
        await (await navigator.storage.getDirectory()).getFileHandle('kept', { create: true });
      });
      expect((await look(page)).filter(Boolean)).toHaveLength(5);
    },
    { address: nothing, viewport: { width: 400, height: 400 } },
  );
  await withPage(async (page) => expect(await look(page)).toEqual([0, 0, 0, 1280]), { address: nothing });
});
