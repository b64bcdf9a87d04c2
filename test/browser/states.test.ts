/**
 * Every state of the page, played by a worker that trains nothing (test/ui/fake): accessible by axe's WCAG 2.2 AA
 * rules in light and dark, wide and narrow; no wider than a phone; no complaint on the console; numbers at both axes of the run's
 * picture. LOOKS=all has every state in each theme at each width, not only in two of the four.
 */
import axe, { type RunOnly } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { states } from '../ui/fake/states.ts';
import { withPlayed } from './played.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PHONE = 360;
const LOOKS = [
  ['light', 1280],
  ['dark', PHONE],
  ['dark', 1280],
  ['light', PHONE],
] as const;
const looks = process.env.LOOKS === 'all' ? LOOKS : LOOKS.slice(0, 2);

/** Rules that a theme or a width can break; the others are asked once, in the first look. */
const OF_THE_LOOK = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

async function violations(page: Page, runOnly: RunOnly): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    // What is in order needs no account of where.
    (only) => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: only, resultTypes: ['violations'], selectors: false }),
    runOnly,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** Keeps the numbers written at the axes of the picture, by strip: pixels to anybody else. The label at the line's end is bold. */
function keepNumbers(): void {
  const numbers = { loss: new Set<string>(), rate: new Set<string>() };
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (this: CanvasRenderingContext2D, ...args: Parameters<typeof fillText>) {
    for (const strip of ['loss', 'rate'] as const)
      if (this.canvas.closest(`.${strip}-plot`) && /^\d/.test(args[0]) && !/^(600|bold)/.test(this.font)) numbers[strip].add(args[0]);
    fillText.apply(this, args);
  };
  Object.assign(globalThis, { numbers });
}
const forgetNumbers = (page: Page) =>
  page.evaluate(() => Object.values((globalThis as unknown as { numbers: Record<string, Set<string>> }).numbers).forEach((strip) => strip.clear()));

/** Whether each strip has two numbers at least, and so a scale; null where the page has no picture of a run. */
const haveNumbers = (page: Page) =>
  page.evaluate(() => {
    if (!document.querySelector('.loss-plot')) return null;
    return Object.values((globalThis as unknown as { numbers: Record<string, Set<string>> }).numbers).every(({ size }) => size >= 2);
  });

test.each(states.filter(({ onlyLook }) => !onlyLook))('$name', ({ scenario, address = '', reach }) =>
  withPlayed(
    scenario,
    async (page) => {
      await reach(page);
      await page.evaluate(axe.source);
      await page.evaluate(keepNumbers);
      for (const [i, [colorScheme, width]] of looks.entries()) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width: width - 1, height: 800 });
        await forgetNumbers(page);
        await page.setViewportSize({ width, height: 800 });
        const rules: RunOnly = i === 0 ? { type: 'tag', values: RULES } : { type: 'rule', values: OF_THE_LOOK };
        expect(await violations(page, rules), `${colorScheme}, ${width} px`).toEqual([]);
        // A resized picture is drawn anew.
        await expect.poll(() => haveNumbers(page), { message: `numbers at the axes: ${colorScheme}, ${width} px` }).not.toBe(false);
        if (width === PHONE) expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE);
      }
    },
    { address },
  ),
);
