/** The screen that stays on while a run trains, and the figure inside another page. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { newPlayer } from '../ui/fake/play.ts';
import { button, playedAt, playing, withPlayed } from './setup/played.ts';

/** A wake lock that counts, in the place of the browser's; `wakeLockRefused` makes it refuse. */
function countLocks(): void {
  const counts = { held: 0, asked: 0 };
  const request = async () => {
    counts.asked++;
    if (sessionStorage.getItem('refused')) throw new DOMException('Low battery', 'NotAllowedError');
    counts.held++;
    return { release: async () => void counts.held-- };
  };
  Object.assign(globalThis, { counts });
  Object.defineProperty(Navigator.prototype, 'wakeLock', { value: { request } });
  let hidden = false;
  Object.defineProperty(Document.prototype, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
  Object.assign(globalThis, {
    hide(now: boolean) {
      hidden = now;
      document.dispatchEvent(new Event('visibilitychange'));
    },
  });
}
const held = (page: Page) => page.evaluate(() => (globalThis as unknown as { counts: { held: number } }).counts.held);
const asked = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { counts: { asked: number } }).counts.asked);
const hide = (page: Page, now: boolean) =>
  page.evaluate((value) => (globalThis as unknown as { hide(now: boolean): void }).hide(value), now);

test('the screen stays on while a run trains and the page is seen, and not otherwise', () =>
  withPlayed(
    { stride: 2 },
    async (page) => {
      await page.getByText('Runs on').waitFor();
      await expect.poll(() => held(page)).toBe(0);
      await button(page, 'Start').click();
      await expect.poll(() => held(page)).toBe(1);
      await hide(page, true);
      await expect.poll(() => held(page)).toBe(0);
      await hide(page, false);
      await expect.poll(() => held(page)).toBe(1);
      await button(page, 'Pause').click();
      await expect.poll(() => held(page)).toBe(0);
      await button(page, 'Resume').click();
      await expect.poll(() => held(page)).toBe(1);
      await button(page, 'Stop').click();
      await expect.poll(() => held(page)).toBe(0);
      await expect.poll(() => asked(page)).toBe(3);
    },
    { before: countLocks },
  ));

test('a browser that refuses to keep the screen on trains all the same', () =>
  withPlayed(
    {},
    async (page) => {
      await page.evaluate(() => sessionStorage.setItem('refused', 'yes'));
      await button(page, 'Start').click();
      await button(page, 'Start again').waitFor();
      await expect.poll(() => asked(page)).toBe(1);
      await expect.poll(() => held(page)).toBe(0);
    },
    { before: countLocks },
  ));

test.each(['embed=1&', ''])(
  'inside another page the figure stands alone, address “?%s…”: it starts, pauses, and leads to the whole page',
  async (query) => {
    const url = await playedAt({ stride: 2 });
    const context = await (await playing()).newContext();
    const complaints: string[] = [];
    context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    const host = createServer((_, response) => {
      const frame = `<iframe title="Rekindle" width="800" height="700" src="${url}?${query}hide=lead#v=1&p=smoke"></iframe>`;
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>A lesson</title>${frame}`);
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    try {
      const page = await newPlayer(context);
      await page.goto(`http://127.0.0.1:${(host.address() as AddressInfo).port}/`);
      const frame = page.frameLocator('iframe');
      await frame.getByRole('button', { name: 'Start', exact: true }).click();
      await frame.getByRole('button', { name: 'Pause' }).click();
      await frame.getByText('Paused', { exact: true }).waitFor();
      await expect.poll(() => frame.getByRole('button', { name: 'Resume' }).count()).toBe(1);
      for (const other of ['Preset', 'Your own text', 'Help', 'Queue several seeds'])
        await expect.poll(() => frame.getByText(other).count()).toBe(0);
      const link = frame.getByRole('link', { name: 'Open the whole page' });
      expect(new URL((await link.getAttribute('href'))!, url).href).toBe(`${url}?hide=lead#v=1&p=smoke`);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
      host.close();
    }
  },
);
