/** The instruments on the built page with the real worker: a paused run is looked into, tried out, and goes on as if nothing had been. */
import { expect, test } from 'vitest';
import { screenshot, withPage } from './setup/harness.ts';
import { pressSoon } from './setup/pressSoon.ts';
import { onGpu } from './setup/workerScript.ts';
import { small } from './setup/small.ts';

/** Of the base run. */
const STEPS = 120;

test('a paused run shows its inside, lends its weights to trials, and ends as planned', () =>
  withPage(
    async (page) => {
      // Until the machine is known the page still moves, and a slow press on Start may end beside it.
      await page.getByText('Runs on').waitFor();
      await pressSoon(page, 'Pause', /Training — base run/);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Resume' }).waitFor();
      // A step taken singly is looked at.
      await page.getByRole('button', { name: 'Step', exact: true }).click();
      await page.getByText('Paused', { exact: true }).first().waitFor();
      await page.getByRole('link', { name: 'Instruments' }).click();

      const first = page.locator('section', { has: page.getByRole('heading', { name: 'The first step' }) });
      await first.getByText(/Untrained weights give [\d.]+ ± [\d.]+: ln 260/).waitFor();
      await first.getByText('All 14 tensors have a finite gradient').waitFor();
      await expect.poll(() => first.getByText('Wrong').count()).toBe(0);
      await expect.poll(() => page.getByRole('region', { name: 'Tensors' }).getByRole('rowheader').count()).toBe(8);
      await expect.poll(() => page.getByRole('region', { name: 'Layers' }).getByRole('rowheader').count()).toBe(1);

      await page.getByRole('button', { name: 'Overfit one row' }).click();
      await first.getByText('the loss of one row went from').waitFor();
      await expect.poll(() => first.getByText('Wrong').count()).toBe(0);

      await pressSoon(page, 'Stop', /\d+ steps, at/);
      await page.getByRole('button', { name: 'Sweep the rate' }).click();
      await page.getByText('Stopped early').waitFor();
      const sectionOf = (name: string) => page.locator('section', { has: page.getByRole('heading', { name }) });
      const grid = sectionOf('Learning rate and batch size');
      for (const [field, value] of [
        ['Peak rates', '1e-3, 4e-3'],
        ['Rows a step', '4'],
        ['Tokens a run', '640'],
        ['Seeds', '1'],
      ] as const) {
        await grid.getByRole('textbox', { name: field }).fill(value);
      }
      await page.getByText('2 runs, 1.28K tokens in all.').waitFor();
      await page.getByRole('button', { name: 'Run all combinations' }).click();
      await page.getByText('One seed cannot tell a difference from noise').waitFor();
      await grid.getByRole('button', { name: 'Run the missing ones' }).waitFor();
      const cells = page.getByRole('region', { name: 'Learning rate and batch size' }).getByRole('cell');
      const standings = async () =>
        (await cells.allTextContents()).map((cell) => cell.replace(/^\d\.\d{3} /, '')).sort();
      await expect.poll(standings).toEqual(['best', 'one seed']);

      const widths = sectionOf('Does the rate hold at other widths?');
      for (const [field, value] of [
        ['Widths', '16, 32'],
        ['Peak rates', '1e-3, 4e-3'],
        ['Tokens a run', '640'],
      ] as const) {
        await widths.getByRole('textbox', { name: field }).fill(value);
      }
      await widths.getByText('3 models, 6 runs, 3.84K tokens in all.').waitFor();
      await widths.getByRole('button', { name: 'Sweep the widths' }).click();
      await widths.getByText(/^In µP the best rate is/).waitFor();
      await widths.getByRole('button', { name: 'Run the missing ones' }).waitFor();
      await expect.poll(() => widths.getByRole('img').count()).toBe(4);
      await screenshot(page, 'instruments');

      await page.getByRole('link', { name: 'Train' }).click();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      await expect.poll(() => page.locator('figcaption').textContent()).toContain(`in ${STEPS} steps`);
    },
    {
      address: `#v=1&p=smoke&base.steps=${STEPS}&continued=off&${small}`,
      viewport: { width: 1280, height: 900 },
      before: onGpu(),
    },
  ));
