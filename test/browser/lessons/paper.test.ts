/** Paper: hand-out, instructor's page and lab report print on one page each, on A4 and on Letter, with nothing beside it. */
import { expect, test } from 'vitest';
import { LESSON_NAMES } from '../../../src/recipe/lessons/lesson.ts';
import { axeFinds } from '../setup/axe.ts';
import { button, withPlayed } from '../setup/played.ts';

/** Pages of a PDF, by its page objects. */
const pagesOf = (pdf: Buffer): number => (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
/** Letter is the shorter, A4 the narrower one. */
const FORMATS = ['A4', 'Letter'] as const;

test('every page of paper is one, on A4 and on Letter, in German, whose texts are the longest', () =>
  withPlayed(
    { machine: 'no-webgpu' },
    async (page) => {
      const origin = page.url().split('?')[0]!;
      await page.locator('.predict input[type=radio]').first().check();
      await button(page, 'Das ist meine Vorhersage').click();
      await button(page, 'Aufgezeichneten Lauf nehmen').click();
      await page.locator('.reveal').waitFor();
      const found: string[] = [];
      for (const name of LESSON_NAMES) {
        for (const kind of name === 'switch' ? ['handout', 'instructor', 'report'] : ['handout', 'instructor']) {
          await page.goto(`${origin}?lesson=${name}&paper=${kind}`);
          await page.locator('.paper h1').waitFor();
          for (const format of FORMATS) {
            const pages = pagesOf(await page.pdf({ format }));
            if (pages !== 1) found.push(`${name} ${kind} ${format}: ${pages} pages`);
          }
          if (name === 'switch') {
            expect(await axeFinds(page), kind).toEqual([]);
            // As printed: buttons are gone, and nothing runs over the side.
            await page.emulateMedia({ media: 'print' });
            await expect.poll(() => button(page, 'Drucken').isVisible()).toBe(false);
            const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            expect(width, kind).toBeLessThanOrEqual(0);
            await page.emulateMedia({ media: null });
          }
        }
      }
      expect(found).toEqual([]);
    },
    { address: '?lesson=switch&step=2&lang=de' },
  ));
