/**
 * The built page with the worker of test/ui/fake, as a fresh profile has it. What it complains of fails the test that opened it. They
 * share a window, whose site is emptied between them: opening one costs the processor twice what the page in it does.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { inject } from 'vitest';
import { newPlayer, openPlayed, play } from '../ui/fake/play.ts';
import type { Scenario } from '../ui/fake/trainer.worker.ts';
import { sharedBrowser } from './launch.ts';

export const playing = (): Promise<Browser> => sharedBrowser();

interface Options extends BrowserContextOptions {
  /** What follows the site's address. */
  address?: string;
  /** Run in the page before its own scripts. */
  before?: () => void;
}

const VIEWPORT = { width: 1280, height: 720 };
let shared: Page | undefined;

/** Leaves the page, whose worker ends with it, and empties what its site has stored. */
export async function forget(page: Page, siteUrl: string): Promise<void> {
  await page.goto('about:blank');
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: new URL(siteUrl).origin, storageTypes: 'all' });
  await session.detach();
}

/** A page of the shared window, with nothing in it and nothing kept. */
async function emptyPage(siteUrl: string): Promise<Page> {
  if (shared === undefined)
    return (shared = await newPlayer(await (await playing()).newContext({ viewport: VIEWPORT })));
  await forget(shared, siteUrl);
  await shared.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: null, media: null });
  await shared.setViewportSize(VIEWPORT);
  return shared;
}

/** A test that asks for a window of its own kind has one of its own. */
export async function withPlayed(
  scenario: Scenario,
  use: (page: Page) => Promise<void>,
  options: Options = {},
): Promise<void> {
  const { address = '', before, ...rest } = options;
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const own = before !== undefined || Object.keys(rest).length > 0;
  const page = own ? null : await emptyPage(site.url);
  const context = page?.context() ?? (await (await playing()).newContext(rest));
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(text);
  context.on('console', (message) => message.type() === 'error' && complain(message.text()));
  context.on('weberror', (error) => complain(String(error.error())));
  let done = false;
  try {
    if (before) await context.addInitScript(before);
    if (page) await play(page, site.url + address, scenario);
    await use(page ?? (await openPlayed(context, site.url + address, scenario)));
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
    done = true;
  } finally {
    context.removeAllListeners('console');
    context.removeAllListeners('weberror');
    // After a failure nobody knows what is left in it.
    if (own || !done) await context.close();
    if (!own && !done) shared = undefined;
  }
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
