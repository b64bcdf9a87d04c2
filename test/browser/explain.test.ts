/** What the page explains, and to whom: on hover and on focus, and on a walk for those who ask for one. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { enter } from './setup/enter.ts';
import { button, withPlayed } from './setup/played.ts';
import { stands } from './setup/stands.ts';

/** Columns that hold names, marks or pictures of numbers explained beside them. */
const NO_NUMBER = [
  'Source',
  'Suite',
  'Run',
  'Edit',
  'Trend',
  'Step',
  'Phase',
  'Arm',
  'What it is',
  'What it asks',
  'Part',
  'Prompt',
  'Original text',
  'After the base run',
  'Before the switch',
  'After the switch',
];

/** Column headings of the page's tables of numbers, and whether each comes with an explanation that gives a formula or a source. */
const headings = (page: Page) =>
  page.locator('.picture th[scope=col]').evaluateAll((all) =>
    all.map((heading) => {
      const described = heading.querySelector('[aria-describedby]');
      const tip = described && document.getElementById(described.getAttribute('aria-describedby')!);
      const title = (heading as HTMLElement).innerText.replaceAll(/[^\p{L}\p{N}/ -]/gu, '').trim();
      return { title, explained: tip !== null && /Source: \S|[=‖Σ]/.test(tip.textContent ?? '') };
    }),
  );

test('every number in a table comes with what it means', () =>
  withPlayed({ beat: 100 }, async (page) => {
    await page.getByLabel('Preset').selectOption('ci');
    await page.getByText('Continue the shipped base model').waitFor();
    await button(page, 'Start').click();
    await button(page, 'Start again').click();
    await expect.poll(() => page.locator('.runs').getByText('Done', { exact: true }).count()).toBe(2);
    await button(page, 'Start again').waitFor();
    await button(page, 'Table').click();
    await page.getByText('What the model can answer').waitFor();
    await page.locator('.runs').waitFor();
    const found = await headings(page);
    const numbers = found.filter(({ title }) => !NO_NUMBER.includes(title));
    expect(numbers.length).toBeGreaterThan(15);
    expect(numbers.filter(({ explained }) => !explained)).toEqual([]);
    // The strips of the picture have no room for it: the line below it does.
    const drawn = page.locator('.figure .key').first();
    for (const name of ['Loss', 'Data blend', 'Learning rate'])
      await expect.poll(() => drawn.locator('dfn', { hasText: name }).count()).toBe(1);
  }));

test('so does every number in the tables of an experiment', () =>
  withPlayed(
    { recorded: true },
    async (page) => {
      await page.getByRole('heading', { name: 'Accuracy, %' }).waitFor();
      await page.getByText('What this world holds').click();
      await page.getByRole('columnheader', { name: 'Items' }).waitFor();
      const numbers = (await headings(page)).filter(({ title }) => !NO_NUMBER.includes(title));
      expect(numbers.length).toBeGreaterThan(20);
      expect(numbers.filter(({ explained }) => !explained)).toEqual([]);
    },
    { address: '#experiments&x=f4&p=ci' },
  ));

test('an explanation is there on hover and on focus, stays under the pointer, and goes with Escape', () =>
  withPlayed({}, async (page) => {
    const word = page.locator('dfn', { hasText: 'Learning rate' });
    const tip = page.getByText('how far a step moves the weights', { exact: false });
    // What arrives late moves the words: hovered before, they would leave their tips behind.
    await page.getByText('Needs 12 MB').waitFor();
    await expect.poll(() => tip.isVisible()).toBe(false);
    await word.hover();
    await tip.waitFor();
    await tip.hover();
    await expect.poll(() => tip.isVisible()).toBe(true);
    await page.mouse.move(2, 2);
    await tip.waitFor({ state: 'hidden' });
    await word.focus();
    await tip.waitFor();
    await page.keyboard.press('Escape');
    await tip.waitFor({ state: 'hidden' });
    const box = () => tip.boundingBox();
    // At the lower edge of the window it stands above its word.
    await word.evaluate((element) => (element as HTMLElement).blur());
    await page.setViewportSize({ width: 1280, height: 500 });
    await word.evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await word.focus();
    await tip.waitFor();
    const { y, height } = (await box())!;
    expect(y + height).toBeLessThanOrEqual((await word.boundingBox())!.y + 1);
    await page.keyboard.press('Escape');
    await word.evaluate((element) => (element as HTMLElement).blur());
    await page.setViewportSize({ width: 360, height: 800 });
    await page.locator('dfn', { hasText: 'Smoothing' }).hover();
    await word.hover();
    await tip.waitFor();
    const { x, width } = (await box())!;
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(360);
  }));

test('a first visitor is asked once; the walk goes by keyboard from part to part and gives the focus back', () =>
  withPlayed({}, async (page) => {
    await stands(page);
    const begin = button(page, 'What am I looking at?');
    await enter(begin);
    const panel = page.getByRole('dialog', { name: /^The picture of a run/ });
    await panel.waitFor();
    // Focus and mark come after the paint that shows the panel.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('dialog');
    const titles: string[] = [];
    for (;;) {
      titles.push((await page.locator('#tour-title').innerText()).replace(/ \d of \d$/, ''));
      // The part is in sight, above the panel: marked and scrolled to after the paint that names it.
      const isAbove = () =>
        page.evaluate(() => {
          const top = (one: string) => document.querySelector(one)?.getBoundingClientRect().top ?? Number.NaN;
          return top('.toured') < top('.tour');
        });
      await expect.poll(isAbove).toBe(true);
      const next = button(page, 'Next');
      if ((await next.count()) === 0) break;
      await enter(next);
    }
    expect(titles).toEqual([
      'The picture of a run',
      'Starting a run',
      'The switch',
      'What it reads',
      'Whether it works',
    ]);
    await page.keyboard.press('Escape');
    await page.locator('.tour').waitFor({ state: 'hidden' });
    await page.locator('.toured').waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('chart');
    // Asked once: the help has it from then on.
    await page.reload();
    await page.getByText('Runs on').waitFor();
    await expect.poll(() => page.getByText('Here for the first time?').count()).toBe(0);
    await button(page, 'Help').click();
    await button(page, 'What am I looking at?').click();
    await panel.waitFor();
    await button(page, 'Close').last().click();
  }));

test.each([
  ['in a lesson', '?hide=queue'],
  ['of a link', '#v=1&p=smoke'],
  ['inside another page', '?embed=1'],
])('nobody is asked %s', (_, address) =>
  withPlayed(
    {},
    async (page) => {
      await button(page, 'Start').waitFor();
      await expect.poll(() => page.getByText('Here for the first time?').count()).toBe(0);
    },
    { address },
  ),
);
