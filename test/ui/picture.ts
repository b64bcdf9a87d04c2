/**
 * The README's picture, public/rekindle.png: what a first visitor sees of the recorded run, at its end, in the built page in Chromium.
 * Run with `node src/cli/run.mjs test/ui/picture.ts [#address]`.
 */
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { findChromium } from '../../src/cli/node/chromium.mjs';
import { redrawn } from './frames.ts';

const settings = { build: { outDir: 'out/site-picture', emptyOutDir: true }, logLevel: 'warn' } as const;
await build(settings);
const server = await preview({ ...settings, preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findChromium() });
// Twice the pixels: sharp on today's screens.
const page = await browser.newPage({
  viewport: { width: 1280, height: 1060 },
  deviceScaleFactor: 2,
  colorScheme: 'light',
  // Then the run is there whole.
  reducedMotion: 'reduce',
});
await page.goto(server.resolvedUrls!.local[0]! + (process.argv[2] ?? ''));
await page.getByText('Runs on').waitFor();
await page.getByRole('button', { name: 'No, thanks' }).click();
await page
  .getByText(/fell by \d/)
  .first()
  .waitFor();
await page.mouse.move(0, 0);
await redrawn(page);
await page.screenshot({ path: 'public/rekindle.png' });
console.log('Written: public/rekindle.png');
await browser.close();
await server.close();
