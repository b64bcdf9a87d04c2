/** A browser without WebGPU: the page trains on the processor, under its own policy, on as many threads as it may have. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { securityHeaders } from '../../../src/cli/node/policy.mjs';
import { countedRun } from '../setup/abacusPage.ts';
import { screenshot, tellAll } from '../setup/harness.ts';
import { builtSite, Host, lightSite, type Site } from '../setup/host.ts';
import { sharedBrowser } from '../setup/launch.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
/** Few enough steps of a whole preset that a test can wait for them. */
const few = 'base.steps=40&continued.steps=10&base.schedule.warmupSteps=5&evaluation.rows=1';

/** A profile; without the service worker, which would keep nine megabytes in each (test/browser/offline has it). */
const profile = async (): Promise<BrowserContext> =>
  (await sharedBrowser()).newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });

/** The built page, whose worker hears that the machine has so many cores, and offers no GPU. */
function onMachine(cores: number): Site {
  const files = new Map(builtSite());
  const machine = `for (const [name, value] of [['gpu', undefined], ['hardwareConcurrency', ${cores}]])
    Object.defineProperty(navigator, name, { value });\n`;
  for (const [name, script] of files) if (name.includes('trainer.worker')) files.set(name, machine + String(script));
  return files;
}

/** The page from a host that sends these headers; what it complains of fails the test. */
async function withSite(
  headers: Record<string, string>,
  use: (host: Host, url: string, open: (context: BrowserContext) => Promise<Page>) => Promise<void>,
): Promise<void> {
  const host = new Host();
  host.headers = headers;
  const contexts = new Set<BrowserContext>();
  const complaints: string[] = [];
  const open = async (context: BrowserContext): Promise<Page> => {
    contexts.add(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    return page;
  };
  try {
    await use(host, await host.open(), open);
    expect(complaints).toEqual([]);
  } catch (error) {
    for (const context of contexts) await tellAll(context);
    throw error;
  } finally {
    for (const context of contexts) await context.close();
    host.close();
  }
}

/** Waits for the end of a run; the SHA-256 of its model's weights. */
async function weights(page: Page): Promise<string> {
  await button(page, 'Start again').waitFor();
  await page.locator('.stage', { hasText: 'Done' }).waitFor();
  expect(await page.locator('p.sample').count()).toBeGreaterThan(0);
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download the model').click()]);
  const files = unzipSync(readFileSync(await download.path()));
  return createHash('sha256').update(files['model.safetensors']!).digest('hex');
}

test('the presets go from Start to Done, with samples and a model', () =>
  withSite(securityHeaders, async (host, url, open) => {
    host.files = onMachine(2);
    for (const preset of ['smoke', 'tiny']) {
      const page = await open(await profile()); // its own: a finished run is there again at the next visit
      await page.goto(`${url}#v=1&p=${preset}&${few}`);
      await page.getByText('Runs on the processor (WebAssembly). The browser offers no GPU.').waitFor();
      await button(page, 'Start').click();
      await weights(page);
      const caption = (await page.locator('figcaption').textContent())!;
      const [first, last] = /went from ([\d.]+) to ([\d.]+) in/.exec(caption)!.slice(1).map(Number) as [number, number];
      expect(last, caption).toBeLessThan(first - 0.5);
      await screenshot(page, `processor-${preset}`);
    }
  }));

test('two threads, four, and one that is killed and resumed end with the same model', () =>
  withSite(securityHeaders, async (host, url, open) => {
    // Quick to prepare, and long enough that it can be paused.
    const address = `${url}${countedRun(400, 50)}`;
    const found: string[] = [];
    for (const [cores, line] of [
      [3, '(WebAssembly, 2 threads)'],
      [5, '(WebAssembly, 4 threads)'],
    ] as const) {
      host.files = onMachine(cores);
      const page = await open(await profile());
      await page.goto(address);
      await page.getByText(`Runs on the processor ${line}.`).waitFor();
      await button(page, 'Start').click();
      found.push(await weights(page));
      await page.close();
    }
    host.files = onMachine(2);
    const context = await profile();
    const killed = await open(context);
    await killed.goto(address);
    await button(killed, 'Start').click();
    // From inside: the whole run takes no longer than a click from here may.
    await killed.waitForFunction(() => {
      const pause = Array.from(document.querySelectorAll('button')).find((one) => one.textContent === 'Pause');
      pause?.click();
      return pause !== undefined;
    });
    await button(killed, 'Resume').waitFor();
    await killed.close();
    const page = await open(context);
    await page.goto(address);
    await page.getByText('Unfinished run').waitFor();
    await button(page, 'Resume').first().click();
    found.push(await weights(page));
    expect(new Set(found).size, found.join()).toBe(1);
  }));

test('a host that sends no headers: one thread and a sentence, and from the second visit on the page is isolated', () =>
  withSite({}, async (host, url, open) => {
    host.files = lightSite();
    const page = await open(await (await sharedBrowser()).newContext());
    await page.goto(url);
    const alone =
      'It uses one core, because this page is not isolated in the browser; opening it again may change that.';
    await page.getByText(alone).waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.getByText('opens without a connection too').waitFor();
    await page.reload();
    await page.getByText('Runs on the processor').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await page.getByText(alone).count()).toBe(0);
  }));
