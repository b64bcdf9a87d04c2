/**
 * Browsers and tabs killed in the middle of saves: what was acknowledged is there afterwards, whole, and the run goes
 * on from it. `npm run soak` kills more.
 */
import { expect, inject, test } from 'vitest';
import type { Page } from 'playwright-core';
import { RandomStream } from '../../../src/util/random.ts';
import { patience } from '../../patience.ts';
import { KillableBrowser, newProfile, removeProfile } from '../setup/killable.ts';
import type { Found } from './storageWorker.ts';
import { workerScript } from '../setup/workerScript.ts';

const kills = Number(process.env.KILLS ?? 4);
/** Of four kills one is of the whole browser: starting it again takes most of the time. */
const browserEvery = 4;

test(
  `${kills} kills during saves lose no acknowledged generation`,
  async () => {
    const site = inject('site');
    if ('failure' in site) throw new Error(site.failure);
    const script = await workerScript('test/browser/storage/storageWorker.ts');
    const random = new RandomStream(Number(process.env.SEED ?? 1), 'kills');
    const profile = newProfile();
    let browser = await KillableBrowser.launch(profile);
    let acknowledged = 0;
    let passed = 0;
    let ahead = 0;
    let saves = 0;

    /** Chromium may hand out a spare renderer that was killed too. */
    const newPage = async (tries = 5): Promise<Page> => {
      try {
        return await browser.context.newPage();
      } catch (error) {
        if (tries === 0 || !String(error).includes('crashed')) throw error;
        return newPage(tries - 1);
      }
    };
    /** Opens a page that loads and then saves without end; resolves with what it found. */
    const open = async (): Promise<Found> => {
      const page = await newPage();
      await page.route('**/kills.html', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>kills</title>' }),
      );
      await page.goto(`${site.url}kills.html`);
      const found = new Promise<Found>((resolve) => {
        void page
          .exposeFunction('found', resolve)
          .then(() =>
            page.exposeFunction('saved', (generation: number) => {
              acknowledged = generation;
              saves++;
            }),
          )
          .then(() =>
            page.evaluate((code) => {
              const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), {
                type: 'module',
              });
              const tell = globalThis as unknown as { found(found: unknown): void; saved(generation: number): void };
              worker.onmessage = ({ data }) => ('found' in data ? tell.found(data.found) : tell.saved(data.saved));
              worker.onerror = ({ message }) => tell.found({ error: message });
              worker.postMessage(null, []);
            }, script),
          );
      });
      return found;
    };

    try {
      for (let kill = 0; kill <= kills; kill++) {
        const last = acknowledged;
        const found = await open();
        const label = `after kill ${kill}: ${JSON.stringify(found)}`;
        expect(found.error, label).toBeNull();
        expect(found.where, label).toBe('opfs');
        expect(found.right, label).toBe(true);
        // More may have reached the disk than acknowledgements did the driver; fewer never.
        expect(found.generation, label).toBeGreaterThanOrEqual(last);
        if (found.generation > last) ahead++;
        if (found.passed.length > 0) passed++;
        acknowledged = Math.max(acknowledged, found.generation);
        if (kill === kills) break;
        // Some saves on, at any moment of one.
        const enough = saves + 1 + random.integer(4);
        await expect.poll(() => saves).toBeGreaterThanOrEqual(enough);
        await new Promise((resolve) => setTimeout(resolve, random.integer(50)));
        if (kill % browserEvery === browserEvery - 1) {
          await browser.kill();
          browser = await KillableBrowser.launch(profile);
        } else {
          expect(browser.killRenderers(), 'renderers to kill').toBeGreaterThan(0);
          // Those of dead tabs: or they add up over hundreds of kills.
          for (const page of browser.context.pages()) await page.close().catch(() => {});
        }
      }
    } finally {
      await browser.kill();
      removeProfile(profile);
    }
    console.log(
      `${kills} kills: ${saves} saves acknowledged, ${passed} unfinished ones passed over, ` +
        `${ahead} whole but not acknowledged, 0 lost`,
    );
    expect(saves).toBeGreaterThan(kills);
  },
  5 * patience + kills * 10_000,
);
