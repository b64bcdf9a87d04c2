/** A browser without WebGPU, as the worker finds it: the page trains on the processor, under its own policy. */
import { expect, test } from 'vitest';
import { screenshot, withPage } from '../setup/harness.ts';

const address =
  '#v=1&p=smoke&base.steps=50&continued.steps=20&base.schedule.warmupSteps=5&batch.sequences=2&batch.length=32&evaluation.rows=1';

test('without a GPU the page says that it runs on the processor, and trains there', () =>
  withPage(
    async (page) => {
      await page.getByText('Runs on the processor (WebAssembly).').waitFor();
      await screenshot(page, 'processor');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      const caption = (await page.locator('figcaption').textContent())!;
      const [first, last] = /went from ([\d.]+) to ([\d.]+) in/.exec(caption)!.slice(1).map(Number) as [number, number];
      expect(last, caption).toBeLessThan(first - 1);
    },
    {
      address,
      viewport: { width: 1280, height: 800 },
      before: (context) =>
        context.route(/trainer\.worker/, async (route) => {
          const response = await route.fetch();
          const without = "Object.defineProperty(navigator, 'gpu', { value: undefined });\n";
          await route.fulfill({ response, body: without + (await response.text()) });
        }),
    },
  ));
