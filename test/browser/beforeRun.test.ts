/** What the page says of a run before it starts, and what its reader does about it. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { withPage } from './setup/harness.ts';
import { button, withPlayed } from './setup/played.ts';
import { small } from './setup/small.ts';
import { stands } from './setup/stands.ts';

const line = (page: Page) => page.getByText('of graphics memory', { exact: false });

test('what does not fit says so, names the settings that would, and takes them over at one press', () =>
  withPlayed({ needs: 'too-large' }, async (page) => {
    await page.getByText('Logits would be one buffer of 268 MB; this machine allows 134 MB.').waitFor();
    await page.getByText('It would fit with rows 16 → 8, micro-batches 1 → 2').waitFor();
    await expect.poll(() => button(page, 'Start').isDisabled()).toBe(true);
    await button(page, 'Use these settings').click();
    await button(page, 'Use these settings').waitFor({ state: 'hidden' });
    await expect.poll(() => button(page, 'Start').isDisabled()).toBe(false);
    await expect.poll(() => page.url()).toMatch(/batch\.sequences=8.*batch\.accumulation=2/);
  }));

test('the first steps tell the time of the whole run', () =>
  withPlayed({}, async (page) => {
    await line(page).click();
    await page.getByText('not measured on this machine yet').waitFor();
    await button(page, 'Time its first steps').click();
    // 3 s to begin with, 1,800 steps of 0.02 s, 14 evaluations of half a second, the first of one, six saves.
    await page.getByText('about 47 s, between 43 s and 56 s').waitFor();
    await page.getByText(/graphics memory, takes about 47 s/).waitFor();
    // Another recipe is another question.
    await page.getByLabel('Seed', { exact: true }).first().fill('2');
    await page.getByText('not measured on this machine yet').waitFor();
    await expect.poll(() => page.getByText('memory, takes about').count()).toBe(0);
  }));

test('the switch is drawn along the curve by pointer and moved by keys; step and tokens follow', () =>
  withPlayed({}, async (page) => {
    const curve = page.locator('.rate-preview');
    await stands(page);
    await page.getByText('Step 213 of 300: 71 % of the continued run, after 327K tokens; 134K follow.').waitFor();
    await curve.scrollIntoViewIfNeeded();
    const box = (await curve.boundingBox())!;
    const at = (share: number) => [box.x + share * box.width, box.y + box.height / 2] as const;
    await page.mouse.move(...at(0.71));
    await page.mouse.down();
    await page.mouse.move(...at(0.6), { steps: 3 });
    await page.getByText(/^Step (179|180|181) of 300: 60 %/).waitFor();
    await page.mouse.move(...at(0.5), { steps: 3 });
    await page.mouse.up();
    await page.getByText(/^Step (149|150|151) of 300: 50 %/).waitFor();
    // Half way down a cosine to a hundredth the rate is 0.505 of its peak.
    await expect.poll(() => page.url()).toMatch(/continued\.switchDivisor=1\.9\d/);
    await page.mouse.move(...at(0.2));
    await page.getByText(/^Step (149|150|151) of 300: 50 %/).waitFor();

    const slider = page.getByRole('slider').first();
    await slider.press('End');
    await page.getByText('The rate never falls that far').waitFor();
    await slider.press('ArrowLeft');
    await page.getByText('rate down to 1/100').waitFor();
  }));

test('a switch at a share of the steps is drawn and moved the same way', () =>
  withPlayed(
    {},
    async (page) => {
      await page.getByText('Step 120 of 240: 50 % of the continued run').waitFor();
      await page.getByRole('slider').first().press('ArrowRight');
      await expect.poll(() => page.url()).toContain('continued.switchShare=0.51');
      const curve = page.locator('.rate-preview');
      const { width } = (await curve.boundingBox())!;
      await curve.click({ position: { x: 0.25 * width, y: 10 } });
      await expect.poll(() => page.url()).toMatch(/continued\.switchShare=0\.(24|25)/);
    },
    { address: '#v=1&p=tiny&continued.switchShare=0.5' },
  ));

test('the real worker tells the memory, measures the time, and remembers it', () =>
  withPage(
    async (page) => {
      await page.getByText(/^Needs [\d.]+ (kB|MB) of memory$/).click();
      await page.getByRole('row', { name: /^news / }).waitFor();
      await button(page, 'Time its first steps').click();
      await button(page, 'Time them again').waitFor();
      await page.getByText(/^about [\d a-z]+, between/).waitFor();
      await page.reload();
      await page.getByText(/of memory, takes about/).waitFor();
      await expect.poll(() => button(page, 'Start').isDisabled()).toBe(false);
    },
    { address: `#v=1&p=smoke&base.steps=8&continued.steps=8&base.schedule.warmupSteps=1&${small}` },
  ));
