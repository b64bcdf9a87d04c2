/** The trainer's worker with the abacus (abacus.ts) in its engine's place, in the built page. */
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Plugin } from 'vite';
import { workerScript } from './workerScript.ts';

const abacus = path.resolve(import.meta.dirname, 'abacus.ts');
const source = path.resolve(import.meta.dirname, '../../../src');
/** Who is given the abacus for what; all others have what they ask for. */
const replaced: Record<string, readonly string[]> = {
  'train/run/run.ts': ['../engine/engine.ts'],
  'train/run/evaluations.ts': ['../engine/evaluator.ts'],
  'train/run/watch.ts': ['../engine/inspect.ts'],
};

/** Says so where a file of the list no longer asks for what is replaced: the real thing would run. */
const counting = (): Plugin => {
  const left = new Set(Object.entries(replaced).flatMap(([file, all]) => all.map((wanted) => `${file} → ${wanted}`)));
  return {
    name: 'abacus',
    enforce: 'pre',
    resolveId(wanted, importer) {
      const file = importer && path.relative(source, importer);
      if (!file || !replaced[file]?.includes(wanted)) return null;
      left.delete(`${file} → ${wanted}`);
      return abacus;
    },
    buildEnd(error) {
      if (!error && left.size > 0) throw new Error(`Not replaced by the abacus: ${[...left].join(', ')}.`);
    },
  };
};

/** A script for a worker, with the fault injector (src/train/run/faults.ts), whose runs are counted. */
export const countingScript = (file: string): Promise<string> =>
  workerScript(file, { mode: 'faults', plugins: [counting()] });

/** What a worker finds: the faults it makes (src/train/run/faults.ts), and the milliseconds of its steps. */
export interface Given {
  faults?: string;
  pace?: number;
}

/**
 * From now on the pages of a context count, or a page does: its first worker with the first of `given`, its second with the second …, and
 * all after them with the last. A page asks for its worker some time after it has loaded: another page's faults are not for it.
 */
export async function countIn(where: BrowserContext | Page, ...given: Given[]): Promise<void> {
  const left = given.length > 0 ? given : [{}];
  const script = await countingScript('src/worker/trainer.worker.ts');
  await where.route(/trainer\.worker/, (route) => {
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
