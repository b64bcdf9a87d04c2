/**
 * Pictures of the page to look at: every state in light and dark at three widths, into out/screenshots, played by the
 * worker in fake/. Run with `node src/cli/run.mjs test/ui/look.ts [--page DIR] [state …]`; `DIR` is a page built before, which opens sooner.
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { createServer, preview } from 'vite';
import { findChromium } from '../../src/cli/node/chromium.mjs';
import { openPlayed } from './fake/play.ts';
import { states, wayTo } from './fake/states.ts';
import { redrawn } from './frames.ts';

const WIDTHS = [1440, 1280, 360];
const FOLDER = 'out/screenshots';

const { values, positionals: wanted } = parseArgs({ options: { page: { type: 'string' } }, allowPositionals: true });
mkdirSync(FOLDER, { recursive: true });
const server = values.page
  ? await preview({ logLevel: 'warn', build: { outDir: values.page }, preview: { port: 0 } })
  : await createServer({ logLevel: 'warn', server: { port: 0, hmr: false, watch: null } }).then((one) => one.listen());
const url = server.resolvedUrls!.local[0];
const browser = await chromium.launch({ executablePath: findChromium() });
for (const state of states) {
  if (wanted.length > 0 && !wanted.includes(state.name)) continue;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  context.setDefaultTimeout(120_000); // a busy machine
  const way = wayTo(state);
  const page = await openPlayed(context, url + (way[0]!.address ?? ''), way[0]!.scenario ?? {});
  page.on('console', (message) => {
    if (message.type() === 'error') console.log(`${state.name}: ${message.text()}`);
  });
  page.on('pageerror', (error) => console.log(`${state.name}: ${error.stack}`));
  for (const { reach } of way) await reach(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await redrawn(page);
      const file = `${FOLDER}/${state.name}-${colorScheme}-${width}`;
      await page.screenshot({ path: `${file}.png` });
      await page.screenshot({ path: `${file}-full.png`, fullPage: true });
    }
  }
  await context.close();
}
await browser.close();
await server.close();
