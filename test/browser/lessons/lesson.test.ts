/** Lessons as a pupil goes through them, by keyboard alone: prediction, run or recorded run, reveal, question; again and back; in German. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { LESSON_NAMES } from '../../../src/recipe/lessons/lesson.ts';
import { decode } from '../../../src/ui/class/code.ts';
import { allWords } from '../../../src/ui/lessons/words.ts';
import { axeFinds } from '../setup/axe.ts';
import { button, withPlayed } from '../setup/played.ts';
import { readQr } from '../setup/qr.ts';

/** LOOKS=all holds every lesson against axe, else one of each kind of question: they are made of the same parts. */
const isWhole = process.env.LOOKS === 'all';

/** Goes on by Tab until the focus is on what a selector names, or on a button of that name. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let tabs = 0; tabs < 60; tabs++) {
    await page.keyboard.press('Tab');
    const isThere = await page.evaluate((what) => {
      const active = document.activeElement as HTMLElement | null;
      return active !== null && (active.matches('button') ? active.innerText.trim() === what : active.matches(what));
    }, wanted);
    if (isThere) return;
  }
  throw new Error(`Tab does not reach ${wanted}.`);
}

/** Answers whatever kind of question the step asks. */
async function predict(page: Page): Promise<void> {
  await page.locator('.predict').waitFor();
  const kinds = ['input[type=radio]', 'input[type=number]', 'circle'];
  for (const kind of kinds) {
    if ((await page.locator(`.predict ${kind}`).count()) === 0) continue;
    await tabTo(page, kind);
    if (kind === 'input[type=number]') await page.keyboard.type('5');
    else await page.keyboard.press(kind === 'circle' ? 'PageUp' : 'Space');
  }
  await tabTo(page, 'input[type=range]');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, 'That is my prediction');
  await page.keyboard.press('Enter');
}

/** What a reader sees of a step, with what stands in its fields. */
const stateOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => [
    document.querySelector<HTMLElement>('.lesson')!.innerText,
    ...[...document.querySelectorAll<HTMLInputElement | HTMLSelectElement>('.lesson :is(input, select, textarea)')].map(
      (field) => `${field.value} ${'checked' in field && field.checked} ${field.matches(':disabled')}`,
    ),
    ...[...document.querySelectorAll('.lesson circle')].map((point) => point.getAttribute('aria-valuenow')!),
  ]);

const told = (page: Page) => page.locator('.lesson').innerText();

/** `thorough`: back and forth, reloaded, done again, and held against axe. */
async function throughLesson(
  page: Page,
  name: string,
  run: 'Run it here' | 'Use the recorded run',
  thorough: boolean,
): Promise<void> {
  const origin = page.url().split('?')[0]!;
  await page.goto(`${origin}?lesson=${name}`);
  await page.getByText('Step 1 of').waitFor();
  await tabTo(page, 'Next');
  await page.keyboard.press('Enter');
  await page.getByText('Step 2 of').waitFor();
  // Said once the machine is known.
  if (run === 'Use the recorded run') await page.getByText('the recorded run is used instead').waitFor();
  const untouched = thorough ? await stateOf(page) : [];
  await predict(page);
  await tabTo(page, run);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What came out' }).waitFor();
  await tabTo(page, 'textarea');
  await page.keyboard.type('Because the weights were kept.');
  expect(await told(page), name).not.toMatch(/[{}]|NaN|undefined/);
  if (thorough || isWhole) expect(await axeFinds(page), name).toEqual([]);
  const code = await page.locator('.code').innerText();
  const read = decode(code);
  if ('fault' in read) throw new Error(`${name}: ${read.fault}`);
  expect([read.lesson, read.step, read.device === 'recorded']).toEqual([name, 2, run === 'Use the recorded run']);
  expect(read.confidence, name).toBe(55);

  if (thorough) await backAndAgain(page, name, code, untouched);

  // To the end.
  const steps = Number(/Step \d+ of (\d+)/.exec(await told(page))![1]);
  for (let step = 3; step <= steps; step++) {
    await tabTo(page, 'Next');
    await page.keyboard.press('Enter');
    await page.getByText(`Step ${step} of`).waitFor();
  }
  await expect.poll(() => button(page, 'Next').isDisabled()).toBe(true);
}

/** From the second step, whose run has ended, and back to it. */
async function backAndAgain(page: Page, name: string, code: string, untouched: readonly string[]): Promise<void> {
  // Going on, back by the page and by the browser, and reloading lose neither run nor words.
  await tabTo(page, 'Next');
  await page.keyboard.press('Enter');
  await page.getByText('Step 3 of').waitFor();
  await tabTo(page, 'Back');
  await page.keyboard.press('Enter');
  await page.getByText('Step 2 of').waitFor();
  await expect.poll(() => page.locator('.code').innerText(), { message: name }).toBe(code);
  await page.goBack();
  await page.getByText('Step 3 of').waitFor();
  await page.goBack();
  await page.reload();
  await page.getByText('Step 2 of').waitFor();
  await expect.poll(() => page.locator('.code').innerText(), { message: name }).toBe(code);
  await expect.poll(() => page.locator('textarea').inputValue()).toBe('Because the weights were kept.');

  // Done again the step is as nobody had touched it.
  await tabTo(page, 'Do this step again');
  await page.keyboard.press('Enter');
  await page.locator('.reveal').waitFor({ state: 'detached' });
  await expect.poll(() => stateOf(page), { message: name }).toEqual(untouched);
}

test('without WebGPU every lesson goes by keyboard to its end, by its recorded run', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      for (const name of LESSON_NAMES) await throughLesson(page, name, 'Use the recorded run', false);
    },
    { address: '?lesson' },
  ));

test('where the machine trains, a lesson goes by keyboard to its end by a run of its own, whatever it asks', () =>
  withPlayed(
    { stride: 480 },
    async (page) => {
      // One of each kind of question: a curve, one of four, a number.
      for (const name of ['continue', 'switch', 'rewarm']) await throughLesson(page, name, 'Run it here', true);
    },
    { address: '?lesson' },
  ));

test('the QR code of a result, as it is drawn, holds its code', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      await page.locator('.predict input[type=radio]').first().check();
      await button(page, 'That is my prediction').click();
      await button(page, 'Use the recorded run').click();
      const code = await page.locator('.code').innerText();
      expect(await readQr(page.getByLabel('QR code of your result'))).toEqual([code]);
    },
    { address: '?lesson=switch&step=2' },
  ));

test('in German, remembered: a lesson to its reveal, and its report printed and saved; in Spanish the list', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const origin = page.url().split('?')[0]!;
      const lang = () => page.evaluate(() => document.documentElement.lang);
      await page.getByRole('heading', { name: 'Zuerst deine Vorhersage' }).waitFor();
      await expect.poll(lang).toBe('de');
      await page.locator('.predict input[type=number]').fill('-20');
      await button(page, 'Das ist meine Vorhersage').click();
      await button(page, 'Aufgezeichneten Lauf nehmen').click();
      await page.getByRole('heading', { name: 'Was herauskam' }).waitFor();
      await page.getByRole('textbox', { name: 'In eigenen Worten:' }).fill('Viel neuer Text');
      const shown = await page.locator('.lesson').innerText();
      expect(shown).toContain('−20\u00a0Prozentpunkte');
      expect(shown).not.toMatch(/[{}]|NaN|undefined|prediction|points/);
      expect(await axeFinds(page)).toEqual([]);

      await page.goto(`${origin}?lesson=rewarm&paper=report`);
      await page.getByRole('heading', { name: 'Laborbericht: Schadet erneutes Aufwärmen?' }).waitFor();
      expect(await axeFinds(page)).toEqual([]);
      const download = page.waitForEvent('download');
      await button(page, 'Als Markdown speichern').click();
      const saved = readFileSync(await (await download).path(), 'utf8');
      expect(saved).toContain('- Vorhersage: −20\u00a0Prozentpunkte');
      expect(saved).toContain('Viel neuer Text');
      expect(saved).toContain('| 59.904 |');

      await page.goto(`${origin}?lesson&lang=es`);
      await page.getByRole('link', { name: 'Cuándo cambiar' }).waitFor();
      await expect.poll(lang).toBe('es');
      expect(await axeFinds(page)).toEqual([]);
    },
    { address: '?lesson=rewarm&step=2&lang=de' },
  ));

test('nothing is wider than a screen of 360 pixels, in any language: the longest names of runs, the widest table, the report', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const origin = page.url().split('?')[0]!;
      await page.setViewportSize({ width: 360, height: 720 });
      const found: string[] = [];
      for (const [lang, words] of Object.entries(allWords)) {
        for (const name of ['rewarm', 'switch']) {
          for (const paper of ['', '&paper=report']) {
            await page.goto(`${origin}?lesson=${name}&step=2&lang=${lang}${paper}`);
            await page.locator('h2').first().waitFor();
            // Answered once, in the first language: it is there in the others.
            if (lang === 'en' && !paper) {
              if (name === 'rewarm') await page.locator('.predict input[type=number]').fill('5');
              else await page.locator('.predict input[type=radio]').first().check();
              await button(page, words.ask.commit).click();
              await button(page, words.run.recorded).click();
            }
            await page.locator('.reveal, .report table').waitFor();
            const width = await page.evaluate(() => document.documentElement.scrollWidth);
            if (width > 360) found.push(`${lang} ${name} ${paper}: ${width}`);
          }
        }
      }
      expect(found).toEqual([]);
    },
    { address: '?lesson' },
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

      // Another time, by the address, which whoever is handed the step has too.
      await page.goto(page.url().replace('step=3', 'step=3&seconds=120'));
      await page.getByText('This run takes about 120 seconds').waitFor();
      const present = page.getByRole('link', { name: 'Presenter’s view' });
      await expect.poll(() => present.getAttribute('href')).toMatch(/\?lesson=noise&step=3&present=1&seconds=120$/);
    },
    { address: '?lesson=noise&step=3' },
  ));
