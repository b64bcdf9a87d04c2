/**
 * From Start to the first step that the page tells, in headless Chromium on this machine's adapter, a fresh profile each time:
 *     node src/cli/run.mjs test/bench/firstStep.ts [--page DIR] [--times N] [--look SECONDS] [ADDRESS]
 * `DIR` is a page built before (default: dist); a visitor looks at the recorded run for `SECONDS` before they press Start. Told by stage, as the page names them, in wall and CPU seconds of the browser.
 */
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { webGpuSwitches } from '../browser/setup/launch.ts';
import { chromium } from 'playwright-core';
import { findChromium } from '../../src/cli/node/chromium.mjs';
import { cpuSecondsOfTree } from './setup/cpuTime.ts';

const { values, positionals } = parseArgs({
  options: {
    page: { type: 'string', default: 'dist' },
    times: { type: 'string', default: '3' },
    look: { type: 'string', default: '8' },
  },
  allowPositionals: true,
});
const server = await preview({ build: { outDir: values.page }, preview: { port: 0 }, logLevel: 'warn' });
const url = server.resolvedUrls!.local[0]! + (positionals[0] ?? '');

/** Notes each new word of the progress line, and when. */
function noteStages(): void {
  const stages: [string, number][] = [];
  Object.assign(globalThis, { stages });
  new MutationObserver(() => {
    const told = document.querySelector('.progress')?.textContent ?? '';
    const stage = told.replace(/[\d.,]+.*$/, '');
    if (stages.at(-1)?.[0] !== stage) stages.push([stage, performance.now()]);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

for (let time = 0; time < Number(values.times); time++) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: webGpuSwitches });
  const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
  page.setDefaultTimeout(300_000); // a busy machine without a GPU
  await page.addInitScript(noteStages);
  await page.goto(url);
  await page.getByText('Runs on').waitFor();
  const start = page.getByRole('button', { name: 'Start', exact: true });
  await page.getByText('Press Start to continue its base model').waitFor();
  await page.waitForTimeout(Number(values.look) * 1000);
  const cpu = cpuSecondsOfTree();
  const from = await page.evaluate(() => performance.now());
  await start.click();
  await page.getByText(/step [\d,]+ of/).waitFor();
  const to = await page.evaluate(() => performance.now());
  const used = cpuSecondsOfTree()! - cpu!;
  const stages = await page.evaluate(() => (globalThis as unknown as { stages: [string, number][] }).stages);
  console.log(`${((to - from) / 1000).toFixed(2)} s, ${used.toFixed(2)} CPU s`);
  for (const [stage, since] of stages.filter(([, begun]) => begun >= from))
    console.log(`  ${((since - from) / 1000).toFixed(2)} ${stage}`);
  await browser.close();
}
await server.close();
