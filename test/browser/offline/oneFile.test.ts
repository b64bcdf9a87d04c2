/** The page as one file, copied to an empty folder and opened without a server: it trains, and asks for nothing. */
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mostBytes, oneFileName } from '../../../src/cli/node/oneFile.mjs';
import { decode } from '../../../src/ui/class/code.ts';
import { sharedBrowser } from '../setup/launch.ts';
import { tell } from '../setup/harness.ts';

const built = path.resolve(import.meta.dirname, '../../../out/site', oneFileName);
let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rekindle-stick-'));
  copyFileSync(built, path.join(folder, oneFileName));
  browser = await sharedBrowser(); // without WebGPU: the processor is in the file too
});
afterAll(() => rmSync(folder, { recursive: true }));

test('it is no larger than a class can be sent', () => {
  expect(statSync(built).size).toBeLessThan(mostBytes);
});

test('a run of every stage trains to its end, with samples, a lesson goes to its own, and nothing is asked for', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  try {
    const asked: string[] = [];
    const complaints: string[] = [];
    // The file itself, and the scripts of its workers, which lie in memory.
    context.on('request', (request) => /^(blob|data):/.test(request.url()) || asked.push(request.url()));
    context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    context.on('weberror', (error) => complaints.push(String(error.error())));
    const page = await context.newPage();
    const address = pathToFileURL(path.join(folder, oneFileName)).href;
    await page.goto(
      `${address}#v=1&p=smoke&base.steps=40&continued.steps=20&base.schedule.warmupSteps=5&evaluation.rows=1`,
    );
    try {
      await page.getByText('Runs on the processor (WebAssembly).').waitFor();
      await page.getByText('This page is a file').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      const samples = page.locator('section', { hasText: 'What the model writes' }).last();
      await expect.poll(async () => (await samples.innerText()).length).toBeGreaterThan(200);
      await page.goto(`${address}?lesson=continue&step=2`);
      await page.getByRole('button', { name: 'That is my prediction' }).click();
      await page.getByRole('button', { name: 'Run it here' }).click();
      await page.getByRole('heading', { name: 'What came out' }).waitFor();
      const read = decode(await page.locator('.code').innerText());
      expect('fault' in read ? read : read.device).toBe('processor');
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('heading', { name: 'What to take along' }).waitFor();
      // Its own address leads nowhere on another laptop: what is shown is what follows the file's name.
      await page.getByRole('link', { name: 'Presenter’s view' }).click();
      await page.locator('.beat').waitFor();
      await page.keyboard.press('q');
      await expect.poll(() => page.locator('.state-qr code').innerText()).toBe('?lesson=continue&step=3');
      await expect.poll(() => page.locator('.state-qr .qr').count()).toBe(0);
    } catch (error) {
      await tell(page);
      throw error;
    }
    expect(asked.filter((url) => !url.startsWith(address))).toEqual([]);
    expect(complaints).toEqual([]);
    // Its policy names the hash of its own script: any other, even on the page, does not run.
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      try {
        script.textContent = 'globalThis.intruder = true';
        document.body.append(script);
      } catch {
        // Trusted types refuse it before the policy does.
      }
      return 'intruder' in globalThis;
    });
    expect(ran).toBe(false);
  } finally {
    await context.close();
  }
});
