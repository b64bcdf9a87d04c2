/**
 * The page in Chromium with the played worker (trainer.worker.ts beside this file) in the real one's place: the
 * request for the worker's script is answered with the other script, so the page itself knows nothing of it.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { workerScript } from '../../browser/setup/workerScript.ts';
import { recordedFiles } from './recorded.ts';
import type { Scenario } from './trainer.worker.ts';

/** The worker's script, with its scenario. */
export const playedScript = async (scenario: Scenario): Promise<string> =>
  `globalThis.scenario = ${JSON.stringify(scenario)};\n${await workerScript('test/ui/fake/trainer.worker.ts')}`;

/** Opens the page at `url` with a scenario. */
export async function openPlayed(context: BrowserContext, url: string, scenario: Scenario): Promise<Page> {
  const page = await newPlayer(context);
  await play(page, url, scenario);
  return page;
}

/** A page to play in. */
export async function newPlayer(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  // A page that keeps itself would be answered by its own service worker, past the routes below.
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined }));
  return page;
}

/** In such a page; `?worker` requests and built worker files both carry the worker's name. */
export async function play(page: Page, url: string, scenario: Scenario): Promise<void> {
  const body = await playedScript(scenario);
  await page.unrouteAll();
  await page.route(/trainer\.worker/, (route) => route.fulfill({ contentType: 'text/javascript', body }));
  if (scenario.align) {
    const aligning = await workerScript('test/ui/fake/align.worker.ts');
    await page.route(/align\.worker/, (route) => route.fulfill({ contentType: 'text/javascript', body: aligning }));
  }
  // Not the page's own modules of that name, which a server for development has.
  await page.route(/(?<!\/src\/\w+)\/results\/[^/]+$/, async (route) => {
    const name = route.request().url().split('/').at(-1)!;
    const json = scenario.recorded ? (await recordedFiles())[name] : undefined;
    // As a server without the files answers; some send their front page instead of a 404.
    await (json === undefined
      ? route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })
      : route.fulfill({ json }));
  });
  await page.goto(url);
}
