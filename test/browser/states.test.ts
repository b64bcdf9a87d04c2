/**
 * Every state of the page, played by a worker that trains nothing (test/ui/fake): accessible by axe's WCAG 2.2 AA
 * rules in light and dark, wide and narrow; no wider than a phone; no complaint on the console. LOOKS=all has every state in
 * each theme at each width, not only in two of the four.
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

test.each(states.filter(({ onlyLook }) => !onlyLook))('$name', ({ scenario, address = '', reach }) =>
  withPlayed(
    scenario,
    async (page) => {
      await reach(page);
      await page.evaluate(axe.source);
      for (const [i, [colorScheme, width]] of looks.entries()) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        const rules: RunOnly = i === 0 ? { type: 'tag', values: RULES } : { type: 'rule', values: OF_THE_LOOK };
        expect(await violations(page, rules), `${colorScheme}, ${width} px`).toEqual([]);
        if (width === PHONE) expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE);
      }
    },
    { address },
  ),
);
