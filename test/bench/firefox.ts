/**
 * `npm run walk:firefox [-- --page DIR --firefox FILE --presets smoke,tiny]`: the page in a headless Firefox, which on Linux has no
 * WebGPU. Each preset goes from Start to Done on the processor, with samples and a model to download; the first also through a browser
 * that is killed in its midst, reopened and resumed, and must end with the same weights. `DIR` is a page built before (default: dist).
 * No part of `npm test`: it wants a browser that most machines of tests do not have, and ends with an error where there is none.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { unzipSync } from 'fflate';
import { preview } from 'vite';
import { UserError } from '../../src/util/errors.ts';
import { Firefox } from './setup/firefox.ts';

const { values } = parseArgs({
  options: {
    page: { type: 'string', default: 'dist' },
    firefox: { type: 'string', default: 'firefox-esr' },
    presets: { type: 'string', default: 'smoke,tiny' },
  },
});
const presets = values.presets.split(',');
if (!existsSync(path.join(values.page, 'index.html')))
  throw new UserError(`${values.page} holds no built page: run npm run build first, or name a folder with --page DIR.`);
const pictures = path.resolve('out/firefox');
mkdirSync(pictures, { recursive: true });
const server = await preview({ build: { outDir: values.page }, preview: { port: 0 }, logLevel: 'warn' });
const url = server.resolvedUrls!.local[0]!;
const profile = mkdtempSync(path.join(os.tmpdir(), 'rekindle-firefox-'));
const complaints: string[] = [];
let browser: Firefox | undefined;

async function kill(): Promise<void> {
  await browser?.kill();
  browser = undefined;
}

/** The page in a browser of its own, with the one profile. */
async function open(preset: string): Promise<Firefox> {
  browser = await Firefox.launch(values.firefox, profile);
  browser.onComplaint((text) => complaints.push(text));
  await browser.goto(`${url}#v=1&p=${preset}`);
  const [line] = await browser.until(/Runs on the processor.*/);
  console.log(`  ${line}`);
  return browser;
}

/** Waits for the end of a run; the SHA-256 of its model's weights. */
async function finish(page: Firefox, name: string): Promise<string> {
  await page.until(/^Start again$/m);
  const samples = await page.evaluate(() => document.querySelectorAll('p.sample').length, null);
  const [caption] = await page.until(/went from [\d.]+ to [\d.]+ in .*/);
  const download = page.downloaded();
  await page.press('Download the model');
  const files = unzipSync(readFileSync(await download));
  const hash = createHash('sha256').update(files['model.safetensors']!).digest('hex');
  await page.picture(path.join(pictures, `${name}.png`));
  if (samples === 0) throw new Error('There is no sample on the page.');
  console.log(`  Done: loss ${caption}; ${samples} samples; weights ${hash.slice(0, 12)}`);
  return hash;
}

try {
  const ends: string[] = [];
  for (const preset of presets) {
    console.log(`${preset}, from Start to Done`);
    const page = await open(preset);
    await page.press('Start');
    ends.push(await finish(page, preset));
    await kill();
  }

  console.log(`${presets[0]}, killed in its midst`);
  const killed = await open(presets[0]!);
  await killed.press('Start');
  const [, step, of] = await killed.until(/step (1\d\d) of ([\d,]+)/);
  // A pause saves, and before a second one the save of the first is on the disk.
  for (const name of ['Pause', 'Resume', 'Pause', 'Resume']) await killed.press(name);
  await kill();
  console.log(`  killed at step ${step} of ${of}`);
  const page = await open(presets[0]!);
  const [found, from] = await page.until(/Run \w+, seed \d+, stopped at step (\d+) of .*/);
  console.log(`  ${found}`);
  if (Number(from) < Number(step)) throw new Error(`A pause at step ${step} or later was to save it.`);
  await page.press('Resume');
  const end = await finish(page, `${presets[0]}-resumed`);
  if (end !== ends[0]) throw new Error(`The resumed run ended with other weights: ${end}, not ${ends[0]}.`);
  console.log('  the same weights to the bit');
  if (complaints.length > 0) throw new Error(`The page complained:\n${complaints.join('\n')}`);
} finally {
  await kill();
  await server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
