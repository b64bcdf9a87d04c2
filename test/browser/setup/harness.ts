/** The page in a real Chromium, driven from Node. Whatever the page complains of fails the test that opened it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { inject } from 'vitest';
import { emptied } from './emptied.ts';
import { sharedBrowser, webGpuSwitches } from './launch.ts';

export interface PageOptions extends BrowserContextOptions {
  /** What follows the site's address: a query or a hash. */
  address?: string;
  /** Answers of the test's own to the page's requests, before it is opened. */
  before?: (context: BrowserContext) => Promise<unknown>;
  /** Other origins that the test has the page ask; by itself it asks none. */
  mayAsk?: () => readonly string[];
}

/** WebGPU's validation errors reach the console as warnings that name the call they arose in. */
const isGpuError = (text: string) => /While (calling|encoding|validating|initializing)/.test(text);

const VIEWPORT = { width: 1280, height: 720 };

/** Without its service worker, which takes the processor as long to keep the page as the page to start (test/browser/offline has it). */
const openWindow = async (options: BrowserContextOptions = {}): Promise<Page> => {
  const browser = await sharedBrowser(webGpuSwitches);
  return (await browser.newContext({ serviceWorkers: 'block', viewport: VIEWPORT, ...options })).newPage();
};

let shared: Page | undefined;

/** The window that tests share, for opening one costs the processor more than the page in it does: nothing is left of the test before. */
async function emptyWindow(url: string): Promise<Page> {
  if (shared === undefined) return (shared = await openWindow());
  await emptied(shared, url);
  return shared;
}

/**
 * Opens the built page with nothing kept and hands it over. Afterwards throws what the page or its workers logged as an error, threw
 * uncaught, or did wrong with the GPU. A test that asks for a window of its own kind, or that changes it for good, has its own.
 */
export async function withPage(use: (page: Page) => Promise<void>, options: PageOptions = {}): Promise<void> {
  const { address = '', before, mayAsk, viewport = VIEWPORT, ...ofWindow } = options;
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const own = Object.keys(ofWindow).length > 0;
  const page = own ? await openWindow({ viewport, ...ofWindow }) : await emptyWindow(site.url);
  const context = page.context();
  let done = false;
  try {
    const complaints: string[] = [];
    const { origin } = new URL(site.url);
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (![origin, ...(mayAsk?.() ?? [])].includes(url.origin) && url.protocol !== 'data:')
        complaints.push(`a request to another origin: ${request.url()}`);
    });
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => complaints.push('the page crashed'));
    page.on('console', (message) => {
      const wrong = message.type() === 'error' || (message.type() === 'warning' && isGpuError(message.text()));
      if (wrong) complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    await before?.(context);
    if (!own) await page.setViewportSize(viewport!);
    await page.goto(site.url + address);
    await use(page);
    // A rejection is reported after the task it arose in: one more task, and its report is here before the answer.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
    done = true;
  } catch (error) {
    await tellAll(context);
    throw error;
  } finally {
    context.removeAllListeners('request');
    for (const event of ['pageerror', 'crash', 'console', 'request'] as const) page.removeAllListeners(event);
    await page.unrouteAll();
    await context.unrouteAll();
    for (const other of context.pages()) if (other !== page) await other.close();
    // After a failure nobody knows what is left in it.
    if (own || !done) await context.close();
    if (!own && !done) shared = undefined;
  }
}

/** The words on a page at which a test failed: most failures are told by them. */
export async function tell(page: Page): Promise<void> {
  const words = await page
    .locator('body')
    .innerText({ timeout: 5000 })
    .catch((error: Error) => error.message);
  console.error(`The page said:\n${words.replace(/\n\s*/g, ' | ')}`);
}

export async function tellAll(context: BrowserContext): Promise<void> {
  for (const page of context.pages()) await tell(page);
}

/** Writes out/screenshots/NAME.png, for a person to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = path.resolve(import.meta.dirname, '../../../out/screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
