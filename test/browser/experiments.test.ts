/** Experiments and base checkpoints in the page: trained for real on the shipped base, and recorded results read. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { experimentNamed } from '../../src/recipe/experiments.ts';
import { type ExperimentResults, verdicts } from '../../src/recipe/results.ts';
import { openPlayed } from '../ui/fake/play.ts';
import { recordedFiles } from '../ui/fake/recorded.ts';
import { screenshot, withPage } from './harness.ts';
import { launchBrowser } from './launch.ts';

/** Steps of an arm: a ninth of the preset's, for a machine that computes on its CPU. */
const STEPS = 52;

const list = (page: Page, heading: string) =>
  page
    .locator('section', { has: page.getByRole('heading', { name: heading, exact: true }) })
    .getByRole('listitem')
    .allTextContents();

test('an experiment runs from the shipped base: rows arrive, verdicts follow, and one seed says that it is one', () =>
  withPage(
    async (page) => {
      await page.getByText('5 arms to run, from base checkpoints that are there already: 260 steps').waitFor();
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('5 of 5 arms done').waitFor();
      const scores = page.getByRole('region', { name: 'Accuracy, %' });
      expect(await scores.getByRole('rowheader').allTextContents()).toEqual([
        'base',
        'recipe',
        'pretraining-blend',
        'qa-only',
        'rewarm-2',
        'switch-1.1',
        'chance',
      ]);
      // The base is the one whose card says what it scores: this machine finds the same.
      const { average } = JSON.parse(readFileSync('public/bases/ci-1/rekindle.json', 'utf8')) as { average: number };
      const shown = Number(await scores.getByRole('row').nth(1).getByRole('cell').nth(3).textContent());
      expect(Math.abs(shown - 100 * average)).toBeLessThan(1);
      const sentences = await list(page, 'In words');
      expect(sentences).toHaveLength(4);
      for (const sentence of sentences) expect(sentence).toMatch(/^One seed: .* cannot tell that from noise\.$/);
      await page.getByText('Every arm of these seeds is done.').waitFor();
      await screenshot(page, 'experiment');
    },
    { address: `#experiments&x=ci&p=ci&seeds=1&continued.steps=${STEPS}`, viewport: { width: 1280, height: 800 } },
  ));

test('an experiment can be stopped; what is done stays, also after a reload, until it is to be forgotten, and the rest can be run', () =>
  withPage(
    async (page) => {
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('1 of 2 arms done').waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Run what is missing' }).click();
      await page.getByText('2 of 2 arms done').waitFor();
      await page.reload();
      await page.getByText('2 of 2 arms done').waitFor();
      await page.getByText('Every arm of these seeds is done.').waitFor();
      await page.getByRole('button', { name: 'Forget results' }).click();
      await page.getByText('2 arms to run').waitFor();
      await page.reload();
      await page.getByText('2 arms to run').waitFor();
    },
    { address: '#experiments&x=f1&p=ci&seeds=1&continued.steps=120' },
  ));

test('recorded results are read at once, and say what their intervals say', async () => {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const browser = await launchBrowser();
  try {
    const page = await openPlayed(await browser.newContext(), `${site.url}#experiments&x=f4&p=ci`, { recorded: true });
    await page.getByText('5 seeds, on a played adapter.').waitFor();
    const recorded = (await recordedFiles())['ci.json'] as ExperimentResults;
    const expected = verdicts(experimentNamed('f4'), recorded);
    await page.getByText(expected[0]!, { exact: true }).waitFor();
    expect(await list(page, 'In words')).toEqual(expected.slice(1));
    // The paper's own figure with the mark of its evidence, beside ours.
    await page
      .getByRole('row', { name: /^recipe/ })
      .getByText('56.1 [T] Table 9')
      .waitFor();
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('world');
    await page.getByRole('button', { name: 'Recorded' }).click();
    await page.getByText('There are results with ci.').waitFor();
  } finally {
    await browser.close();
  }
});

test('a run starts from the shipped base, and its saved model can be continued', () =>
  withPage(
    async (page) => {
      await page.getByLabel('Start from the shipped base').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      expect(await page.locator('figcaption').textContent()).toContain(`in ${STEPS} steps`);
      await page
        .getByRole('region', { name: 'What it can answer' })
        .getByRole('rowheader', { name: 'Retention', exact: true })
        .waitFor();

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download the model' }).click(),
      ]);
      const zip = { name: 'my-model.zip', mimeType: 'application/zip', buffer: readFileSync(await download.path()) };
      await page.getByLabel('A model to continue').setInputFiles(zip);
      await page
        .getByText(
          `my-model.zip: preset ci, seed 1, ${(2343 + STEPS).toLocaleString('en')} steps, ended at a rate of 2e-5.`,
        )
        .waitFor();
      await page.getByRole('button', { name: 'Start again' }).click();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      await page.locator('.numbers', { hasText: `of ${(2343 + 2 * STEPS).toLocaleString('en')}` }).waitFor();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      await page
        .getByLabel('A model to continue')
        .setInputFiles({ name: 'config.json', mimeType: '', buffer: Buffer.from('{}') });
      await page.getByText('The model folder lacks model.safetensors, tokenizer.json, rekindle.json').waitFor();
    },
    { address: `#v=1&p=ci&continued.steps=${STEPS}` },
  ));
