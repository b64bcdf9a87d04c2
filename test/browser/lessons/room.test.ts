/** The class's server as another laptop meets it: https at an address of this machine, the browser's warning, a run there, and the camera. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { checkServerIdentity, connect } from 'node:tls';
import type { Browser } from 'playwright-core';
import { encodeQR } from 'qr';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { addresses, invitation } from '../../../src/cli/class/https.mjs';
import { serve } from '../../../src/cli/class/serve.mjs';
import { type ClassResult, decode, encode } from '../../../src/ui/class/code.ts';
import { tell } from '../setup/harness.ts';
import { launchBrowser } from '../setup/launch.ts';
import { button } from '../setup/played.ts';

/** Of a machine in no network, a second name for itself. */
const [host = '127.0.0.2'] = addresses();
let folder: string;
let served: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let url: string;

const laptop = (id: number): ClassResult => ({
  ...{ id, lesson: 'switch', step: 2, run: 2, asked: 'choice', prediction: 1, confidence: 60, seed: 1000 + id },
  ...{ device: 'processor', tokens: 59_904, facts: 80, archive: 60, losses: [0.5, 1, 1.1, 1.2, 0.9] },
  ...{ before: [], after: [], curve: Array.from({ length: 48 }, (_, i) => 1 - i / 100) },
});
const codes = [encode(laptop(1)), encode(laptop(2))];

const [WIDTH, HEIGHT] = [640, 480];
/** A QR code held into a camera: YUV4MPEG2, brightness alone. */
function frameOf(text: string): Buffer {
  const modules = encodeQR(text, 'raw', { border: 4 });
  const scale = Math.floor(HEIGHT / modules.length);
  const brightness = Buffer.alloc(WIDTH * HEIGHT, 200);
  modules.forEach((row, y) =>
    row.forEach((isDark, x) => {
      for (let dy = 0; dy < scale; dy++)
        brightness.fill(
          isDark ? 20 : 235,
          (y * scale + dy) * WIDTH + x * scale,
          (y * scale + dy) * WIDTH + (x + 1) * scale,
        );
    }),
  );
  return Buffer.concat([Buffer.from('FRAME\n'), brightness, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
}

beforeAll(async () => {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  folder = mkdtempSync(path.join(os.tmpdir(), 'rekindle-camera-'));
  const film = path.join(folder, 'codes.y4m');
  writeFileSync(
    film,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F2:1 Ip A1:1 C420jpeg\n`), ...codes.map(frameOf)]),
  );
  served = await serve({ port: 0, forClass: true, outDir: 'out/site' });
  const { port } = served.server.httpServer.address() as { port: number };
  url = `https://${host}:${port}/`;
  browser = await launchBrowser(
    [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ],
    [],
    [host],
  );
});
afterAll(async () => {
  await browser.close();
  await served.server.close();
  rmSync(folder, { recursive: true });
});

test('the warning is the one that the invitation tells of; behind it a lesson trains, and the camera counts the class', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  try {
    const taken = Number(new URL(url).port);
    await expect(serve({ port: taken, forClass: true, outDir: 'out/site' })).rejects.toThrow(`Port ${taken} is taken`);
    if (addresses().length > 0) expect(served.told).toBe(invitation(addresses().map((one) => url.replace(host, one))));
    // The certificate is good for the page's address: only its maker is not known, which hides any other fault from the browser's words.
    const socket = connect({ host, port: taken, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(checkServerIdentity(host, socket.getPeerCertificate())).toBeUndefined();
    socket.destroy();
    await expect(page.goto(`${url}?lesson=continue&step=2`)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
    await page.getByRole('button', { name: 'Advanced' }).click();
    await page.getByRole('link', { name: `Proceed to ${host}` }).click();
    await page.locator('.predict').waitFor();
    expect(await page.evaluate(() => [isSecureContext, crossOriginIsolated, 'gpu' in navigator])).toEqual([
      true,
      true,
      true,
    ]);
    await button(page, 'That is my prediction').click();
    await button(page, 'Run it here').click();
    await page.getByRole('heading', { name: 'What came out' }).waitFor();
    const read = decode(await page.locator('.code').innerText());
    if ('fault' in read) throw new Error(read.fault);
    expect([read.lesson, read.device, read.losses.every(Number.isFinite)]).toEqual(['continue', 'processor', true]);

    await page.goto(`${url}?lesson=switch&step=2&present=1`);
    await page.locator('.beat').waitFor();
    await page.keyboard.press('t');
    await button(page, 'Scan with the camera').click();
    await page.getByText('2 results of 2 laptops.').waitFor();
    await button(page, 'Stop the camera').click();
    await page.locator('video').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  } catch (error) {
    await tell(page);
    throw error;
  } finally {
    await context.close();
  }
});
