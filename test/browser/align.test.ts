/** The sheet of alignment on the built page, with a played worker: stages are stopped and go on, the chat is a keyboard's and shows text as text. */
import { expect, test } from 'vitest';
import { enter } from './setup/enter.ts';
import { button, withPlayed } from './setup/played.ts';
import { screenshot } from './setup/harness.ts';

const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

test('a base goes through its stages, and any two checkpoints answer side by side', () =>
  withPlayed(
    { align: true },
    async (page) => {
      await enter(page.getByRole('button', { name: 'Open', exact: true }));
      await page.getByText('118K weights, on the processor').waitFor();
      await enter(button(page, 'Run all stages'));

      // General SFT is stopped on the way and goes on where it was.
      const sft = page.locator('.align-stages > li').nth(1);
      await sft.getByText('step 20 of 60').waitFor();
      await enter(page.locator('.align-stages').locator('xpath=..').getByRole('button', { name: 'Stop' }));
      await sft.getByText('Stopped at step 20 of 60.').waitFor();
      await enter(page.getByRole('button', { name: 'Resume: General SFT' }));
      await page.getByRole('button', { name: 'Run again: General SFT' }).waitFor();
      await enter(button(page, 'Run all stages'));
      await page.getByRole('button', { name: 'Run again: RPO 3' }).waitFor();
      // A stage made again takes what was made from it with it: DPO's rounds go, the reward model stays.
      await enter(page.getByRole('button', { name: 'Run again: DPO' }));
      await page.getByRole('button', { name: 'Run: RPO 1' }).waitFor();
      await page.getByRole('button', { name: 'Run again: Reward model' }).waitFor();
      await enter(button(page, 'Run all stages'));
      await page.getByRole('button', { name: 'Run again: RPO 3' }).waitFor();

      // Curves of preferences, scores of every checkpoint, pairs a page at a time, and gaps a stage.
      await page.getByRole('img', { name: /Log-probability since the start, chosen/ }).waitFor();
      await expect
        .poll(() => page.getByRole('region', { name: 'What each stage can do' }).getByRole('rowheader').count())
        .toBe(7);
      const table = page.getByRole('region', { name: 'Pairs of answers' });
      await expect.poll(() => table.getByRole('rowheader').count()).toBe(12);
      await page.getByRole('combobox', { name: 'Show' }).selectOption('close calls only');
      await page.getByText('1 to 10 of 10').waitFor();
      await expect.poll(() => page.locator('.gap-histograms svg').count()).toBe(4);
      await expect.poll(() => page.getByRole('img', { name: /^DPO: \d+ of 100 pairs beyond/ }).count()).toBe(1);

      // By keyboard alone: Enter sends, Escape stops, and what is written stays text.
      const prompt = page.getByRole('textbox', { name: 'Prompt' });
      const log = page.getByRole('log');
      const answers = log.locator('.said');
      await enter(page.getByRole('button', { name: 'A prompt to try' }));
      await expect.poll(() => prompt.inputValue()).toBe('what is 0 x 8 ? end with bye .');
      await enter(prompt);
      await expect.poll(() => answers.allInnerTexts()).toEqual(['5 6', '5 6 bye']);
      await expect
        .poll(() => log.locator('.verdict').allInnerTexts())
        .toEqual([
          expect.stringMatching(/✗ wrong\s+✗ end with bye\s+reward 3\.50\s+A right answer: 5 6 bye/),
          expect.stringMatching(/✓ right\s+✓ end with bye\s+reward 3\.50$/),
        ]);
      await enter(page.getByRole('button', { name: 'Answer again' }));
      await expect.poll(() => answers.nth(3).innerText()).toBe('draw 1 bye');
      await prompt.fill('wait');
      await enter(prompt);
      await expect.poll(() => answers.nth(5).innerText()).toBe('so far');
      await prompt.press('Escape');
      await log.getByText('Stopped early.').first().waitFor();
      await prompt.fill(HOSTILE);
      await enter(prompt);
      await log.getByText(`${HOSTILE} said rpo 3`).waitFor();
      await expect.poll(() => log.locator('img, script').count()).toBe(0);
      await expect.poll(() => page.title()).toContain('Rekindle');
      await screenshot(page, 'align');
    },
    { address: '#align' },
  ));

test('a reload finds the alignment that this browser has kept and goes on; forgotten, it is not looked for', () =>
  withPlayed(
    { align: true },
    async (page) => {
      const opens = page.getByRole('button', { name: 'Open', exact: true });
      await enter(opens);
      await page.getByText('118K weights, on the processor').waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Run again: Code SFT' }).waitFor();
      await page.getByText('Stopped at step 20 of 60.').waitFor();
      await enter(page.getByRole('button', { name: 'Resume: General SFT' }));
      await page.getByRole('button', { name: 'Run again: General SFT' }).waitFor();
      // The curve has the steps of before, too.
      await page.getByRole('img', { name: /^Loss: from 2\.4 / }).waitFor();

      await enter(page.getByRole('button', { name: 'Delete all of it' }));
      await page.locator('.align-stages').waitFor({ state: 'detached' });
      await page.reload();
      await expect.poll(() => opens.isEnabled()).toBe(true);
      await expect.poll(() => page.locator('.align-stages').count()).toBe(0);
    },
    { address: '#align' },
  ));
