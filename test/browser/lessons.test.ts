/** Lessons as a class meets them: by keyboard, without WebGPU, on the projector, on paper; a QR code read back from a screenshot. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { decodeQR } from 'qr/decode.js';
import { expect, test } from 'vitest';
import { LESSON_NAMES } from '../../src/recipe/lessons/lesson.ts';
import { decode } from '../../src/ui/class/code.ts';
import { button, withPlayed } from './setup/played.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 120)}`);
  });
}

/** Reaches a control by Tab alone, and presses a key on it. */
async function press(page: Page, name: string, key: string): Promise<void> {
  for (let tabs = 0; tabs < 60; tabs++) {
    await page.keyboard.press('Tab');
    const reached = await page.evaluate((wanted) => {
      const active = document.activeElement as HTMLElement | null;
      return (active?.innerText || active?.getAttribute('aria-label') || active?.closest('label')?.innerText || '')
        .trim()
        .startsWith(wanted);
    }, name);
    if (reached) return page.keyboard.press(key);
  }
  throw new Error(`Tab does not reach ${name}.`);
}

/** What a camera sees of an element: its screenshot's pixels, decoded by the page's own picture reader. */
async function readQr(page: Page, label: string): Promise<string> {
  const shot = (await page.getByLabel(label).screenshot()).toString('base64');
  const pixels = await page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { width, height, data: [...data] };
  }, shot);
  return decodeQR({ ...pixels, data: Uint8ClampedArray.from(pixels.data) });
}

test('every lesson goes from prediction to reveal by keyboard, without WebGPU, by its recorded run; axe finds nothing', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const origin = page.url().split('?')[0]!;
      for (const name of LESSON_NAMES) {
        await page.goto(`${origin}?lesson=${name}&step=2`);
        await page.getByRole('heading', { name: 'First, your prediction' }).waitFor();
        const kind = await page.evaluate(() =>
          document.querySelector('.drawing')
            ? 'curve'
            : document.querySelector('.predict input[type=number]')
              ? 'number'
              : 'choice',
        );
        if (kind === 'choice') {
          await page.locator('.predict input[type=radio]').first().focus();
          await page.keyboard.press('Space');
        } else if (kind === 'number') {
          await page.locator('.predict input[type=number]').focus();
          await page.keyboard.type('5');
        } else {
          await press(page, 'Loss at step', 'ArrowUp');
        }
        await press(page, 'That is my prediction', 'Enter');
        await press(page, 'Use the recorded run', 'Enter');
        await page.getByRole('heading', { name: 'What came out' }).waitFor();
        await page.getByText('Why?').waitFor();
        expect(await page.locator('.lesson').innerText(), name).not.toMatch(/[{}]|NaN|undefined/);
        expect(await axeFinds(page), name).toEqual([]);
        const code = await page.locator('.code').innerText();
        const read = decode(code);
        expect('fault' in read ? read : read.lesson, name).toBe(name);
        if (name === 'switch') expect(await readQr(page, 'QR code of your result')).toBe(code);
        // Going on and back loses nothing; the step done again is as it was.
        await button(page, 'Next').click();
        await page.goBack();
        await page.getByRole('heading', { name: 'What came out' }).waitFor();
        await button(page, 'Do this step again').click();
        await button(page, 'That is my prediction').waitFor();
      }
    },
    { address: '?lesson' },
  ));

test('on the projector nothing scrolls at 1280×720, and keys lead through a lesson', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const scrolls = () =>
        page.evaluate(() => {
          const tall = [document.documentElement, ...document.querySelectorAll('.presenter main')];
          return tall.some((one) => one.scrollHeight > one.clientHeight + 1);
        });
      await page.getByRole('heading', { name: 'The rate falls, the text changes' }).waitFor();
      expect(await scrolls()).toBe(false);
      await page.keyboard.press('PageDown');
      await page.getByRole('heading', { name: 'Early, or late?' }).waitFor();
      expect(await scrolls()).toBe(false);
      await page.keyboard.press('ArrowRight');
      await page.locator('.predict input[type=radio]').first().check();
      expect(await scrolls()).toBe(false);
      await button(page, 'That is my prediction').click();
      await page.keyboard.press('PageDown');
      await button(page, 'Use the recorded run').click();
      expect(await scrolls()).toBe(false);
      await page.keyboard.press('PageDown');
      await page.getByRole('heading', { name: 'What came out' }).waitFor();
      expect(await scrolls()).toBe(false);
      await page.keyboard.press('b');
      await page.getByText('The screen is blank').waitFor({ state: 'attached' });
      await page.keyboard.press('b');
      await page.keyboard.press('q');
      const state = page.getByRole('img', { name: /\?lesson=switch&step=2$/ });
      await state.waitFor();
      expect(await readQr(page, (await state.getAttribute('aria-label'))!)).toMatch(/\?lesson=switch&step=2$/);
      await page.keyboard.press('q');
      const notes = page.waitForEvent('popup');
      await page.keyboard.press('n');
      await (await notes).getByText('Split the room').waitFor();
      expect(await axeFinds(page)).toEqual([]);
    },
    { address: '?lesson=switch&step=1&present=1' },
  ));

test('in German, remembered: a lesson to its reveal, and its report printed and saved; in Spanish the list', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const origin = page.url().split('?')[0]!;
      const lang = () => page.evaluate(() => document.documentElement.lang);
      await page.getByRole('heading', { name: 'Zuerst deine Vorhersage' }).waitFor();
      expect(await lang()).toBe('de');
      await page.locator('.predict input[type=number]').fill('-20');
      await button(page, 'Das ist meine Vorhersage').click();
      await button(page, 'Aufgezeichneten Lauf nehmen').click();
      await page.getByRole('heading', { name: 'Was herauskam' }).waitFor();
      await page.getByRole('textbox', { name: 'Warum?' }).fill('Viel neuer Text');
      const shown = await page.locator('.lesson').innerText();
      expect(shown).toContain('−20 Punkte');
      expect(shown).not.toMatch(/[{}]|NaN|undefined|prediction|points/);
      expect(await axeFinds(page)).toEqual([]);

      // Long words of a widest table on the narrowest screen.
      await page.goto(`${origin}?lesson=switch&step=2`);
      await page.locator('.predict input[type=radio]').first().check();
      await button(page, 'Das ist meine Vorhersage').click();
      await button(page, 'Aufgezeichneten Lauf nehmen').click();
      await page.setViewportSize({ width: 360, height: 720 });
      await page.getByRole('heading', { name: 'Was herauskam' }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

      await page.goto(`${origin}?lesson=rewarm&paper=report`);
      await page.getByRole('heading', { name: 'Laborbericht: Schadet erneutes Aufwärmen?' }).waitFor();
      expect(await axeFinds(page)).toEqual([]);
      const download = page.waitForEvent('download');
      await button(page, 'Als Markdown speichern').click();
      const saved = readFileSync(await (await download).path(), 'utf8');
      expect(saved).toContain('- Vorhersage: −20 Punkte');
      expect(saved).toContain('Viel neuer Text');
      expect(saved).toContain('| 59.904 |');

      await page.goto(`${origin}?lesson&lang=es`);
      await page.getByRole('link', { name: 'Cuándo cambiar' }).waitFor();
      expect(await lang()).toBe('es');
      expect(await axeFinds(page)).toEqual([]);
    },
    { address: '?lesson=rewarm&step=2&lang=de' },
  ));

test('a run by time takes as many steps as fit here, and is compared on equal tokens', () =>
  withPlayed(
    { stride: 240 },
    async (page) => {
      await button(page, 'Run it here').click();
      await page.getByRole('heading', { name: 'What came out' }).waitFor();
      await page.getByText('Compared on the same 59,904 tokens').waitFor();
      const read = decode(await page.locator('.code').innerText());
      if ('fault' in read) throw new Error(read.fault);
      expect(read.asked).toBeNull();
      expect(read.tokens).toBeGreaterThan(59_904);
    },
    { address: '?lesson=noise&step=3' },
  ));
