/** The icons of the installed page, drawn from public/icon.svg: `node src/cli/run.mjs test/ui/icons.ts`. */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { findChromium } from '../../src/cli/node/chromium.mjs';

const svg = readFileSync('public/icon.svg', 'utf8');
/** What an icon is cut to is up to the system; all of it that lies within four fifths is safe. */
const SAFE = 0.8;
const paper = /fill="(#\w{6})"/.exec(svg)![1]!;

const browser = await chromium.launch({ executablePath: findChromium() });
for (const [name, size, part] of [
  ['icon-192', 192, 1],
  ['icon-512', 512, 1],
  ['icon-maskable', 512, SAFE],
] as const) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const drawn = `<img src="data:image/svg+xml;base64,${btoa(svg)}" width="${size * part}" height="${size * part}">`;
  const ground = part < 1 ? paper : 'transparent';
  await page.setContent(
    `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${ground}">${drawn}`,
  );
  await page.screenshot({ path: `public/${name}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
