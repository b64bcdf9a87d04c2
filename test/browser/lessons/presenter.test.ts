/** The presenter's view at 1280×720: nothing scrolls in any lesson and language, keys lead on, the exact state as a QR code, the class. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { LESSON_NAMES, readLesson } from '../../../src/recipe/lessons/lesson.ts';
import { encode } from '../../../src/ui/class/code.ts';
import { tally } from '../../../src/ui/class/tally.ts';
import { allWords } from '../../../src/ui/lessons/words.ts';
import { axeFinds } from '../setup/axe.ts';
import { laptop } from '../../ui/lessons/laptop.ts';
import { button, withPlayed } from '../setup/played.ts';
import { readQr } from '../setup/qr.ts';

const folder = path.resolve(import.meta.dirname, '../../../public/lessons');

interface Walk {
  /** Names of the lessons to go through, in their order, with their beats. */
  lessons: [title: string, beats: number][];
  /** Buttons pressed wherever there is one. */
  press: string[];
}
interface Room {
  /** What is larger than its place, by class or name; empty: nothing scrolls and nothing is cut off. */
  tooLarge(): string[];
  /** Through every beat by the key of a clicker, and what was too large on the way. */
  walk(through: Walk): Promise<string[]>;
}

/** Put into the page, whose beats are some two hundred: a round trip for each costs more than the page. */
function furnish(): void {
  const larger = (): string[] =>
    [document.documentElement, ...document.querySelectorAll('.presenter, .presenter > *, .presenter .scroll')]
      .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
      .map((one) => `${one.className || one.localName} ${one.scrollWidth}×${one.scrollHeight}`);
  // In the first frame the view is there, in the second a chart knows its width, and keys lead on from here.
  const drawn = async (): Promise<void> => {
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  };
  const walk = async ({ lessons, press }: Walk): Promise<string[]> => {
    const found: string[] = [];
    const look = (where: string): void => void found.push(...larger().map((one) => `${where}: ${one}`));
    for (const [title, beats] of lessons) {
      while (document.querySelector('.presenter h1')?.textContent !== title) await drawn();
      for (let beat = 1; beat <= beats; beat++) {
        await drawn();
        look(`${title}, beat ${beat}`);
        document.querySelector<HTMLInputElement>('.predict input[type=radio]:enabled')?.click();
        const number = document.querySelector<HTMLInputElement>('.predict input[type=number]:enabled');
        if (number) {
          number.value = '5';
          number.dispatchEvent(new Event('input', { bubbles: true }));
        }
        for (const label of press) {
          const pressed = [...document.querySelectorAll('button')].find((one) => one.textContent === label);
          if (!pressed) continue;
          await drawn(); // until then an answer has not enabled it
          pressed.click();
          await drawn();
          look(`${title}, beat ${beat}, ${label}`);
        }
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'PageDown', bubbles: true }));
      }
    }
    return found;
  };
  Object.assign(globalThis, { room: { tooLarge: larger, walk } satisfies Room });
}
type Furnished = typeof globalThis & { room: Room };

async function tooLarge(page: Page): Promise<string[]> {
  await page.evaluate(furnish);
  return page.evaluate(() => (globalThis as Furnished).room.tooLarge());
}

/** Text, question, run and outcome of every step that has them. */
function beatsOf(name: string): number {
  const read = readLesson(JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')));
  if ('faults' in read) throw new Error(read.faults.join(' '));
  return read.lesson.steps.reduce((sum, { ask, runs }) => sum + 1 + (ask ? 1 : 0) + (runs ? 2 : 0), 0);
}

test('at 1280×720 nothing scrolls, in any beat of any lesson in any language', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const origin = page.url().split('?')[0]!;
      const found: string[] = [];
      for (const [lang, words] of Object.entries(allWords)) {
        await page.goto(`${origin}?lesson=${LESSON_NAMES[0]}&step=1&present=1&lang=${lang}`);
        await page.locator('.beat').waitFor();
        await page.evaluate(furnish);
        // The key that ends a lesson leads to the next.
        const lessons = LESSON_NAMES.map((name): [string, number] => [words.lessons.titles[name], beatsOf(name)]);
        const walk = { lessons, press: [words.ask.commit, words.run.recorded] };
        found.push(...(await page.evaluate((through) => (globalThis as Furnished).room.walk(through), walk)));
        // Every step of the last lesson was gone through.
        expect(new URL(page.url()).search).toContain('lesson=cluster&step=3');
      }
      expect(found).toEqual([]);
    },
    { address: '?lesson' },
  ));

test('keys lead through a lesson; blank, notes, and the exact state as a QR code', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      await page.getByRole('heading', { name: 'The rate falls, the text changes' }).waitFor();
      await page.keyboard.press('PageDown');
      await page.getByRole('heading', { name: 'Early, or late?' }).waitFor();
      await page.keyboard.press('ArrowRight');
      await page.locator('.predict').waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.locator('.predict').waitFor({ state: 'detached' });
      await page.keyboard.press('b');
      await page.getByText('The screen is blank').waitFor({ state: 'attached' });
      await page.keyboard.press('b');
      await page.keyboard.press('q');
      const state = page.getByRole('img', { name: /\?lesson=switch&step=2$/ });
      await state.waitFor();
      expect(await tooLarge(page)).toEqual([]);
      const [link] = await readQr(state);
      expect(link).toBe(new URL('?lesson=switch&step=2', page.url()).href);
      await page.keyboard.press('q');
      const notes = page.waitForEvent('popup');
      await page.keyboard.press('n');
      const speaker = await notes;
      await speaker.getByText('Split the room').waitFor();
      await page.keyboard.press('f');
      await page.getByText('Frozen').waitFor();
      await page.keyboard.press('f');
      expect(await axeFinds(page)).toEqual([]);
      // Question, run, the last step, and over the end of the lesson; the notes follow, and the browser's Back leads back.
      for (let beat = 0; beat < 4; beat++) await page.keyboard.press('PageDown');
      await page.getByRole('heading', { name: 'What was forgotten', level: 1 }).waitFor();
      await speaker.getByText('Ask for examples from the news').waitFor();
      await page.goBack();
      await page.getByRole('heading', { name: 'When to switch', level: 1 }).waitFor();
      await page.getByRole('heading', { name: 'What to take along' }).waitFor();
    },
    { address: '?lesson=switch&step=1&present=1' },
  ));

test('codes are there from lesson to lesson; four runs of a step, and the questions by their anonymous code, fit the screen', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const origin = page.url().split('?')[0]!;
      const add = async (codes: readonly string[]) => {
        await page.getByLabel('Codes, one a line').fill(codes.join('\n'));
        await button(page, 'Add').click();
      };
      await page.locator('.beat').waitFor();
      await page.keyboard.press('t');
      await add(Array.from({ length: 30 }, (_, i) => encode(laptop(i + 1))));
      await page.getByText('30 results of 30 laptops.').waitFor();
      const heads = page.locator('.ends thead th');
      // Numbers stand for the runs' names until the lesson is there.
      await expect
        .poll(() => heads.allInnerTexts())
        .toEqual([
          'Run',
          ...['At once\n7 runs', 'At half the rate\n8 runs', 'At a fifth of the rate\n8 runs'],
          'At a fiftieth of the rate\n7 runs',
        ]);
      await expect.poll(() => page.locator('.class-curves .mean').count()).toBe(4);

      // One laptop answers before and after in tabs of its own, joined by six signs; a second one only before.
      const answered: string[] = [];
      let signs = '';
      for (const part of ['before', 'after', 'before']) {
        const tab = await page.context().newPage();
        await tab.goto(`${origin}?quiz=${part}`);
        const own = tab.getByLabel('Your anonymous code:');
        if (part === 'after') {
          await own.fill('SHORT');
          await expect.poll(() => own.getAttribute('aria-invalid')).toBe('true');
          await own.fill(signs);
        } else signs = await own.inputValue();
        const right = allWords.en.quiz.questions.map(([, first]) => first);
        // Before, whatever stands first; after, what is right.
        for (const [i, option] of right.entries()) {
          const set = tab.locator('fieldset').nth(i);
          await (part === 'after' ? set.getByLabel(option, { exact: true }) : set.getByRole('radio').first()).check();
        }
        await button(tab, 'Done').click();
        const code = await tab.locator('.code').innerText();
        await tab.reload();
        await expect.poll(() => tab.locator('.code').innerText()).toBe(code);
        if (answered.length === 0) expect(await axeFinds(tab)).toEqual([]);
        answered.push(code);
        await tab.close();
      }

      await page.goto(`${origin}?lesson=cluster&step=1&present=1`);
      await page.locator('.beat').waitFor();
      await page.keyboard.press('t');
      await page.getByText('30 results of 30 laptops.').waitFor();
      await add(answered);
      await page.getByText('33 results of 32 laptops.').waitFor();
      await page.getByText('1 laptop answered only once: it is in no pair.').waitFor();
      await expect.poll(() => page.locator('.tally tbody tr').first().locator('td').first().innerText()).toBe('1');
      await expect
        .poll(() => page.locator('.tally tbody td:nth-child(4)').allInnerTexts())
        .toEqual(new Array(8).fill('1'));
      expect(await tooLarge(page)).toEqual([]);
      const download = page.waitForEvent('download');
      await button(page, 'Save the codes').click();
      expect(tally(readFileSync(await (await download).path(), 'utf8')).results).toHaveLength(33);

      await page.goto(`${origin}?class=1`);
      await page.getByText('33 results of 32 laptops.').waitFor();
      expect(await axeFinds(page)).toEqual([]);

      // The widest words on a phone.
      await page.setViewportSize({ width: 360, height: 720 });
      await page.goto(`${origin}?class=1&lang=es`);
      await page.getByText('33 resultados de 32 portátiles.').waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    },
    { address: '?lesson=switch&step=2&present=1' },
  ));

test('codes of a class, pasted and dropped, are counted once a laptop, damaged ones named; it fits the screen', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      await page.locator('.beat').waitFor();
      await page.keyboard.press('t');
      await page.getByText('Nothing yet.').waitFor();
      const codes = Array.from({ length: 30 }, (_, i) => encode(laptop(i + 1)));
      const damaged = codes.map((code, i) =>
        i < 5 ? code.slice(0, 20) + (code[20] === 'A' ? 'B' : 'A') + code.slice(21) : code,
      );
      await page.getByLabel('Codes, one a line').fill(damaged.slice(0, 20).join('\n'));
      await button(page, 'Add').click();
      await page.getByText('15 results of 15 laptops.').waitFor();
      await page.getByText('5 could not be read').waitFor();
      // The others come as files on the view, two of them for the second time.
      await page.evaluate(
        (texts) => {
          const dataTransfer = new DataTransfer();
          texts.forEach((text, i) => dataTransfer.items.add(new File([text], `codes-${i}.txt`)));
          document
            .querySelector('.tally')!
            .dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
        },
        [damaged.slice(20).join('\n'), `${codes[10]}\n${codes[20]}`],
      );
      await page.getByText('25 results of 25 laptops. 2 came twice and counted once.').waitFor();
      await expect
        .poll(() => page.locator('.tally .problem li').allInnerTexts())
        .toEqual(damaged.slice(0, 5).map((code) => `${code.slice(0, 16)}… is damaged: its checksum does not fit`));
      await expect.poll(() => page.locator('.predictions .count').allInnerTexts()).toEqual(['6', '6', '7', '6']);
      expect(await axeFinds(page)).toEqual([]);
      // The fullest view there is: a histogram, four runs and damaged codes. They stay while the tab is open.
      for (const lang of Object.keys(allWords)) {
        await page.goto(`${page.url().split('&lang')[0]!}&lang=${lang}`);
        await page.locator('.beat').waitFor();
        await page.keyboard.press('t');
        await page.locator('.legend li').nth(3).waitFor();
        expect(await tooLarge(page), lang).toEqual([]);
      }
    },
    { address: '?lesson=switch&step=2&present=1' },
  ));
