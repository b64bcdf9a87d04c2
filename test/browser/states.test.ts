/**
 * Every state of the page, played by a worker that trains nothing (test/ui/fake): accessible by axe's WCAG 2.2 AA
 * rules in light and dark, wide and narrow; no wider than a phone; no complaint on the console.
 */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openPlayed } from '../ui/fake/play.ts';
import { states } from '../ui/fake/states.ts';
import { launchBrowser } from './launch.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PHONE = 360;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    (rules) => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: rules }),
    RULES,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

test.each(states.filter(({ onlyLook }) => !onlyLook))('$name', async ({ scenario, address = '', reach }) => {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  const complaints: string[] = [];
  context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(String(error.error())));
  try {
    const page = await openPlayed(context, site.url + address, scenario);
    await reach(page);
    await page.evaluate(axe.source);
    expect(await violations(page)).toEqual([]);

    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: PHONE, height: 800 });
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
});
