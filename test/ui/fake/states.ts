/** Every state of the page worth looking at, and how to get there: from a fresh page, or from another state. */
import type { Page } from 'playwright-core';
import { enter } from '../../browser/setup/enter.ts';
import { recording } from './recordings.ts';
import type { Scenario } from './trainer.worker.ts';

export interface PageState {
  name: string;
  scenario?: Scenario;
  /** The state that it is reached from, of which its scenario is. */
  after?: string;
  /** What follows the page's address. */
  address?: string;
  /** Made of the parts of other states in the same layout: worth a look, and judged only where all is. */
  onlyLook?: true;
  /** Brings the page there; it then stays. */
  reach(page: Page): Promise<void>;
}

/** A state with those that lead to it, from a fresh page on. */
export function wayTo(state: PageState): PageState[] {
  const before = states.find(({ name }) => name === state.after);
  if (state.after !== undefined && before === undefined)
    throw new Error(`${state.name} comes after ${state.after}, which is no state.`);
  return before ? [...wayTo(before), state] : [state];
}

const start = (page: Page) => page.getByRole('button', { name: 'Start' }).click();
const seen = (page: Page, text: string) => page.getByText(text, { exact: false }).first().waitFor();
const startAndSee = (text: string) => async (page: Page) => {
  await start(page);
  await seen(page, text);
};

/** Runs with these settings, one after another. */
async function runAll(page: Page, runs: readonly (readonly [label: string, value: string][])[]): Promise<void> {
  for (const settings of runs) {
    for (const [label, value] of settings) await page.getByLabel(label, { exact: true }).first().fill(value);
    await page.getByRole('button', { name: /^Start/ }).click();
    await page.getByText('Done', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Start again' }).waitFor();
  }
}

async function experiments(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Experiments' }).click();
  await seen(page, 'Runs on');
}

export const states: readonly PageState[] = [
  { name: 'idle', scenario: {}, reach: (page) => seen(page, 'Runs on') },
  {
    name: 'walk',
    after: 'idle',
    async reach(page) {
      await page.getByRole('button', { name: 'What am I looking at?' }).click();
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('button', { name: 'Next' }).click();
      await seen(page, 'After the base run, a second run');
    },
  },
  {
    name: 'help',
    after: 'walk',
    async reach(page) {
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Help' }).click();
      await seen(page, 'pause or resume');
    },
  },
  {
    name: 'settings',
    after: 'help',
    async reach(page) {
      await page.keyboard.press('Escape');
      await page.getByText('Edit the data mix').click();
      await page.getByText('All settings').click();
    },
  },
  {
    name: 'before-run',
    after: 'settings',
    async reach(page) {
      await page.getByText('of graphics memory').click();
      await page.getByRole('button', { name: 'Time its first steps' }).click();
      await seen(page, 'Time them again');
    },
  },
  {
    name: 'axes',
    after: 'before-run',
    async reach(page) {
      await start(page);
      await seen(page, 'Start again');
      await page.getByRole('button', { name: 'Axes and downloads' }).click();
      await page.getByRole('combobox', { name: 'X axis' }).selectOption('tokens');
      await page.getByLabel('Log X axis').check();
      await page.getByLabel('Log loss').check();
    },
  },
  { name: 'software', scenario: { machine: 'software' }, reach: (page) => seen(page, 'software adapter') },
  { name: 'compiling', scenario: { end: { kind: 'compiling', at: 0 } }, reach: startAndSee('Compiling kernels 7/12') },
  { name: 'running', onlyLook: true, scenario: { stride: 1 }, reach: startAndSee('Training — base run') },
  {
    name: 'paused',
    scenario: { alerts: true, end: { kind: 'paused', at: 0.6 } },
    async reach(page) {
      await startAndSee('Paused')(page);
      // Caption and legend follow what was logged.
      await seen(page, 'Loss, in nats a token, went from');
      await seen(page, 'loss, smoothed');
      await page.getByRole('button', { name: 'Table' }).click();
    },
  },
  {
    name: 'alerts',
    after: 'paused',
    async reach(page) {
      await page.getByText('All 4 alerts').click();
      const spike = page.getByRole('listitem').filter({ hasText: 'The loss jumped from 3.214' });
      const show = spike.getByRole('button', { name: 'Show step' });
      const step = (await show.textContent())!.replace('Show step ', '');
      await show.click();
      // The reading line of the picture stands there.
      await seen(page, `Step ${step}, base run: loss`);
    },
  },
  {
    name: 'instruments-paused',
    after: 'alerts',
    async reach(page) {
      await page.getByRole('link', { name: 'Instruments' }).click();
      await page.getByRole('button', { name: 'Overfit one row' }).click();
      await seen(page, 'the loss of one row went from');
      await page.getByRole('button', { name: 'Sweep the rate' }).click();
      await seen(page, 'The loss falls fastest at');
      await page.getByRole('button', { name: 'Run all combinations' }).click();
      await seen(page, 'a tie with the best');
      await page.getByRole('button', { name: 'Sweep the widths' }).click();
      await seen(page, 'In µP the best rate is');
    },
  },
  {
    name: 'done',
    scenario: { recording: recording('smoke') },
    address: '#v=1&p=smoke',
    async reach(page) {
      await startAndSee('Since the switch at step')(page);
      await page.getByRole('button', { name: 'Held-out losses' }).click();
    },
  },
  { name: 'diverged', scenario: { end: { kind: 'diverged', at: 0.4 } }, reach: startAndSee('The run diverged') },
  {
    name: 'failed',
    onlyLook: true,
    scenario: { end: { kind: 'failed', at: 0 } },
    reach: startAndSee('The run could not continue'),
  },
  { name: 'saved', onlyLook: true, scenario: { saved: 2 }, reach: (page) => seen(page, 'stopped at step 40') },
  {
    name: 'elsewhere',
    scenario: {
      saved: 5,
      elsewhere: 1,
      finished: 3,
      notes: ['One run here was saved by a newer version of this app (played by a test).'],
    },
    reach: (page) => seen(page, 'open in another tab'),
  },
  {
    name: 'elsewhere-asleep',
    scenario: { saved: 1, elsewhere: 1, asleep: true, stride: 2 },
    async reach(page) {
      await page.getByRole('button', { name: 'Take over' }).click();
      await seen(page, 'does not answer');
    },
  },
  {
    name: 'watched',
    after: 'elsewhere-asleep',
    async reach(page) {
      await page.getByRole('button', { name: 'Watch', exact: true }).click();
      await seen(page, 'trains in another tab');
      await seen(page, 'Training — base run');
    },
  },
  {
    name: 'saved-no-adapter',
    scenario: { saved: 1, machine: 'no-adapter' },
    reach: (page) => seen(page, 'until it has a GPU'),
  },
  {
    name: 'saved-graphics-off',
    after: 'saved-no-adapter',
    async reach(page) {
      await page.evaluate(() => sessionStorage.setItem('rekindle.refusedAt', '1'));
      await page.reload();
      await seen(page, 'close all its windows');
    },
  },
  {
    name: 'insecure-address',
    onlyLook: true,
    scenario: { machine: 'insecure-address' },
    reach: (page) => seen(page, 'not secure'),
  },
  {
    name: 'no-webgpu',
    onlyLook: true,
    scenario: { machine: 'no-webgpu' },
    reach: (page) => seen(page, 'has no WebGPU'),
  },
  {
    name: 'no-adapter',
    onlyLook: true,
    scenario: { machine: 'no-adapter' },
    reach: (page) => seen(page, 'offers no GPU'),
  },
  {
    name: 'device-refused',
    onlyLook: true,
    scenario: { machine: 'device-refused' },
    reach: (page) => seen(page, 'refused to start'),
  },
  {
    name: 'compared',
    scenario: { stride: 240 },
    async reach(page) {
      await runAll(page, [[], [['Seed', '2']], [['Seed', '3']], [['Base run: steps', '900']]]);
      await seen(page, '★ baseline');
      await page.getByLabel('Seeds together').check();
      await page
        .getByRole('button', { name: /^Edit / })
        .nth(1)
        .click();
    },
  },
  {
    name: 'compared-plain',
    onlyLook: true,
    scenario: { stride: 240 },
    async reach(page) {
      await runAll(page, [[], [['Seed', '2']], [['Base run: steps', '900']]]);
      await seen(page, '★ baseline');
    },
  },
  {
    name: 'queued',
    scenario: { stride: 20 },
    async reach(page) {
      await seen(page, 'Runs on');
      await page.getByText('Queue several seeds').click();
      await page.getByRole('button', { name: 'Queue', exact: true }).click();
      await seen(page, 'Training — base run');
      await seen(page, 'Queued, in about');
    },
  },
  {
    name: 'files',
    scenario: {},
    // A link that names a source whose file is not here.
    address: '#v=1&p=smoke&continued.qa.diary=10',
    async reach(page) {
      await seen(page, 'Choose the file for “diary”');
      const bytes = Buffer.from('The number after 12 is 13.');
      const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: bytes });
      await page
        .getByLabel('Your own text')
        .setInputFiles([
          file('notes.txt'),
          file('columns-read.csv'),
          file('columns.csv'),
          file('damaged.txt'),
          file('refused.txt'),
        ]);
      await page.getByLabel('Column of columns-read.csv').selectOption('body');
      await page.getByLabel('Share of each, %').first().fill('25');
    },
  },
  {
    name: 'zoomed',
    scenario: {},
    onlyLook: true,
    async reach(page) {
      await start(page);
      await seen(page, 'Start again');
      await page.locator('#chart').press('+');
      await page.locator('#chart').press('+');
    },
  },
  {
    name: 'too-large',
    scenario: { needs: 'too-large' },
    reach: (page) => seen(page, 'It would fit with'),
  },
  { name: 'too-heavy', onlyLook: true, scenario: { needs: 'heavy' }, reach: (page) => seen(page, 'It would fit with') },
  {
    name: 'embedded',
    address: '?embed=1',
    scenario: {},
    reach: startAndSee('Start again'),
  },
  {
    name: 'continued',
    scenario: {},
    async reach(page) {
      await seen(page, 'Runs on');
      await page.getByLabel('Preset').selectOption('ci');
      await seen(page, 'Continue the shipped base model');
      await start(page);
      await seen(page, 'Start again');
      await seen(page, 'What the model can answer');
    },
  },
  {
    name: 'explained',
    after: 'continued',
    async reach(page) {
      await page.locator('dfn', { hasText: 'Share read' }).last().focus();
      await seen(page, 'Tokens drawn as a share');
    },
  },
  {
    name: 'experiments',
    after: 'explained',
    async reach(page) {
      await experiments(page);
      await seen(page, 'Press Run');
    },
  },
  {
    name: 'experiments-done',
    after: 'experiments',
    async reach(page) {
      await page.getByRole('combobox', { name: 'Experiment' }).selectOption('f4');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await seen(page, '24 of 24 arms done');
      await seen(page, 'Knowledge vs. answering');
    },
  },
  {
    name: 'experiments-running',
    scenario: { experiment: { kind: 'held', at: 41 } },
    async reach(page) {
      await experiments(page);
      await page.getByRole('combobox', { name: 'Experiment' }).selectOption('f2');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await seen(page, 'Seed 1: pretraining-then-qa');
    },
  },
  {
    name: 'experiments-one-seed',
    onlyLook: true,
    scenario: {},
    async reach(page) {
      await experiments(page);
      await page.getByLabel('Seeds').fill('1');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await seen(page, 'One seed: recipe');
    },
  },
  {
    name: 'experiments-recorded',
    scenario: { recorded: true },
    async reach(page) {
      await experiments(page);
      await page.getByRole('combobox', { name: 'Experiment' }).selectOption('f3');
      await seen(page, '5 seeds, on');
    },
  },
  {
    name: 'experiments-failed',
    scenario: { experiment: { kind: 'failed', at: 20 } },
    async reach(page) {
      await experiments(page);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await seen(page, 'The experiment failed');
    },
  },
  {
    name: 'data',
    scenario: {},
    async reach(page) {
      await page.getByRole('link', { name: 'Data' }).click();
      await page.getByRole('button', { name: /^perplexity · / }).click();
      await seen(page, 'the model of clean text expected least');
    },
  },
  {
    name: 'data-text',
    after: 'data',
    async reach(page) {
      await page.getByRole('combobox', { name: 'Text', exact: true }).selectOption('text');
      await page.getByRole('button', { name: 'Run the steps' }).click();
      await seen(page, 'not labelled, documents');
    },
  },
  {
    name: 'instruments',
    scenario: { trial: { held: 6 } },
    async reach(page) {
      await page.getByRole('link', { name: 'Instruments' }).click();
      await seen(page, 'Sweep the rate');
    },
  },
  {
    name: 'instruments-sweeping',
    after: 'instruments',
    async reach(page) {
      await page.getByRole('button', { name: 'Sweep the rate' }).click();
      await seen(page, '121 steps, at');
    },
  },
  {
    name: 'instruments-no-adapter',
    scenario: { machine: 'no-adapter' },
    onlyLook: true,
    async reach(page) {
      await page.getByRole('link', { name: 'Instruments' }).click();
      await seen(page, 'A trial needs WebGPU');
    },
  },
  {
    name: 'align',
    scenario: { align: true },
    address: '#align',
    async reach(page) {
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await page.getByRole('button', { name: 'Run: Code SFT' }).waitFor();
      const runAllStages = page.getByRole('button', { name: 'Run all stages' });
      await runAllStages.click();
      await seen(page, 'step 20 of 60');
      await page.locator('.align-stages').locator('xpath=..').getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Resume: General SFT' }).waitFor();
      await runAllStages.click();
      await page.getByRole('button', { name: 'Run again: RPO 3' }).waitFor();
      const prompt = page.getByRole('textbox', { name: 'Prompt' });
      for (const text of ['what is 7 x 8 ? end with bye .', '<b>bold</b> '.repeat(12)]) {
        await prompt.fill(text);
        await enter(prompt);
        await page.locator('.verdict').last().waitFor();
      }
    },
  },
];
