/** "Check this machine" on the built page with the real worker: it measures, says so in tables and as text, and fits a phone. */
import axe from 'axe-core';
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { screenshot, withPage } from './setup/harness.ts';
import { onGpu } from './setup/workerScript.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PHONE = 360;

/** In the dialog: what is behind it is a state of test/browser/states. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    (rules) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run('dialog[open]', {
        runOnly: rules,
        resultTypes: ['violations'],
        selectors: false,
      }),
    RULES,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** The worker's clock eight times as fast, so that it measures for an eighth of its seconds: how fast this machine is, nobody asks here. */
const hurry = `{ const now = performance.now.bind(performance); performance.now = () => 8 * now(); }\n`;
test('the check measures products and steps, and its report can be copied', () =>
  withPage(
    async (page) => {
      const dialog = page.getByRole('dialog', { name: 'This machine' });
      await dialog.waitFor(); // the address opens it
      await dialog.getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Check this machine' }).click();
      await dialog.getByRole('button', { name: 'Measure' }).click();
      await dialog.getByText('Products of').waitFor();
      await dialog.getByRole('button', { name: 'Measure again' }).waitFor();

      const report = (await dialog.locator('pre').textContent())!;
      const rate = Number(/1024³ +([\d.,]+)/.exec(report)?.[1]!.replace(',', ''));
      expect(rate, report).toBeGreaterThan(0);
      expect(report).toMatch(/smoke +[\d.,]+ +[\d,]+ /);
      expect(report).toContain('studio');
      await dialog.getByRole('button', { name: 'Copy' }).click();
      await dialog.getByText('Copied.').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(report);

      await page.evaluate(axe.source);
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', PHONE],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 1600 });
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
        await screenshot(page, `machine-${colorScheme}-${width}`);
      }
    },
    { address: '#machine', permissions: ['clipboard-read', 'clipboard-write'], before: onGpu(hurry) },
  ));
