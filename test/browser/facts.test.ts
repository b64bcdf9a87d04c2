/**
 * What the published page costs: bytes before anything is seen, what happens before the graphics processor is asked for, and memory
 * over a long run. Long tasks and redraws are in load.test.ts.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { withPage } from './setup/harness.ts';
import { withPlayed } from './setup/played.ts';

/**
 * Bytes of script, gzipped, that a first visitor waits for: at the 1 Mbit/s that thirty laptops leave each other on a school's line,
 * 0.8 s, within the second in which a page seems to answer.
 */
const MOST_SCRIPT = 100_000;
/** The worker's, which is fetched when the page is on the screen: 1.2 s on the same line, while the recorded run plays. */
const MOST_WORKER = 150_000;

const site = path.resolve(import.meta.dirname, '../../out/site');
const gzipped = (url: string) => gzipSync(readFileSync(path.join(site, new URL(url).pathname)), { level: 9 }).length;

interface Marks {
  /** How often the page asked for WebGPU. */
  asked: number;
  /** Of each worker that it started: true where something was painted before, else what was known then, and from where it was started. */
  painted: (true | string)[];
}

function noteStarts(): void {
  const marks: Marks = { asked: 0, painted: [] };
  Object.assign(globalThis, { marks });
  const gpu = Object.getOwnPropertyDescriptor(Navigator.prototype, 'gpu')!;
  Object.defineProperty(Navigator.prototype, 'gpu', {
    get(this: Navigator) {
      marks.asked++;
      return gpu.get!.call(this) as unknown;
    },
  });
  // The wait for browsers that do not tell what is painted (src/ui/main.tsx): on a slow machine it would end before the paint.
  const { setTimeout: wait } = globalThis;
  globalThis.setTimeout = ((work: TimerHandler, millis?: number, ...rest: unknown[]) =>
    millis === 5000 ? 0 : wait(work, millis, ...rest)) as typeof setTimeout;
  const Plain = globalThis.Worker;
  globalThis.Worker = class extends Plain {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      const isPainted = performance.getEntriesByName('first-contentful-paint').length > 0;
      const known = performance.getEntriesByType('paint').map(({ name, startTime }) => `${name} at ${startTime}`);
      marks.painted.push(
        isPainted || `${url}, ${document.visibilityState}, painted: ${known.join(', ')}\n${new Error('started').stack}`,
      );
    }
  };
}

test('what a first visitor waits for is little, and is painted before a worker is started or WebGPU touched', () =>
  withPage(
    async (page) => {
      const scripts: string[] = [];
      page.on('request', (request) => request.resourceType() === 'script' && scripts.push(request.url()));
      await page.addInitScript(noteStarts);
      await page.reload();
      await page.getByText('Runs on').waitFor();
      const { asked, painted } = await page.evaluate(() => (globalThis as unknown as { marks: Marks }).marks);
      expect(asked, 'the page itself never asks: its worker does').toBe(0);
      expect(painted).toEqual([true]);

      const html = readFileSync(path.join(site, 'index.html'), 'utf8');
      const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(
        (match) => new URL(match[1]!, page.url()).href,
      );
      expect(first.length).toBeGreaterThan(0);
      const bytes = first.reduce((sum, url) => sum + gzipped(url), 0);
      // On a slow machine the page's first visit asks for it late, and is heard too.
      const later = [...new Set(scripts)]
        .filter((url) => /trainer\.worker/.test(url))
        .reduce((sum, url) => sum + gzipped(url), 0);
      console.log(
        `${(bytes / 1000).toFixed(1)} kB of script before the first paint, ${(later / 1000).toFixed(1)} kB in the worker after it`,
      );
      expect(bytes).toBeLessThan(MOST_SCRIPT);
      expect(later).toBeGreaterThan(0);
      expect(later).toBeLessThan(MOST_WORKER);
    },
    { serviceWorkers: 'block' },
  ));

const POINTS = 100_000;
/** Bytes of a point: seven columns and the average as f64, the phase as a byte, twice as much while they double. */
const POINT_BYTES = 2 * (8 * 8 + 1);
/**
 * What else may grow between a quarter of the run and its end: the held-out table and the samples, of which there is one a batch
 * here, and what the engine compiles meanwhile.
 */
const SLACK = 2e6;

interface Memory {
  /** Objects and strings. */
  heap: number;
  /** Typed arrays. */
  arrays: number;
  nodes: number;
  listeners: number;
}

async function memoryOf(session: CDPSession): Promise<Memory> {
  // Twice, a turn apart: what finalizers and ended tasks let go of goes in the second.
  for (let i = 0; i < 2; i++) {
    await session.send('HeapProfiler.collectGarbage');
    await session.send('Runtime.evaluate', {
      expression: 'new Promise((resolve) => setTimeout(resolve))',
      awaitPromise: true,
    });
  }
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize: number;
  };
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((metric) => metric.name === name)!.value;
  return { heap: usedSize, arrays: backingStorageSize, nodes: value('Nodes'), listeners: value('JSEventListeners') };
}

const reached = (page: Page, step: number) =>
  page.waitForFunction(
    (least) =>
      Number(
        /step ([\d,]+) of/.exec(document.querySelector('.numbers')?.textContent ?? '')?.[1]!.replaceAll(',', ''),
      ) >= least,
    step,
    { polling: 200 },
  );

test('a run of 100,000 points takes the bytes of its points and no more', () =>
  withPlayed(
    // Fifty batches: what comes once a batch (held-out losses, looks inside, samples) is no more than of a real run.
    { stride: 2000 },
    async (page) => {
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable');
      await page.getByText('Runs on').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await reached(page, POINTS / 4);
      const early = await memoryOf(session);
      await reached(page, POINTS);
      const late = await memoryOf(session);
      const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
      console.log(
        `objects ${mb(early.heap)} → ${mb(late.heap)} MB, typed arrays ${mb(early.arrays)} → ${mb(late.arrays)} MB, ${early.nodes} → ${late.nodes} nodes`,
      );
      expect(late.heap - early.heap).toBeLessThan(SLACK);
      expect(late.arrays - early.arrays).toBeLessThan(POINTS * POINT_BYTES);
      // Rows of the samples and ticks of the axes come and go; garbage is collected with them.
      expect(late.nodes).toBeLessThan(1.5 * early.nodes);
      expect(late.listeners).toBeLessThan(1.5 * early.listeners);
    },
    { address: `#v=1&p=tiny&base.steps=${POINTS}` },
  ));
