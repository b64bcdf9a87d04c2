/** The sheet of data on the built page: a worker takes a crawl through the stages, and what it says can be looked into. */
import { expect, test } from 'vitest';
import { dataReport } from '../../src/world/dataReport.ts';
import { enter } from './setup/enter.ts';
import { withPlayed } from './setup/played.ts';

test('every page is accounted for, a reason shows its documents, the limit moves by keyboard, and the newer copies are the less true ones', () =>
  withPlayed(
    {},
    async (page) => {
      const steps = page.locator('.flow > li');
      const number = (text: string): number => Number(text.replaceAll(',', ''));
      const left = async (i: number) =>
        number(/^[\d,]+/.exec(await steps.nth(i).locator('.flow-left').innerText())![0]);
      await steps.nth(5).waitFor();
      for (let i = 1; i <= 5; i++) {
        const reasons = await steps.nth(i).getByRole('button', { name: ' · ' }).allInnerTexts();
        const dropped = reasons.reduce((sum, text) => sum + number(/[\d,]+$/.exec(text)![0]), 0);
        expect([i, (await left(i - 1)) - (await left(i))]).toEqual([i, dropped]);
      }
      await enter(page.getByRole('button', { name: /^unlike the target/ }));
      await page.getByRole('heading', { name: 'Dropped by dsir: unlike the target' }).waitFor();
      await expect.poll(() => page.locator('.documents mark').count()).toBeGreaterThan(8);
      await steps.nth(4).getByRole('button', { name: 'some that were kept' }).click();
      await page.getByRole('heading', { name: 'Kept by heuristics' }).waitFor();

      const says = page.getByText(/^Drops [\d,]+ of/);
      const before = await says.innerText();
      await page.getByRole('slider').press('Home');
      await expect.poll(() => says.innerText()).not.toBe(before);
      await page.getByRole('button', { name: 'The command’s own limit' }).click();
      await expect.poll(() => says.innerText()).toBe(before);
      // Dragged to the left end, nothing stays.
      const picture = page.locator('svg.histogram');
      const { width } = (await picture.boundingBox())!;
      await picture.hover({ position: { x: width / 2, y: 40 } });
      await page.mouse.down();
      await picture.hover({ position: { x: 0, y: 40 } });
      await page.mouse.up();
      await expect.poll(() => says.innerText()).toMatch(/^Drops ([\d,]+) of \1 pages without facts/);
      await page.getByRole('button', { name: 'The command’s own limit' }).click();

      const facts = async () => Number(/([\d.]+) true facts/.exec(await steps.nth(2).innerText())![1]);
      const older = await facts();
      await page.getByRole('combobox', { name: 'Copy to keep' }).selectOption('newer');
      await steps.filter({ hasText: 'fuzzy newer' }).waitFor();
      await expect.poll(facts).toBeLessThan(older);

      await page.getByRole('button', { name: 'Train with this: by hand' }).click();
      await page.getByRole('heading', { name: 'Your own text' }).waitFor();
      await expect.poll(() => page.locator('.bars').first().innerText()).toMatch(/web 58.*wiki 12/s);
    },
    { address: '#data' },
  ));

/** What the worker answers, as the page is told it: comlink's raw value. */
function overhear(): void {
  const ear = globalThis as { heard?: string };
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      this.addEventListener('message', ({ data }: MessageEvent<{ value?: { stages?: unknown } }>) => {
        if (data.value?.stages) ear.heard = JSON.stringify(data.value);
      });
    }
  };
}

test('the browser comes to the same bits as Node: every document, mark, weight and perplexity', () =>
  withPlayed(
    {},
    async (page) => {
      await page.locator('.flow > li').nth(5).waitFor();
      const heard = await page.evaluate(() => (globalThis as { heard?: string }).heard);
      const ours = JSON.stringify(await dataReport(1, 'older', () => {}));
      expect(heard!.length).toBe(ours.length);
      expect(heard === ours).toBe(true);
    },
    { address: '#data', before: overhear },
  ));

test('shipped text and a file go through the same stages, can be cancelled, and no truth is claimed', () =>
  withPlayed({}, async (page) => {
    const own = Array.from({ length: 3 }, () => `{"text":"The same line of text."}\n`).join('');
    await page.getByLabel('Your own text').setInputFiles({
      ...{ name: 'mine.jsonl', mimeType: 'application/json', buffer: Buffer.from(own) },
    });
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByRole('combobox', { name: 'Text', exact: true }).selectOption('text');
    await page.getByText('The steps have not been run yet.').waitFor();
    const start = page.getByRole('button', { name: 'Run the steps' });
    await start.click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await start.waitFor();
    await expect.poll(() => page.locator('.flow').count()).toBe(0);

    // The shipped book and fact book are compared with; the file alone is judged.
    await start.click();
    await page.getByRole('button', { name: 'equal · 2' }).click();
    await page.getByText('the same text as mine-1').first().waitFor();
    // As the file was told when it was added, here by a worker that plays.
    await expect
      .poll(() => page.locator('.flow > li').first().innerText())
      .toMatch(/Languages of mine, by 300 passages spread over it: English 93\s%, German 5\s%, not clear 2\s%\./);
    await expect.poll(() => page.getByRole('button', { name: 'similar' }).count()).toBe(0);
    await page.getByRole('table').filter({ hasText: 'not labelled' }).waitFor();
    await expect.poll(() => page.getByText('true facts').count()).toBe(0);
    await page.getByRole('combobox', { name: 'books' }).selectOption('out');
    await page.getByRole('combobox', { name: 'encyclopedia' }).selectOption('out');
    await page.getByText('nothing to compare with').waitFor();
  }));
