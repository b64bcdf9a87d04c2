/** The reader's own text is kept in the browser: there again after a reload, whole or not at all, deleted when that is wanted, between tabs too. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { countIn } from '../setup/abacusPage.ts';
import { axeFinds } from '../setup/axe.ts';
import { enter } from '../setup/enter.ts';
import { withPage } from '../setup/harness.ts';

const recipe = '#v=1&p=smoke&base.steps=300&continued.steps=6&base.schedule.warmupSteps=2&evaluation.everySteps=0';
const prose = 'It was a dark and stormy night; the rain fell in torrents, except at intervals.\n\n'.repeat(300);

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const row = (page: Page) => page.locator('li.file');
const list = (page: Page) => page.locator('.kept summary');

const add = (page: Page, name: string, text = prose) =>
  page.getByLabel('Your own text').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

/** What lies in the origin's storage of texts: bytes of each, by folder. */
const stored = (page: Page) =>
  page.evaluate(async () => {
    const found: Record<string, number> = {};
    const root = await navigator.storage.getDirectory();
    const texts = await root.getDirectoryHandle('texts', { create: true });
    for await (const [id, folder] of texts.entries()) {
      const file = await (folder as FileSystemDirectoryHandle).getFileHandle('text', { create: true });
      found[id] = (await file.getFile()).size;
    }
    return found;
  });

/** Leaves a copy as a visit could have: `bytes` of it written. */
const plant = (page: Page, id: string, bytes: number) =>
  page.evaluate(
    async ([folder, length]) => {
      const root = await navigator.storage.getDirectory();
      const texts = await root.getDirectoryHandle('texts', { create: true });
      const at = await texts.getDirectoryHandle(folder, { create: true });
      const into = await (await at.getFileHandle('text', { create: true })).createWritable();
      await into.write('text '.repeat(length).slice(0, length));
      await into.close();
    },
    [id, bytes] as const,
  );

/** Has the browser promise so many bytes. */
const says = (page: Page, quota: number) =>
  page.evaluate((bytes) => {
    navigator.storage.estimate = () => Promise.resolve({ usage: 0, quota: bytes });
  }, quota);

/** What the page says the run draws of a source, once its text was read for that: tokens, and the share of the source that they are. */
async function drawnOf(page: Page, source: string): Promise<string[]> {
  await page.getByText(/^Needs /).click();
  await button(page, 'Time its first steps').click();
  await page.getByText('(estimated from the size of the text).').waitFor({ state: 'detached' });
  return page.locator('.before tr', { hasText: source }).locator('td').allTextContents();
}

test('a picked text is there after a reload, in this tab and in others, with as many tokens, until it is deleted', () =>
  withPage(
    async (page) => {
      await add(page, 'story.txt');
      await row(page).waitFor();
      await list(page).getByText('Kept in this browser: one text, 24 kB').waitFor();
      const drawn = await drawnOf(page, 'story');
      expect(drawn).toEqual([expect.stringMatching(/\d/), expect.stringMatching(/\d %/)]);
      const [id, bytes] = Object.entries(await stored(page))[0]!;
      expect([id.replace(/-\d+-/, '-'), bytes]).toEqual([`${prose.length}-story.txt`, prose.length]);

      // What was measured is kept too, by recipe: another one of as many tokens has the text read again.
      await page.goto(`${page.url()}&optimizer.epsilon=1e-7`);
      await page.reload();
      await row(page).waitFor();
      await expect.poll(() => row(page).textContent()).toContain('story.txt 24 kB');
      await expect.poll(() => page.getByText('story.txt again').count()).toBe(0);
      expect(await drawnOf(page, 'story')).toEqual(drawn);
      // A tab that knows nothing but the link finds it by its name.
      await page.evaluate(() => sessionStorage.clear());
      await page.reload();
      await row(page).waitFor();
      await expect.poll(async () => Object.keys(await stored(page))).toEqual([id]);

      // Another tab uses it: this one cannot take it away.
      const other = await page.context().newPage();
      await other.goto(page.url());
      await row(other).waitFor();
      await button(page, 'Remove story.txt').click();
      await page.getByText('The copy of story.txt stays, for another tab uses it').waitFor();
      await expect.poll(async () => Object.keys(await stored(page))).toEqual([id]);
      await other.close();

      await list(page).click();
      await page.getByText('never sent anywhere').waitFor();
      expect(await axeFinds(page)).toEqual([]);
      await enter(button(page, 'Use story.txt'));
      await row(page).waitFor();
      await page.getByText('in use', { exact: true }).waitFor();
      await page.keyboard.press('Tab');
      await enter(button(page, 'Delete the copy of story.txt'));
      await list(page).waitFor({ state: 'detached' });
      await expect.poll(async () => [await row(page).count(), await stored(page)]).toEqual([0, {}]);
    },
    { address: recipe, before: countIn },
  ));

test('a folder is kept as one text, there after a reload; without its copy the page asks for the folder', () =>
  withPage(
    async (page) => {
      const letters = path.join(mkdtempSync(path.join(os.tmpdir(), 'rekindle-kept-')), 'letters');
      mkdirSync(path.join(letters, 'old'), { recursive: true });
      writeFileSync(path.join(letters, 'new.txt'), prose);
      writeFileSync(path.join(letters, 'old/1.txt'), prose);
      try {
        await page.getByLabel('Or a folder of text').setInputFiles(letters);
        await list(page).getByText('Kept in this browser: one text, 49 kB').waitFor();
        const [id, bytes] = Object.entries(await stored(page))[0]!;
        expect([id.replaceAll(/^\d+-\d+-/g, ''), bytes]).toEqual(['letters.folder', Number(/^\d+/.exec(id)![0])]);
        await page.waitForURL(/blend\.letters=/); // the address follows a moment later
        await page.reload();
        await row(page).waitFor();
        await expect.poll(() => row(page).textContent()).toContain('letters/ 49 kB, 2 documents');
        await list(page).click();
        await page.getByText('in use', { exact: true }).waitFor();
        await expect.poll(async () => Object.keys(await stored(page))).toEqual([id]);

        await page.evaluate(async () => {
          await (await navigator.storage.getDirectory()).removeEntry('texts', { recursive: true });
        });
        await page.reload();
        await page.getByLabel('Choose letters/ again, for “letters”').setInputFiles(letters);
        await row(page).waitFor();
        await list(page).getByText('Kept in this browser: one text, 49 kB').waitFor();
        await expect.poll(async () => Object.keys(await stored(page))).toEqual([id]);
        await button(page, 'Remove letters/').click();
        await list(page).waitFor({ state: 'detached' });
        await expect.poll(() => stored(page)).toEqual({});
      } finally {
        rmSync(path.dirname(letters), { recursive: true });
      }
    },
    { address: recipe },
  ));

test('a copy half written is swept away and never taken, and one for which there is no room is not begun in vain', () =>
  withPage(
    async (page) => {
      await page.getByText('Runs on').waitFor();
      await plant(page, '50-7-half.txt', 20);
      await plant(page, '40-7-whole.txt', 40);
      await page.goto(page.url().replace(/#.*/, `${recipe}&base.blend.half=50&base.blend.whole=50`));
      await page.reload();
      await row(page).waitFor();
      await expect.poll(() => row(page).textContent()).toContain('whole.txt 40 B');
      await page.getByText('Choose the file for “half”').waitFor();
      await expect.poll(() => stored(page)).toEqual({ '40-7-whole.txt': 40 });

      const notKept = (name: string) =>
        `${name} is not kept, for the browser has no room for another 24 kB beside the runs: after a reload the page asks for it again.`;
      const told = page.locator('.kept .problem');
      // By the browser's account there would be room for the text, but none for runs then.
      await says(page, 1e9 + prose.length - 1);
      await add(page, 'more.txt');
      await expect.poll(() => told.allTextContents()).toEqual([notKept('more.txt')]);
      // There would be room for both, and when it is written there is room for its beginning: the copy is begun and ends half way.
      await says(page, 1e12);
      const { origin } = new URL(page.url());
      const session = await page.context().newCDPSession(page);
      const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + prose.length / 2 });
      await add(page, 'again.txt');
      await expect.poll(() => told.allTextContents()).toEqual([notKept('more.txt'), notKept('again.txt')]);
      await expect
        .poll(async () => [await row(page).count(), await stored(page)])
        .toEqual([3, { '40-7-whole.txt': 40 }]);
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      await session.detach();
    },
    { address: recipe },
  ));
