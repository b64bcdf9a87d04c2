/** The trainer's worker with the abacus (abacus.ts) in its engine's place, in the built page. */
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import type { Plugin } from 'vite';
import { workerScript } from './workerScript.ts';

const abacus = path.resolve(import.meta.dirname, 'abacus.ts');
const source = path.resolve(import.meta.dirname, '../../../src');
/** Who is given the abacus for what; all others have what they ask for. */
const replaced: Record<string, readonly string[]> = {
  'train/run/run.ts': ['../engine/engine.ts', '../engine/evaluator.ts'],
  'train/run/watch.ts': ['../engine/inspect.ts'],
};

const counting: Plugin = {
  name: 'abacus',
  enforce: 'pre',
  resolveId: (wanted, importer) =>
    importer && replaced[path.relative(source, importer)]?.includes(wanted) ? abacus : null,
};

/** A script for a worker, with the fault injector (src/train/run/faults.ts), whose runs are counted. */
export const countingScript = (file: string): Promise<string> =>
  workerScript(file, { mode: 'faults', plugins: [counting] });

/** What a worker finds: the faults it makes (src/train/run/faults.ts), and the milliseconds of its steps. */
export interface Given {
  faults?: string;
  pace?: number;
}

/** For the workers of a context that are still to be started, in order; the last is also for all after it. */
const givenTo = new WeakMap<BrowserContext, Given[]>();

/** From now on the pages of a context count, the first worker with the first of these, the second with the second … */
export async function countIn(context: BrowserContext, ...given: Given[]): Promise<void> {
  const isNew = !givenTo.has(context);
  givenTo.set(context, given.length > 0 ? given : [{}]);
  if (!isNew) return; // a route taken away and put back would let a worker through that really trains
  const script = await countingScript('src/worker/trainer.worker.ts');
  await context.route(/trainer\.worker/, (route) => {
    const left = givenTo.get(context)!;
    const now = left.length > 1 ? left.shift() : left[0];
    return route.fulfill({
      contentType: 'text/javascript',
      body: `Object.assign(globalThis, { faults: '' }, ${JSON.stringify(now)});\n${script}`,
    });
  });
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
