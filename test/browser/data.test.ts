/** The sheet of data on the built page: a worker takes a crawl through the stages, and what it says can be looked into. */
import { expect, test } from 'vitest';
import { withPlayed } from './setup/played.ts';

test('every page is accounted for, a reason shows its documents, the limit moves by keyboard, and the newer copies are the less true ones', () =>
  withPlayed(
    {},
    async (page) => {
      const steps = page.locator('.flow > li');
      const number = (text: string): number => Number(text.replaceAll(',', ''));
      const left = async (i: number) => number(/^[\d,]+/.exec(await steps.nth(i).locator('p').first().innerText())![0]);
      await steps.nth(5).waitFor();
      for (let i = 1; i <= 5; i++) {
        const reasons = await steps.nth(i).getByRole('button').allInnerTexts();
        const dropped = reasons.reduce((sum, text) => sum + number(/[\d,]+$/.exec(text)![0]), 0);
        expect([i, (await left(i - 1)) - (await left(i))]).toEqual([i, dropped]);
      }
      await page.getByRole('button', { name: /^unlike the target/ }).press('Enter');
      await page.getByRole('heading', { name: 'Dropped by dsir: unlike the target' }).waitFor();

      const says = page.getByText(/^Drops [\d,]+ of/);
      const before = await says.innerText();
      await page.getByRole('slider').press('Home');
      await expect.poll(() => says.innerText()).not.toBe(before);
      await page.getByRole('button', { name: 'The command’s own limit' }).click();
      expect(await says.innerText()).toBe(before);

      const facts = async () => Number(/([\d.]+) true facts/.exec(await steps.nth(2).innerText())![1]);
      const older = await facts();
      await page.getByRole('combobox', { name: 'Copy to keep' }).selectOption('newer');
      await steps.filter({ hasText: 'fuzzy newer' }).waitFor();
      expect(await facts()).toBeLessThan(older);

      await page.getByRole('button', { name: 'Train with this: by hand' }).click();
      await page.getByRole('heading', { name: 'Your own text' }).waitFor();
      expect(await page.locator('.bars').first().innerText()).toMatch(/web 58.*wiki 12/s);
    },
    { address: '#data' },
  ));
