/**
 * The page without a pointer: two runs are started, compared and taken out with Tab, Enter, Space and typing alone. Nothing here
 * focuses an element by a script; what Tab does not reach is not reached.
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { withPlayed } from './setup/played.ts';

/** More stops than the page has. */
const MOST_STOPS = 150;

/** What has the focus, as a reader would name it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLElement> };
    const name =
      element.getAttribute('aria-label') ??
      ([...(element.labels ?? [])].map((label) => label.innerText).join(' ') || element.innerText);
    return name.trim().replaceAll(/\s+/g, ' ');
  });

/** Tab until something of this name has the focus, wherever one is now. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const seen: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press('Tab');
    const here = await focused(page);
    if (typeof name === 'string' ? here === name : name.test(here)) {
      // Where the focus is can be seen: not hidden, and drawn round.
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
      expect(outline, `${here} shows no focus`).not.toBe('none');
      return;
    }
    seen.push(here);
  }
  throw new Error(`Tab does not reach ${name}: ${seen.join(' | ')}`);
}

async function press(page: Page, name: string | RegExp, key = 'Enter'): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press(key);
}

async function download(page: Page, name: string | RegExp): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, name)]);
  return readFileSync(await file.path());
}

test('two runs are started, compared and taken out by keyboard alone', () =>
  withPlayed({ stride: 400 }, async (page) => {
    await page.getByText('Runs on').waitFor();
    const ended = () => page.getByRole('button', { name: 'Start again', exact: true }).waitFor();

    // The first stop leads past the header.
    await page.keyboard.press('Tab');
    await expect.poll(() => focused(page)).toBe('Skip to the chart');

    await press(page, 'Start');
    await ended();
    await tabTo(page, 'Base run: peak rate');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('0.002');
    await press(page, 'Start again');
    await expect.poll(() => page.locator('.runs').getByText('Done', { exact: true }).count()).toBe(2);
    await ended();

    // Compared: the table says in what they differ and which is better; the chart reads both.
    await page.getByText('base peak rate 4e-3→2e-3').waitFor();
    await press(page, /^Held-out\W*$/);
    await expect.poll(() => page.locator('.runs thead th[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
    await press(page, /^Edit /);
    await press(page, '★ Use as baseline');
    await page
      .getByText(/★ baseline/)
      .first()
      .waitFor();
    await tabTo(page, /^Loss, in nats a token/);
    await page.keyboard.press('End');
    await page.getByText(/^Step 1,799, QA blend: loss .* · [a-z ]+ \d\.\d+$/).waitFor();

    // Taken out.
    const zip = unzipSync(await download(page, 'Everything as one .zip'));
    expect(Object.keys(zip)).toEqual(
      expect.arrayContaining(['report.md', 'metrics.csv', 'picture.png', 'other-runs.csv']),
    );
    const kit = unzipSync(await download(page, 'Launch kit for a cluster'));
    expect(Object.keys(kit)).toEqual(
      expect.arrayContaining(['recipe.json', 'lr.csv', 'megatron-lm/phase2.sh', 'hf-trainer/train_cpt.py']),
    );
    await press(page, 'Axes and downloads');
    expect((await download(page, 'PNG')).subarray(1, 4).toString()).toBe('PNG');
    const rows = (await download(page, 'CSV')).toString().trimEnd().split('\r\n');
    expect(rows).toHaveLength(1 + 2 * 1800);

    // The help lists the keys and gives the focus back.
    await press(page, 'Help');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Help');
  }));
