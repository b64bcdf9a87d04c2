/**
 * What a long run costs the page: 100,000 logged points, 50 more a second, beside other runs as long. Counted in what the page's
 * script does for each redraw, which is the same on every machine: as much as for a run of a tenth of the length.
 */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { button, withPlayed } from './setup/played.ts';

const POINTS = 100_000;
/** Runs beside the one that is trained. */
const OTHERS = 2;
/** Redraws of the curve that are counted: some seconds of the four a second. */
const REDRAWS = 12;
/**
 * Of the work for a tenth of the points. What follows the points would be ten times as much; what follows the pixels was seen to be half as
 * much to a tenth more, with how many points came between two redraws.
 */
const MOST = 3;

/** Counts the lines of the pictures, and how often they are begun anew. */
function countLines(): void {
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
  /** A redraw. */
  lines: number;
  /** Blocks of script entered, a redraw: rounds of loops count each. */
  blocks: number;
}

/** Of a run that has come to so many points, beside others that ended there. */
async function workOf(points: number): Promise<Work> {
  let work: Work | undefined;
  await withPlayed(
    { prefill: points - 1000, stride: 5 },
    async (page) => {
      await page.getByText('Runs on').waitFor();
      for (let run = 0; run <= OTHERS; run++) {
        await page.getByRole('button', { name: /^Start/ }).click();
        await page.getByText(new RegExp(`step ${(points / 1000 - 1).toLocaleString('en')},\\d\\d\\d of`)).waitFor();
        if (run === OTHERS) break;
        await button(page, 'Stop').click();
        await button(page, 'Start again').waitFor();
      }
      expect(await page.locator('.runs tbody tr').count()).toBe(OTHERS + 1);
      const session = await page.context().newCDPSession(page);
      await session.send('Profiler.enable');
      await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
      const before = await drawnBy(page);
      await expect.poll(async () => (await drawnBy(page)).redraws).toBeGreaterThanOrEqual(before.redraws + REDRAWS);
      const { result } = await session.send('Profiler.takePreciseCoverage');
      const after = await drawnBy(page);
      const redraws = after.redraws - before.redraws;
      const counts = result.flatMap(({ functions }) =>
        functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)),
      );
      work = {
        lines: (after.lines - before.lines) / redraws,
        blocks: counts.reduce((sum, count) => sum + count, 0) / redraws,
      };
    },
    { address: `#v=1&p=tiny&base.steps=${points}`, before: countLines },
  );
  return work!;
}

test('a redraw of 100,000 points beside other runs costs what one of 10,000 does', async () => {
  const [few, many] = [await workOf(POINTS / 10), await workOf(POINTS)];
  console.log(
    `a redraw: ${few.lines.toFixed(0)} → ${many.lines.toFixed(0)} lines, ${few.blocks.toFixed(0)} → ${many.blocks.toFixed(0)} blocks`,
  );
  expect(few.lines).toBeGreaterThan(100);
  expect(many.lines / few.lines).toBeLessThan(MOST);
  expect(many.blocks / few.blocks).toBeLessThan(MOST);
});
