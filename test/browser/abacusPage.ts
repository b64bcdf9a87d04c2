/** The trainer's worker with the abacus (abacus.ts) in its engine's place, in the built page. */
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import type { Plugin } from 'vite';
import { workerScript } from './workerScript.ts';

const abacus = path.resolve(import.meta.dirname, 'abacus.ts');
const source = path.resolve(import.meta.dirname, '../../src');
/** Who is given the abacus for what; all others have what they ask for. */
const replaced: Record<string, readonly string[]> = {
  'train/run.ts': ['./engine.ts', './evaluator.ts'],
  'train/watch.ts': ['./inspect.ts'],
};

const counting: Plugin = {
  name: 'abacus',
  enforce: 'pre',
  resolveId: (wanted, importer) =>
    importer && replaced[path.relative(source, importer)]?.includes(wanted) ? abacus : null,
};

/** A script for a worker, with the fault injector (src/train/faults.ts), whose runs are counted. */
export const countingScript = (file: string): Promise<string> =>
  workerScript(file, { mode: 'faults', plugins: [counting] });

/** From now on the pages of a context count, with these faults. */
export async function countIn(context: BrowserContext, faults = ''): Promise<void> {
  const script = await countingScript('../../src/worker/trainer.worker.ts');
  await context.unrouteAll();
  await context.route(/trainer\.worker/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: `globalThis.faults = ${JSON.stringify(faults)};\n${script}`,
    }),
  );
}

/** A fresh profile whose pages count. A page that keeps itself would be answered by its own service worker, past the route. */
export async function countingContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ serviceWorkers: 'block', ...options });
  await countIn(context);
  return context;
}

/** A run of as many steps, small and quick to prepare: a world of facts, whose words need no download and no tokenizer. */
export const countedRun = (base: number, continued: number): string =>
  `#v=1&p=ci&base.steps=${base}&continued.steps=${continued}&base.schedule.warmupSteps=2&logEverySteps=1&evaluation.rows=1`;
/** Far more steps than a test takes, so that it does not end by itself. */
export const endless = countedRun(50_000, 50);
