/**
 * What a reload loses of a run under way, in headless Chromium, a fresh profile each time:
 *     node src/cli/run.mjs test/bench/reload.ts [--page DIR] [--at 60,90,120] [ADDRESS]
 * `DIR` is a page built before (default: dist), `at` the steps at which it is reloaded, or soon after. Told: the step that the page showed
 * last, and the one that it goes on from; with nothing to reload, how long a run takes.
 */
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { webGpuSwitches } from '../browser/setup/launch.ts';
import { chromium } from 'playwright-core';
import { findChromium } from '../../src/cli/node/chromium.mjs';
import { reloadedAt } from '../browser/setup/reloaded.ts';

const { values, positionals } = parseArgs({
  options: { page: { type: 'string', default: 'dist' }, at: { type: 'string', default: '60,90,120,200' } },
  allowPositionals: true,
});
const server = await preview({ build: { outDir: values.page }, preview: { port: 0 }, logLevel: 'warn' });
const url = server.resolvedUrls!.local[0]! + (positionals[0] ?? '#v=1&p=smoke');
for (const step of values.at.split(',').map(Number)) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: webGpuSwitches });
  const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
  page.setDefaultTimeout(300_000); // a busy machine without a GPU
  await page.goto(url);
  const { shown, kept } = await reloadedAt(page, step);
  console.log(`shown ${shown}, goes on from ${kept}`);
  await browser.close();
}
await server.close();
