/** What passes between laptops of a class: a link made in the page, as a pupil opens it, and a pupil's run, added to the instructor's list. */
import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { decodeHash } from '../../../src/config/url.ts';
import { axeFinds } from '../setup/axe.ts';
import { enter } from '../setup/enter.ts';
import { button, withPlayed } from '../setup/played.ts';
import { readQr } from '../setup/qr.ts';

test('what is chosen is copied, stands in the QR code, and is what its reader finds', () =>
  withPlayed(
    {},
    async (page) => {
      await button(page, 'Start').waitFor();
      const form = page.locator('details', { hasText: 'A link for a class' });
      await enter(form.locator('summary').first());
      await page.getByLabel('The sheet Experiments').focus();
      await page.keyboard.press('Space');
      await page.getByLabel('The preset').check();
      await form.getByText('Settings one by one').click();
      await form.locator('.use', { hasText: /^Seed/ }).locator('select').selectOption('fixed');
      await form.locator('.use', { hasText: /^Rows/ }).locator('select').selectOption('hidden');
      await page.getByLabel('Base run: steps').first().fill('500');
      await button(page, 'Copy').click();
      await form.getByText('Copied.').waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      const { origin, pathname, search, hash } = new URL(link);
      expect(origin + pathname).toBe(page.url().split(/[?#]/)[0]);
      expect(search).toBe('?hide=link,experiments,batch.sequences&lock=preset,seed');
      const { config, problems } = decodeHash(hash);
      expect([config.preset, config.base.steps, problems]).toEqual(['smoke', 500, []]);
      expect(await readQr(page.getByLabel('QR code of the link'))).toEqual([link]);
      expect(await axeFinds(page)).toEqual([]);

      await page.goto('about:blank');
      await page.goto(link);
      await button(page, 'Start').waitFor();
      await expect.poll(() => page.getByLabel('Base run: steps').first().inputValue()).toBe('500');
      await expect.poll(() => page.getByLabel('Seed', { exact: true }).first().isDisabled()).toBe(true);
      await expect.poll(() => page.getByRole('combobox', { name: 'Preset' }).isDisabled()).toBe(true);
      await expect.poll(() => page.getByRole('link', { name: 'Experiments' }).count()).toBe(0);
      await expect.poll(() => page.getByText('A link for a class').count()).toBe(0);
    },
    { address: '#v=1&p=smoke', permissions: ['clipboard-read', 'clipboard-write'] },
  ));

test('a run that a laptop saved is added to the list of runs, compared, and there after a reload', () =>
  withPlayed(
    {},
    async (page) => {
      await button(page, 'Start').click();
      const download = page.waitForEvent('download');
      await button(page, 'Everything as one .zip').click();
      const saved = await (await download).path();
      const form = page.locator('details', { hasText: 'A link for a class' });
      await form.locator('summary').first().click();
      const add = form.getByLabel('Add runs that were shared with you');
      await add.setInputFiles({ name: 'notes.zip', mimeType: 'application/zip', buffer: Buffer.from('no zip') });
      await form.getByText(/^notes\.zip could not be added: /).waitFor();
      await add.setInputFiles({ name: 'table-3.zip', mimeType: 'application/zip', buffer: readFileSync(saved) });
      await form.getByText('One run was added.').waitFor();
      const row = page.locator('.runs tbody tr', { hasText: 'From table-3.zip' });
      await row.waitFor();
      const cells = (of: Locator) => of.locator('td').allInnerTexts();
      const kept = await cells(row);
      await page.reload();
      await row.waitFor();
      const own = page.locator('.runs tbody tr').filter({ hasNot: page.getByText('From table-3.zip') });
      await expect.poll(() => row.count()).toBe(1);
      await expect.poll(() => own.count()).toBe(1);
      // Loss, held-out loss, tokens, time and switch are those of the run that was saved.
      await expect.poll(async () => (await cells(own)).slice(0, 5)).toEqual(kept.slice(0, 5));
      await expect.poll(() => cells(row)).toEqual(kept);
      expect(await axeFinds(page)).toEqual([]);
    },
    { address: '#v=1&p=smoke' },
  ));
