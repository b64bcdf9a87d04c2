/**
 * What a long run costs the page: 100,000 logged points, 50 more a second, beside seven runs as long. Counted in
 * processor time of the main thread's tasks, which a busy machine does not stretch as it does the wall clock.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openPlayed } from '../ui/fake/play.ts';
import { launchBrowser } from './launch.ts';

/** A task longer than this is what browsers call long: input waits for it, and a person notices. */
const LONG_MS = 50;
/** Frames at 60 a second. */
const FRAME_MS = 16;
const WATCHED_MS = 8000;
const POINTS = 100_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface TraceEvent {
  name: string;
  tid: number;
  /** Microseconds: when it began, how long it took, and how long the thread computed for it. */
  ts: number;
  dur?: number;
  tdur?: number;
  args: { name?: string };
}

const SCRIPT = new Set(['FunctionCall', 'RunMicrotasks', 'TimerFire', 'FireAnimationFrame']);

/** Tasks of the page's main thread while `watched` lasts, in ms of processor time, longest first; and the script in each. */
async function mainThread(page: Page, watched: () => Promise<unknown>): Promise<{ tasks: number[]; script: number[] }> {
  const categories = ['toplevel', '__metadata', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8'];
  await browser.startTracing(page, { categories });
  await watched();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args.name === 'CrRendererMain';
  const main = new Set(traceEvents.filter(isMain).map(({ tid }) => tid));
  const timed = traceEvents.filter(({ tid, tdur }) => main.has(tid) && tdur !== undefined).sort((a, b) => a.ts - b.ts);
  const tasks = timed.filter(({ name }) => name === 'RunTask');
  const calls = timed.filter(({ name }) => SCRIPT.has(name));
  const script = tasks.map(({ ts, dur = 0 }) => {
    let [sum, end] = [0, ts];
    for (const call of calls) {
      // Calls within calls are counted already.
      if (call.ts < end || call.ts > ts + dur) continue;
      sum += call.tdur!;
      end = call.ts + (call.dur ?? 0);
    }
    return sum;
  });
  const longestFirst = (times: number[]) => times.map((time) => time / 1000).sort((a, b) => b - a);
  return { tasks: longestFirst(tasks.map(({ tdur }) => tdur!)), script: longestFirst(script) };
}

test('100,000 points at 50 steps a second beside seven other runs: no long task', async () => {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const hash = `#v=1&p=tiny&base.steps=${POINTS}`;
    const page = await openPlayed(context, site.url + hash, { prefill: POINTS - 1000, stride: 5 });
    await page.getByText('Runs on').waitFor();
    // Seven runs, ended by hand once their points are there; the eighth goes on.
    for (let run = 0; run < 8; run++) {
      await page.getByRole('button', { name: /^Start/ }).click();
      await page.getByText(/step 99,\d\d\d of/).waitFor();
      if (run < 7) {
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByRole('button', { name: 'Start again' }).waitFor();
      }
    }
    expect(await page.locator('.runs tbody tr').count()).toBe(8);
    const { tasks, script } = await mainThread(page, () => page.waitForTimeout(WATCHED_MS));
    // Four redraws a second are the most script there is.
    const redraws = script.slice(0, Math.floor((WATCHED_MS / 1000) * 4) - 4);
    const median = redraws[Math.floor(redraws.length / 2)]!;
    console.log(`longest task ${tasks[0]!.toFixed(1)} ms, median redraw ${median.toFixed(1)} ms of script`);
    expect(redraws.length).toBeGreaterThan(20);
    expect(tasks[0]).toBeLessThan(LONG_MS);
    expect(median).toBeLessThan(FRAME_MS);
  } finally {
    await context.close();
  }
});
