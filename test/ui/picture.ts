/**
 * The README's picture, public/rekindle.png: the default preset trained whole, for real, by the built page in Chromium.
 * Run with `node src/cli/run.mjs test/ui/picture.ts [#address]`; minutes on a software adapter.
 */
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { findChromium, seesGpu } from '../../src/cli/node/chromium.mjs';
import { redrawn } from './frames.ts';

/** Milliseconds: an hour, for the slowest of software adapters. */
const PATIENCE = 3_600_000;

const settings = { build: { outDir: 'out/site-picture', emptyOutDir: true }, logLevel: 'warn' } as const;
await build(settings);
const server = await preview({ ...settings, preview: { port: 0 } });
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: [
    '--enable-unsafe-webgpu',
    '--enable-features=Vulkan',
    ...(seesGpu() ? [] : ['--use-webgpu-adapter=swiftshader']),
  ],
});
// Twice the pixels: sharp on today's screens.
const page = await browser.newPage({
  viewport: { width: 1280, height: 880 },
  deviceScaleFactor: 2,
  colorScheme: 'light',
});
await page.goto(server.resolvedUrls!.local[0]! + (process.argv[2] ?? ''));
await page.getByText('Runs on').waitFor();
await page.getByRole('button', { name: 'Start', exact: true }).click();
await page.getByText('Done', { exact: true }).waitFor({ timeout: PATIENCE });
await page.mouse.move(0, 0);
await redrawn(page);
await page.screenshot({ path: 'public/rekindle.png' });
console.log('Written: public/rekindle.png');
await browser.close();
await server.close();
