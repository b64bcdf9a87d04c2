import { expect, test } from 'vitest';
import { screenshot, withPage } from '../setup/harness.ts';
import { pressSoon } from '../setup/pressSoon.ts';
import { onGpu } from '../setup/workerScript.ts';

/** A short run of the smallest preset: the same stages as a long one. */
const [base, continued] = [50, 20];
const address = `#v=1&p=smoke&base.steps=${base}&continued.steps=${continued}&base.schedule.warmupSteps=5&batch.sequences=2&batch.length=32&evaluation.rows=1`;

/** The closed form of papers.md §1.9 with f = 1/5, m = 1/100. */
const closedForm = Math.acos((2 * (1 / 5 - 1 / 100)) / (1 - 1 / 100) - 1) / Math.PI;

test('press Start: the loss falls, the switch is where the closed form puts it, and nothing complains', () =>
  withPage(
    async (page) => {
      await pressSoon(page, 'Pause', /Training — base run/);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Resume' }).waitFor();
      await screenshot(page, 'paused');
      await page.getByRole('button', { name: /step/i }).first().click();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('button', { name: 'Start again' }).waitFor();

      const caption = (await page.locator('figcaption', { hasText: 'went from' }).textContent())!;
      const step = Number(/blend switched at step ([\d,]+)/.exec(caption)?.[1]!.replace(',', ''));
      expect(Math.abs(step - (base + closedForm * (continued - 1))), caption).toBeLessThanOrEqual(1);
      const [first, last] = /went from ([\d.]+) to ([\d.]+) in/.exec(caption)!.slice(1).map(Number) as [number, number];
      expect(last, caption).toBeLessThan(first - 1);
      await screenshot(page, 'done');
    },
    { address, viewport: { width: 1280, height: 800 }, before: onGpu() },
  ));
