/** The built page with the worker of test/ui/fake, in a fresh profile. What it complains of fails the test that opened it. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, inject } from 'vitest';
import { openPlayed } from '../ui/fake/play.ts';
import type { Scenario } from '../ui/fake/trainer.worker.ts';
import { launchBrowser } from './launch.ts';

let launched: Promise<Browser> | undefined;
export const playing = (): Promise<Browser> => (launched ??= launchBrowser());
afterAll(async () => (await launched)?.close());

interface Options extends BrowserContextOptions {
  /** What follows the site's address. */
  address?: string;
  /** Run in the page before its own scripts. */
  before?: () => void;
}

export async function withPlayed(scenario: Scenario, use: (page: Page) => Promise<void>, options: Options = {}): Promise<void> {
  const { address = '', before, ...rest } = options;
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const context = await (await playing()).newContext(rest);
  const complaints: string[] = [];
  context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(String(error.error())));
  try {
    if (before) await context.addInitScript(before);
    await use(await openPlayed(context, site.url + address, scenario));
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
  } finally {
    await context.close();
  }
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
