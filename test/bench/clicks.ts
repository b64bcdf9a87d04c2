/**
 * Clicks while a run trains, in headless Chromium with the built page: the longest task of the page's main thread after each, and the
 * CPU time of that thread until two frames later.
 *     node src/cli/run.mjs test/bench/clicks.ts [--page DIR]
 * `DIR` is a page built before (default: dist). Asked for: at most 140 ms. A busy machine lengthens tasks, not their CPU time.
 */
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { preview } from 'vite';
import { findChromium } from '../../src/cli/node/chromium.mjs';
import { webGpuSwitches } from '../browser/setup/launch.ts';

const { values } = parseArgs({ options: { page: { type: 'string', default: 'dist' } } });
/** A run that is still under way when the last click is made. */
const ADDRESS = '#v=1&p=smoke&base.steps=20000';

const button = (name: string | RegExp) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click();
const link = (name: string) => (page: Page) => page.getByRole('link', { name, exact: true }).click();
const CLICKS: [name: string, click: (page: Page) => Promise<void>][] = [
  ['hide the average', button('loss, smoothed')],
  ['show the average', button('loss, smoothed')],
  ['open the table', button('Table')],
  ['close the table', button('Table')],
  ['axes and downloads', button('Axes and downloads')],
  ['log loss axis', (page) => page.getByLabel('Log loss axis').click()],
  ['X axis in tokens', async (page) => void (await page.getByLabel(/^X axis/).selectOption('tokens'))],
  ['all settings', (page) => page.getByText('All settings').click()],
  ['edit the data mix', (page) => page.getByText('Edit the data mix').click()],
  ['sheet of experiments', link('Experiments')],
  ['sheet of instruments', link('Instruments')],
  ['back to the run', link('Train')],
  ['help', button('Help')],
  ['close the help', (page) => page.keyboard.press('Escape')],
  ['dark theme', async (page) => void (await page.getByLabel('Theme').selectOption('dark'))],
  ['pause', button('Pause')],
  ['resume', button('Resume')],
  ['stop', button('Stop')],
];

const server = await preview({ build: { outDir: values.page }, preview: { port: 0 }, logLevel: 'warn' });
const browser = await chromium.launch({ executablePath: findChromium(), args: webGpuSwitches });
const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
page.setDefaultTimeout(60_000); // a busy machine
await page.addInitScript(() => {
  const tasks: number[] = [];
  Object.assign(globalThis, { tasks });
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: 'longtask',
  });
});
const session = await page.context().newCDPSession(page);
await session.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
await session.send('Performance.enable');
const cpuSeconds = async () => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')!.value;
};
/** Longest since the last call, ms; 0: none was long enough (50) to be told. */
const longest = () =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as { tasks: number[] }).tasks.splice(0)));
const twoFrames = () =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

await page.goto(server.resolvedUrls!.local[0]! + ADDRESS);
await page.getByText('Runs on').waitFor();
await button('Start')(page);
await page.getByText(/step \d,?\d\d\d? of/).waitFor();
console.log('click                  longest task   CPU of the thread');
for (const [name, click] of CLICKS) {
  await twoFrames();
  await longest();
  const before = await cpuSeconds();
  await click(page);
  await twoFrames();
  const used = 1000 * ((await cpuSeconds()) - before);
  await page.waitForTimeout(300); // long tasks are told when they are over
  const task = await longest();
  console.log(
    `${name.padEnd(22)} ${task === 0 ? '   under 50' : `${task.toFixed(0).padStart(11)}`} ms ${used.toFixed(0).padStart(12)} ms`,
  );
}
await browser.close();
await server.close();
