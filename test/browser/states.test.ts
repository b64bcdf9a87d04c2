/**
 * Every state of the page, played by a worker that trains nothing (test/ui/fake): accessible by axe's WCAG 2.2 AA
 * rules in light and dark, wide and narrow; no wider than a phone; no complaint on the console. LOOKS=all has every state in
 * each theme at each width, not only in two of the four.
 */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openPlayed } from '../ui/fake/play.ts';
import { states } from '../ui/fake/states.ts';
import { launchBrowser } from './launch.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PHONE = 360;
const LOOKS = [
  ['light', 1280],
  ['dark', PHONE],
  ['dark', 1280],
  ['light', PHONE],
] as const;
const looks = process.env.LOOKS === 'all' ? LOOKS : LOOKS.slice(0, 2);

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    // What is in order needs no account of where.
    (rules) => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: rules, resultTypes: ['violations'], selectors: false }),
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
    for (const [colorScheme, width] of looks) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      expect(await violations(page), `${colorScheme}, ${width} px`).toEqual([]);
      if (width === PHONE) expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE);
    }
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
});
