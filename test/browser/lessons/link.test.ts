/** A link for a class, made in the page: put together by keyboard, copied, scanned, and opened as a pupil opens it. */
import { expect, test } from 'vitest';
import { axeFinds } from '../setup/axe.ts';
import { button, withPlayed } from '../setup/played.ts';
import { readQr } from '../setup/qr.ts';

test('what is chosen is copied, stands in the QR code, and is what its reader finds', () =>
  withPlayed(
    {},
    async (page) => {
      await button(page, 'Start').waitFor();
      const form = page.locator('details', { hasText: 'A link for a class' });
      await form.locator('summary').first().focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('The sheet Experiments').focus();
      await page.keyboard.press('Space');
      await page.getByLabel('The preset').check();
      await form.getByText('Settings one by one').click();
      await form.getByLabel('Seed', { exact: true }).selectOption('fixed');
      await form.getByLabel('Rows', { exact: true }).selectOption('put away');
      await page.getByLabel('Base run: steps').first().fill('500');
      await button(page, 'Copy').click();
      await form.getByText('Copied.').waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      expect(link).toBe(
        `${page.url().split(/[?#]/)[0]}?hide=link,experiments,batch.sequences&lock=preset,seed#v=1&p=smoke&base.steps=500`,
      );
      expect(await readQr(page.getByLabel('QR code of the link'))).toEqual([link]);
      expect(await axeFinds(page)).toEqual([]);

      await page.goto('about:blank');
      await page.goto(link);
      await button(page, 'Start').waitFor();
      expect(await page.getByLabel('Base run: steps').first().inputValue()).toBe('500');
      expect(await page.getByLabel('Seed', { exact: true }).first().isDisabled()).toBe(true);
      expect(await page.getByLabel('Preset').isDisabled()).toBe(true);
      expect(await page.getByRole('link', { name: 'Experiments' }).count()).toBe(0);
      expect(await page.getByText('A link for a class').count()).toBe(0);
    },
    { address: '#v=1&p=smoke', permissions: ['clipboard-read', 'clipboard-write'] },
  ));
