/**
 * What the published page costs: bytes before anything is seen, what happens before the GPU is asked for, and memory over a long run. Long
 * tasks and redraws are in load.test.ts. And that what is recorded has room on a usual screen.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CDPSession } from 'playwright-core';
import { expect, test } from 'vitest';
import { withPage } from './setup/harness.ts';
import { button, withPlayed } from './setup/played.ts';

/**
 * Bytes of script, gzipped, that a first visitor waits for: at the 1 Mbit/s that thirty laptops leave each other on a school's line,
 * 0.8 s, within the second in which a page seems to answer.
 */
const MOST_SCRIPT = 100_000;
/** The worker's, which is fetched when the page is on the screen: 1.2 s on the same line, while the recorded run plays. */
const MOST_WORKER = 150_000;

const site = path.resolve(import.meta.dirname, '../../out/site');
/** A script and what it imports before it runs: the build may cut it into several files. */
function imported(url: string, seen = new Set<string>()): Set<string> {
  if (seen.has(url)) return seen;
  seen.add(url);
  const text = readFileSync(path.join(site, new URL(url).pathname), 'utf8');
  for (const [, name] of text.matchAll(/(?:from|import)\s*"(\.\/[^"]+\.js)"/g))
    imported(new URL(name!, url).href, seen);
  return seen;
}
const gzipped = (url: string) => gzipSync(readFileSync(path.join(site, new URL(url).pathname)), { level: 9 }).length;

interface Marks {
  /** How often the page asked for WebGPU. */
  asked: number;
  /** Of each worker that it started: true where the page had been painted before, else what was known then, and from where it was started. */
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
  // The first paint may be index.html's sentence, so frames are counted too: from the page's rendering to the start, one has been drawn.
  let frames = 0;
  let renderedIn = Infinity;
  const frame = () => {
    frames++;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new MutationObserver((_, observer) => {
    if (document.querySelector('.page') === null) return;
    renderedIn = frames;
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
  const Plain = globalThis.Worker;
  globalThis.Worker = class extends Plain {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      const isPainted = frames > renderedIn && performance.getEntriesByName('first-contentful-paint').length > 0;
      const known = performance.getEntriesByType('paint').map(({ name, startTime }) => `${name} at ${startTime}`);
      marks.painted.push(
        isPainted ||
          `${url}, ${document.visibilityState}, rendered in frame ${renderedIn} of ${frames}, painted: ${known.join(', ')}\n${new Error('started').stack}`,
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
      const sizeOf = (urls: readonly string[]) =>
        [...new Set(urls.flatMap((url) => [...imported(url)]))].reduce((sum, url) => sum + gzipped(url), 0);
      const bytes = sizeOf(first);
      // On a slow machine the page's first visit asks for it late, and is heard too.
      const later = sizeOf(scripts.filter((url) => /trainer\.worker/.test(url)));
      console.log(
        `${(bytes / 1000).toFixed(1)} kB of script before the first paint, ${(later / 1000).toFixed(1)} kB in the worker after it`,
      );
      expect(bytes).toBeLessThan(MOST_SCRIPT);
      expect(later).toBeGreaterThan(0);
      expect(later).toBeLessThan(MOST_WORKER);
    },
    { serviceWorkers: 'block' },
  ));

/** Sheets with the tables that are recorded, and the name of one of them. */
const RECORDED: [sheet: string, table: RegExp][] = [
  ['Experiments', /^Accuracy/],
  ['Data', /^From raw text to a blend/],
  ['Align', /^DPO against RPO on equal data$/],
];

/** What does not fit: tables that scroll, and lists narrower than they would be by themselves, which is as wide as their widest choice. */
function cut(): string[] {
  const tables = [...document.querySelectorAll<HTMLElement>('.scroll')]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map((table) => `${table.ariaLabel}: ${table.scrollWidth} px in ${table.clientWidth}`);
  const lists = [...document.querySelectorAll('select')].flatMap((list) => {
    const free = list.cloneNode(true) as HTMLSelectElement;
    free.removeAttribute('id');
    free.style.cssText = 'position: absolute; width: max-content; max-width: none';
    list.after(free);
    const [needs, has] = [free.offsetWidth, list.offsetWidth];
    free.remove();
    return needs > has ? [`${list.selectedOptions[0]?.text}: ${needs} px in ${has}`] : [];
  });
  return [...tables, ...lists];
}

test('at 1440 px the recorded tables are whole, and no choice is cut', () =>
  withPage(
    async (page) => {
      for (const [sheet, table] of RECORDED) {
        await page.getByRole('link', { name: sheet, exact: true }).click();
        await page.getByRole('region', { name: table }).waitFor();
        expect(await page.evaluate(cut), sheet).toEqual([]);
      }
      // The widest of them: twelve columns, and the longest names.
      await page.evaluate(() => (location.hash = 'experiments&x=f2&p=lab'));
      await page.getByRole('button', { name: 'Recorded', exact: true }).click();
      await page.getByRole('rowheader', { name: 'pretraining-then-qa' }).first().waitFor();
      expect(await page.evaluate(cut)).toEqual([]);
    },
    { viewport: { width: 1440, height: 900 } },
  ));

const POINTS = 100_000;
/** Columns hold as many points as the next power of two. */
const CAPACITY = 2 ** 17;
/** Of a point: seven numbers, its seconds and the average as f64, two words as bytes. */
const POINT_BYTES = 9 * 8 + 2;
/** Typed arrays besides; none was seen. */
const MORE_ARRAYS = 0.5e6;
/** Objects: code and views of a run, one row of the held-out table and one sample a batch, of which there are fifty; 2.2 MB was seen. */
const MOST_OBJECTS = 4e6;
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

test('a run of 100,000 points takes the bytes of its points and no more', () =>
  withPlayed(
    // Fifty batches: what comes once a batch (held-out losses, looks inside, samples) is no more than of a real run.
    // It pauses by itself before the results come and take what they need: what is on its way from the worker is no part of the page.
    { stride: 2000, end: { kind: 'paused', at: 0.95 } },
    async (page) => {
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable');
      await page.getByText('Runs on').waitFor();
      const before = await memoryOf(session);
      await button(page, 'Start').click();
      await button(page, 'Resume').waitFor();
      let after = await memoryOf(session);
      // What is still on its way from the worker, on a slow machine, is no part of the page.
      const arraysNow = async () => (after = await memoryOf(session)).arrays - before.arrays;
      await expect.poll(arraysNow).toBeLessThan(CAPACITY * POINT_BYTES + MORE_ARRAYS);
      const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
      console.log(
        `objects ${mb(before.heap)} → ${mb(after.heap)} MB, typed arrays ${mb(before.arrays)} → ${mb(after.arrays)} MB, ${before.nodes} → ${after.nodes} nodes`,
      );
      expect(after.heap - before.heap).toBeLessThan(MOST_OBJECTS);
      // Rows of the samples and ticks of the axes come and go; garbage is collected with them.
      expect(after.nodes).toBeLessThan(1.5 * before.nodes);
      expect(after.listeners).toBeLessThan(1.5 * before.listeners);
    },
    { address: `#v=1&p=tiny&base.steps=${POINTS}` },
  ));
