/** A page that trains, left for another one: the browser keeps it and its worker, which trains on, and the back button finds the run further on. */
import { readFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { changesChannel } from '../../../src/util/tabs.ts';
import { frames } from '../../ui/frames.ts';
import { countingContext, endless } from '../setup/abacusPage.ts';
import { launchBrowser, webGpuSwitches } from '../setup/launch.ts';

async function stepOf(page: Page): Promise<number> {
  const numbers = await page.locator('.numbers').textContent();
  return Number(/step ([\d,]+)/i.exec(numbers ?? '')?.[1]?.replaceAll(',', '') ?? 0);
}

/** What Chromium says where a page that is left does not freeze within its three seconds: a clock of its own, that a busy machine runs out. */
const GAVE_UP = 'TimeoutPuttingInCache';

/** The whole visit; false where the browser gave up keeping the page, so that there was nothing to see. */
async function visit(browser: Browser, url: string): Promise<boolean> {
  const page = await (await countingContext(browser)).newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  const reasons: string[] = [];
  const devtools = await page.context().newCDPSession(page);
  devtools.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) =>
    reasons.push(...notRestoredExplanations.map(({ reason }) => reason)),
  );
  await devtools.send('Page.enable');
  await page.addInitScript(() =>
    addEventListener('pageshow', (event) =>
      Object.assign(globalThis, { wasKept: (event as PageTransitionEvent).persisted }),
    ),
  );
  await page.goto(url + endless);
  await page.getByText('Runs on').waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(() => stepOf(page)).toBeGreaterThan(5);
  const before = await stepOf(page);
  await page.goto('about:blank');
  // Another tab saves meanwhile, and says so.
  const other = await page.context().newPage();
  await other.goto(`${url}icon.svg`);
  // It reaches this origin alone.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  await other.evaluate((name) => new BroadcastChannel(name).postMessage(null), changesChannel);
  await frames(page, 30); // half a second away, in which the run goes on
  await page.goBack({ waitUntil: 'commit' }); // a page that was kept does not load again
  await expect.poll(() => page.evaluate(() => (globalThis as { wasKept?: boolean }).wasKept)).toBeDefined();
  if (reasons.includes(GAVE_UP)) {
    await page.context().close();
    return false;
  }
  const wasKept = await page.evaluate(() => (globalThis as { wasKept?: boolean }).wasKept);
  expect(wasKept, reasons.join(', ')).toBe(true);
  await expect.poll(() => stepOf(page)).toBeGreaterThan(before + 20);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('Paused', { exact: true }).first().waitFor();
  // Every step is there, those of the time away included.
  await page.getByRole('button', { name: 'Axes and downloads' }).click();
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  const rows = readFileSync(await csv.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
    .slice(1);
  expect(rows.map((row) => Number(row.split(',')[1]))).toEqual(rows.map((_, step) => step));
  expect(rows.length).toBeGreaterThan(before + 20);
  expect(complaints).toEqual([]);
  return true;
}

test('the back button finds a run that was left training, with what it did meanwhile', async () => {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const browser = await launchBrowser(webGpuSwitches, ['--disable-back-forward-cache']);
  try {
    // A page of ours that never froze in time would fail by the poll's time-out.
    await expect.poll(() => visit(browser, site.url)).toBe(true);
  } finally {
    await browser.close();
  }
});
