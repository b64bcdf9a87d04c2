/**
 * What is there after a reload, in one real page: a run at its end with its samples, tables and model, to the byte; a deleted
 * run with all of its bytes, once that is undone; a run reloaded in its midst, but for a twentieth of its steps at most.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { countIn } from '../setup/abacusPage.ts';
import { withPage } from '../setup/harness.ts';
import { entriesOf } from '../setup/indexedDb.ts';
import { reloadedAt } from '../setup/reloaded.ts';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The files of the model that the page downloads, by name, as digests. */
async function model(page: Page): Promise<Record<string, string>> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download the model').click()]);
  const files = unzipSync(readFileSync(await download.path()));
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, digest(bytes)]));
}

/** What the page shows of a run. */
const shown = (page: Page) =>
  page.evaluate(() => {
    const texts = (selector: string) => [...document.querySelectorAll(selector)].map((element) => element.textContent);
    return {
      samples: texts('p.sample'),
      tables: texts('.results table'),
      caption: texts('.figure figcaption'),
      stage: texts('.stage'),
    };
  });

/** Every file that the origin keeps of runs, as digests. */
const storedFiles = (page: Page) =>
  page.evaluate(async () => {
    const found: Record<string, string> = {};
    const add = async (name: string, bytes: BufferSource) => {
      found[name] = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join();
    };
    const walk = async (folder: FileSystemDirectoryHandle, at: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${at}${name}/`);
        else await add(at + name, await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer());
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return found;
  });

/** Them, and the rows of the page's list of runs. */
const stored = async (page: Page): Promise<Record<string, string>> => {
  const found = await storedFiles(page);
  for (const store of ['runs', 'curves']) {
    for (const [key, row] of await entriesOf(page, 'rekindle-ledger', store))
      found[`${store}/${key}`] = JSON.stringify(row);
  }
  return found;
};

const few =
  '#v=1&p=smoke&base.steps=12&continued.steps=8&base.schedule.warmupSteps=2&evaluation.everySteps=5&batch.sequences=2&batch.length=32&logEverySteps=1';
test('a reload loses nothing of a run at its end, and a deletion nothing at all', () =>
  withPage(
    async (page) => {
      await page.getByText('Runs on').waitFor();
      await button(page, 'Start').click();
      await page.locator('.stage', { hasText: 'Done' }).waitFor();
      await button(page, 'Download the model').waitFor();
      await page.locator('.finding').waitFor(); // what the run showed is worked out after its end
      const before = await shown(page);
      const bytes = await model(page);
      expect(before.samples.length).toBeGreaterThan(2);
      expect(Object.keys(bytes)).toContain('model.safetensors');

      // In the tab that showed it, it is there by itself.
      await page.reload();
      await page.locator('.stage', { hasText: 'Done' }).waitFor();
      await expect.poll(() => shown(page)).toEqual(before);
      expect(await model(page)).toEqual(bytes);

      // In another, its row of the list opens it.
      await page.evaluate(() => sessionStorage.clear());
      await page.reload();
      await button(page, /^Open /).click();
      await page.locator('.stage', { hasText: 'Done' }).waitFor();
      await expect.poll(() => shown(page)).toEqual(before);
      expect(await model(page)).toEqual(bytes);
      // It also writes, on a device that it is put on for that.
      await button(page, 'Generate').click();
      await page.getByRole('heading', { name: 'Your prompt' }).waitFor();

      await page.evaluate(() => sessionStorage.clear());
      await page.reload();
      await button(page, /^Open /).waitFor();
      const disk = await stored(page);
      await button(page, /^Edit /).click();
      await button(page, 'Delete').click();
      await page.getByText(/^Deleted: /).waitFor();
      await expect.poll(() => button(page, /^Edit /).count()).toBe(0);
      await page.reload();
      await page.getByText(/^Deleted: /).waitFor();
      await expect.poll(() => stored(page)).not.toEqual(disk);
      await button(page, 'Undo').click();
      await button(page, /^Edit /).waitFor();
      await expect.poll(() => stored(page)).toEqual(disk);
    },
    { address: few, before: countIn },
  ));

/** Steps of the run, of which a twentieth may be lost. */
const [base, continued] = [150, 50];
const mostLost = (base + continued) / 20;

test('a reload in the midst of a run of seconds, really trained, loses a twentieth of its steps at most', () =>
  withPage(
    async (page) => {
      const reloaded = await reloadedAt(page, 40);
      expect(reloaded.shown - reloaded.kept).toBeLessThanOrEqual(mostLost);
      // It goes on from there, to its end.
      await button(page, 'Resume').click();
      await page.locator('.stage', { hasText: 'Done' }).waitFor();
    },
    { address: `#v=1&p=smoke&base.steps=${base}&continued.steps=${continued}&evaluation.rows=1` },
  ));
