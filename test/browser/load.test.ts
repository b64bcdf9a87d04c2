/**
 * What a long run costs the page: 100,000 logged points, 50 more a second, beside other runs as long. Counted in what the page's
 * script does for each redraw and each click, which is the same on every machine: as much as for a run of a tenth of the length.
 */
import type { CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { button, withPlayed } from './setup/played.ts';

const POINTS = 100_000;
/** Runs beside the one that is trained. */
const OTHERS = 2;
/** Redraws of the curve that are counted: some seconds of the four a second. */
const REDRAWS = 12;
/**
 * Of the work for a tenth of the points. What follows the pixels was seen to be half as much to a tenth more, with how many points came
 * between two redraws; with every point drawn it was 3.2 times as much.
 */
const MOST = 2;

/**
 * Counts the lines of the pictures, and how often they are begun anew. What is written down of a run every ten seconds (src/ui/runs/ledger.ts)
 * goes over all of its points, and would be counted with whatever click it fell on: here it is not.
 */
function countLines(): void {
  const { setInterval: repeat } = globalThis;
  globalThis.setInterval = ((work: TimerHandler, millis?: number, ...rest: unknown[]) =>
    millis === 10_000 ? 0 : repeat(work, millis, ...rest)) as typeof setInterval;
  const drawn = { lines: 0, redraws: 0 };
  Object.assign(globalThis, { drawn });
  const { lineTo } = Path2D.prototype;
  Path2D.prototype.lineTo = function (...to) {
    drawn.lines++;
    lineTo.apply(this, to);
  };
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...rect) {
    drawn.redraws++;
    clearRect.apply(this, rect);
  };
}
const drawnBy = (page: Page) =>
  page.evaluate(() => ({ ...(globalThis as unknown as { drawn: { lines: number; redraws: number } }).drawn }));

interface Work {
  lines: number;
  /** Blocks of script entered: rounds of loops count each. */
  blocks: number;
}

/** With the redraws in it, of the click and of the run, which go by the clock. */
type Click = Work & { redraws: number };

/** Clicks of a reader who looks around while a run trains. */
const CLICKS: [name: string, click: (page: Page) => Promise<void>][] = [
  ['hide the average', (page) => button(page, 'loss, smoothed').click()],
  ['show the average', (page) => button(page, 'loss, smoothed').click()],
  ['open the table', (page) => button(page, 'Table').click()],
  ['close the table', (page) => button(page, 'Table').click()],
  ['axes and downloads', (page) => button(page, 'Axes and downloads').click()],
  ['log loss axis', (page) => page.getByLabel('Log loss axis').click()],
  ['X axis in tokens', async (page) => void (await page.getByLabel(/^X axis/).selectOption('tokens'))],
  ['all settings', (page) => page.getByText('All settings').click()],
  ['the experiments', (page) => page.getByRole('link', { name: 'Experiments', exact: true }).click()],
  ['the instruments', (page) => page.getByRole('link', { name: 'Instruments', exact: true }).click()],
  ['back to the run', (page) => page.getByRole('link', { name: 'Train', exact: true }).click()],
  ['dark theme', async (page) => void (await page.getByLabel('Theme').selectOption('dark'))],
  ['pause', (page) => button(page, 'Pause').click()],
  ['resume', (page) => button(page, 'Resume').click()],
];

const twoFrames = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** Blocks entered since the last call. */
async function blocksEntered(session: CDPSession): Promise<number> {
  const { result } = await session.send('Profiler.takePreciseCoverage');
  const counts = result.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** From each click to the second frame after it, what the run asks for meanwhile included. */
async function clicksOf(page: Page, session: CDPSession): Promise<Map<string, Click>> {
  const works = new Map<string, Click>();
  for (const [name, click] of CLICKS) {
    await twoFrames(page);
    await blocksEntered(session);
    const before = await drawnBy(page);
    await click(page);
    await twoFrames(page);
    const blocks = await blocksEntered(session);
    const after = await drawnBy(page);
    works.set(name, { blocks, lines: after.lines - before.lines, redraws: after.redraws - before.redraws });
  }
  return works;
}

/** Of a run that has come to so many points, beside others that ended there: a redraw, and each click. */
async function workOf(points: number): Promise<Work & { clicks: Map<string, Click> }> {
  let work: Awaited<ReturnType<typeof workOf>> | undefined;
  await withPlayed(
    // Step by step, so that it lasts.
    { prefill: points - 1000, stride: 1 },
    async (page) => {
      await page.getByText('Runs on').waitFor();
      for (let run = 0; run <= OTHERS; run++) {
        await page.getByRole('button', { name: /^Start/ }).click();
        // All that it begins with come at once.
        await page.getByText(/step [\d,]{5,} of/).waitFor();
        if (run === OTHERS) break;
        await button(page, 'Stop').click();
        await button(page, 'Start again').waitFor();
      }
      await expect.poll(() => page.locator('.runs tbody tr').count()).toBe(OTHERS + 1);
      const session = await page.context().newCDPSession(page);
      await session.send('Profiler.enable');
      await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
      const before = await drawnBy(page);
      await expect.poll(async () => (await drawnBy(page)).redraws).toBeGreaterThanOrEqual(before.redraws + REDRAWS);
      const blocks = await blocksEntered(session);
      const after = await drawnBy(page);
      const redraws = after.redraws - before.redraws;
      work = {
        lines: (after.lines - before.lines) / redraws,
        blocks: blocks / redraws,
        clicks: await clicksOf(page, session),
      };
    },
    // Half of the run is left: it trains on through every click.
    { address: `#v=1&p=tiny&base.steps=${2 * points}`, before: countLines },
  );
  return work!;
}

test('a redraw of 100,000 points beside other runs costs what one of 10,000 does, and so does each click', async () => {
  const [few, many] = [await workOf(POINTS / 10), await workOf(POINTS)];
  console.log(
    `a redraw: ${few.lines.toFixed(0)} → ${many.lines.toFixed(0)} lines, ${few.blocks.toFixed(0)} → ${many.blocks.toFixed(0)} blocks`,
  );
  expect(few.lines).toBeGreaterThan(100);
  expect(many.lines / few.lines).toBeLessThan(MOST);
  expect(many.blocks / few.blocks).toBeLessThan(MOST);
  for (const [name, { lines, blocks, redraws }] of many.clicks) {
    const less = few.clicks.get(name)!;
    const told = `${name}: ${less.lines} → ${lines} lines, ${less.blocks} → ${blocks} blocks, ${redraws} redraws`;
    console.log(told);
    expect(lines, told).toBeLessThanOrEqual(MOST * few.lines * redraws);
    expect(blocks, told).toBeLessThan(MOST * (less.blocks + few.blocks * Math.max(1, redraws)));
  }
});
