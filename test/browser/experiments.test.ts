/** Experiments and base checkpoints in the page: trained for real on the shipped base, and recorded results read. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { experimentNamed } from '../../src/recipe/experiments.ts';
import { type ExperimentResults, verdicts } from '../../src/recipe/results/results.ts';
import { recordedFiles } from '../ui/fake/recorded.ts';
import { axeFinds } from './setup/axe.ts';
import { screenshot, withPage } from './setup/harness.ts';
import { withPlayed } from './setup/played.ts';
import { pressSoon } from './setup/pressSoon.ts';
import { onGpu } from './setup/workerScript.ts';

/** Steps of an arm, for a machine that computes on its CPU; the preset has 468. */
const STEPS = 20;

const list = (page: Page, heading: string) =>
  page
    .locator('section', { has: page.getByRole('heading', { name: heading, exact: true }) })
    .getByRole('listitem')
    .allTextContents();

test('an experiment runs from the shipped base: rows arrive, verdicts follow, one seed says that it is one; a reload keeps it until it is to be forgotten', () =>
  withPage(
    async (page) => {
      const arms = experimentNamed('f1').arms.map(({ name }) => name);
      const button = (name: string) => page.getByRole('button', { name, exact: true });
      await page.getByText(`2 arms to run, from existing base checkpoints: ${2 * STEPS} steps`).waitFor();
      await pressSoon(page, 'Stop', new RegExp(`Seed 1: ${arms[0]}`));
      await button('Run').click();
      await page.getByRole('button', { name: /^Run( the missing arms)?$/ }).click();
      await page.getByText('2 of 2 arms done').waitFor();
      await page.getByText('Every arm of these seeds is done.').waitFor();
      const scores = page.getByRole('region', { name: 'Accuracy, %' });
      await expect.poll(() => scores.getByRole('rowheader').allTextContents()).toEqual(['base', ...arms, 'chance']);
      // The base is the one whose card says what it scores: this machine finds the same.
      const { average } = JSON.parse(readFileSync('public/bases/ci-1/rekindle.json', 'utf8')) as { average: number };
      const shown = Number(await scores.getByRole('row').nth(1).getByRole('cell').nth(3).textContent());
      expect(Math.abs(shown - 100 * average)).toBeLessThan(1);
      const sentences = [...(await page.locator('.finding').allTextContents()), ...(await list(page, 'In words'))];
      expect(sentences.length).toBeGreaterThan(0);
      for (const sentence of sentences) expect(sentence).toMatch(/^One seed: .* cannot tell that from noise\.$/);
      await screenshot(page, 'experiment');

      await page.reload();
      await page.getByText('2 of 2 arms done').waitFor();
      await page.getByText('Every arm of these seeds is done.').waitFor();
      await button('Forget results').click();
      await page.getByText('2 arms to run').waitFor();
      await page.reload();
      await page.getByText('2 arms to run').waitFor();
    },
    // On the processor an arm is over before a click is heard.
    {
      address: `#experiments&x=f1&p=ci&seeds=1&continued.steps=${STEPS}`,
      viewport: { width: 1280, height: 800 },
      before: onGpu(),
    },
  ));

test('an experiment can be stopped between two arms: what is done stays, also after a reload, and the rest can be run', () =>
  withPlayed(
    // Holds still in the fifth of the arms until it is stopped.
    { experiment: { kind: 'held', at: 41 } },
    async (page) => {
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('Seed 1: pretraining-then-qa').first().waitFor();
      const done = await page.getByText(/^\d+ of \d+ arms done/).textContent();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Run the missing arms' }).waitFor();
      await page.reload();
      await page.getByText(done!).waitFor();
      await page.getByRole('button', { name: 'Run the missing arms' }).waitFor();
    },
    { address: '#experiments&x=f2&p=ci&seeds=1' },
  ));

test('results saved as a file and forgotten are there again once the file is added, and the missing arms can be run', () =>
  withPlayed(
    // Holds still in the fifth of the arms until it is stopped.
    { experiment: { kind: 'held', at: 41 } },
    async (page) => {
      const button = (name: string) => page.getByRole('button', { name, exact: true });
      await button('Run').click();
      await page.getByText('Seed 1: pretraining-then-qa').first().waitFor();
      await button('Stop').click();
      const [download] = await Promise.all([page.waitForEvent('download'), button('Save these results').click()]);
      const done = await page.getByText(/^\d+ of \d+ arms done/).textContent();
      await button('Forget results').click();
      await button('Run').waitFor();
      await expect.poll(() => button('Save these results').count()).toBe(0);
      // Another is chosen: the file brings the sheet back to its own experiment.
      await page.getByRole('combobox', { name: 'Experiment' }).selectOption('f3');
      const buffer = readFileSync(await download.path());
      const input = page.getByLabel('Add results that were shared with you');
      await input.setInputFiles({ name: 'f2-ci.json', mimeType: 'application/json', buffer });
      await page.getByText(/^\d+ rows from f2-ci\.json were added\.$/).waitFor();
      await page.getByText(done!).waitFor();
      await button('Run the missing arms').click();
      // The two that are left end before the beat at which the worker would hold.
      await page.getByText('7 of 7 arms done').waitFor();
      await input.setInputFiles({ name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
      await page.getByText(/^odd\.json could not be added: it is not a file of results/).waitFor();
      await page.getByText('7 of 7 arms done').waitFor();
    },
    { address: '#experiments&x=f2&p=ci&seeds=1' },
  ));

test('rows copied as a link are offered by another page, also after a reload, and added beside its own when that is asked for', async () => {
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const run = async (page: Page, arms: number) => {
    await button(page, 'Run').click();
    await page.getByText(`${arms} of ${arms} arms done`).waitFor();
    await page.getByText('Every arm of these seeds is done.').waitFor();
  };
  let link = '';
  await withPlayed(
    {},
    async (page) => {
      await run(page, 4);
      await button(page, 'Copy a link to these rows').click();
      await page.getByText(/^Copied: \d,\d+ characters\.$/).waitFor();
      link = await page.evaluate(() => navigator.clipboard.readText());
      expect(await axeFinds(page)).toEqual([]);
    },
    { address: '#experiments&x=f1&p=ci&seeds=2', permissions: ['clipboard-read', 'clipboard-write'] },
  );
  const { hash } = new URL(link);
  expect(link.length).toBeLessThanOrEqual(8000);
  await withPlayed(
    {},
    async (page) => {
      await run(page, 2);
      const follow = (address: string) => page.evaluate((to) => (location.hash = to), address);
      const offer = page.getByRole('region', { name: 'Rows from a link' });
      await follow(hash.slice(0, -20));
      await page.getByText('The rows in the link could not be read: it was cut short or changed on its way.').waitFor();
      await expect.poll(() => offer.count()).toBe(0);

      await follow(hash);
      await offer.getByText('6 rows of f1 with preset ci, seeds 1, 2').waitFor();
      await offer.getByText('3 of them are new; 3 are here already and stay as they are.').waitFor();
      await page.reload();
      await offer.getByText('3 of them are new').waitFor();
      expect(await axeFinds(page)).toEqual([]);
      await screenshot(page, 'rows-from-a-link');
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await screenshot(page, 'rows-from-a-link-narrow');
      await page.getByText('2 of 4 arms done').waitFor();
      await offer.getByRole('button', { name: 'Add these rows' }).click();
      await page.getByText('3 rows from the link were added; 3 were here already and stay.').waitFor();
      await page.getByText('4 of 4 arms done').waitFor();
      await expect.poll(() => new URL(page.url()).hash).toBe('#experiments&x=f1&p=ci&seeds=2&show=here');
      await page.reload();
      await page.getByText('4 of 4 arms done').waitFor();
      await expect.poll(() => offer.count()).toBe(0);
    },
    { address: '#experiments&x=f1&p=ci&seeds=1', colorScheme: 'light' },
  );
});

test('a link is followed though the address was about to be written', () =>
  withPlayed(
    { recorded: true },
    async (page) => {
      await page.getByText('Runs on').first().waitFor();
      // Every timer runs between the click and its event, as on a machine with much to do.
      await page.evaluate(() => {
        document.querySelector<HTMLAnchorElement>('a[href="#experiments"]')!.click();
        (globalThis as unknown as { runTimers: () => void }).runTimers();
      });
      await page.getByRole('combobox', { name: 'Experiment' }).waitFor();
    },
    {
      before: () => {
        const waiting: TimerHandler[] = [];
        const set = globalThis.setTimeout;
        const listed = (run: TimerHandler, ...rest: unknown[]) => {
          waiting.push(run);
          return set(run, ...(rest as [number]));
        };
        Object.assign(globalThis, {
          setTimeout: listed,
          runTimers: () => waiting.forEach((run) => typeof run === 'function' && run()),
        });
      },
    },
  ));

test('recorded results are read at once, and say what their intervals say', () =>
  withPlayed(
    { recorded: true },
    async (page) => {
      await page.getByText('5 seeds, on a played adapter.').waitFor();
      const recorded = (await recordedFiles())['ci.json'] as ExperimentResults;
      const expected = verdicts(experimentNamed('f4'), recorded);
      await page.getByText(expected[0]!, { exact: true }).waitFor();
      await expect.poll(() => list(page, 'In words')).toEqual(expected.slice(1));
      // The paper's own figure with the mark of its evidence, beside ours.
      await page
        .getByRole('row', { name: /^recipe/ })
        .getByText('56.1 [T 9]')
        .waitFor();
      await page.getByRole('combobox', { name: 'Preset' }).selectOption('world');
      await page.getByRole('button', { name: 'Recorded' }).click();
      await page.getByText('There are results with ci.').waitFor();
    },
    { address: '#experiments&x=f4&p=ci' },
  ));

test('a run starts from the shipped base, and its saved model can be continued', () =>
  withPage(
    async (page) => {
      await page.getByLabel('Continue the shipped base model').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      await expect.poll(() => page.locator('figcaption').textContent()).toContain(`in ${STEPS} steps`);
      await page
        .getByRole('region', { name: 'What the model can answer' })
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
          `a run here: preset ci, seed 1, ${(2343 + STEPS).toLocaleString('en')} steps, ended at a rate of 2e-5`,
        )
        .waitFor();
      await page.getByRole('button', { name: 'Start again' }).click();
      // Of the second run; twenty steps on the processor are over between two looks at a button.
      await page.locator('.numbers', { hasText: `of ${(2343 + 2 * STEPS).toLocaleString('en')}` }).waitFor();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      await page
        .getByLabel('A model to continue')
        .setInputFiles({ name: 'config.json', mimeType: '', buffer: Buffer.from('{}') });
      await page.getByText('The model folder has no tokenizer.json, model.safetensors').waitFor();
    },
    { address: `#v=1&p=ci&continued.steps=${STEPS}` },
  ));
