/**
 * The page in Chromium with the played worker (trainer.worker.ts beside this file) in the real one's place: the
 * request for the worker's script is answered with the other script, so the page itself knows nothing of it.
 */
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import type { Scenario } from './trainer.worker.ts';

let script: Promise<string> | undefined;

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: path.resolve(import.meta.dirname, 'trainer.worker.ts'), formats: ['es'], fileName: 'worker' },
    },
  });
  const [{ output }] = [result].flat() as { output: { code: string }[] }[];
  return output[0].code;
}

/** Opens the page at `url` with a scenario; `?worker` requests and built worker files both carry the worker's name. */
export async function openPlayed(context: BrowserContext, url: string, scenario: Scenario): Promise<Page> {
  const code = await (script ??= bundle());
  const page = await context.newPage();
  await page.route(/trainer\.worker/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: `globalThis.scenario = ${JSON.stringify(scenario)};\n${code}`,
    }),
  );
  await page.goto(url);
  return page;
}
