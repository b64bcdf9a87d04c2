/** What a visitor sees who has trained nothing: the recorded run, what it came to, and the way to the findings. */
import { expect, test } from 'vitest';
import { withPlayed } from './setup/played.ts';

test('without WebGPU a recorded run unfolds, with what it shows, and the findings are one click away', () =>
  withPlayed({ firstVisit: true, machine: 'no-webgpu', recorded: true }, async (page) => {
    await page.getByText('Recorded run', { exact: true }).waitFor();
    // Its samples and its conclusion come at its end.
    await page
      .getByText(/held-out loss of the QA sources \(.+\) fell by \d\.\d+ ± /)
      .first()
      .waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'See what the experiments found' }).click();
    await page.getByRole('table').first().waitFor();
    await expect
      .poll(() => page.getByRole('tab', { name: 'Recorded' }).or(page.getByText('Recorded')).count())
      .toBeGreaterThan(0);
  }));

/** A phone's window: the narrowest that is sold, and as low as a browser's bars leave it. */
const PHONE = { width: 360, height: 640 };

test('with a GPU it gives way to the first run, whose picture and buttons are in view on a phone', () =>
  withPlayed({ firstVisit: true, end: { kind: 'paused', at: 0.3 } }, async (page) => {
    await page.setViewportSize(PHONE);
    await page.getByText('Recorded run', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    await expect.poll(() => page.getByText('Recorded run', { exact: true }).count()).toBe(0);
    for (const seen of [page.locator('.loss-plot'), page.getByRole('button', { name: 'Resume' })]) {
      const { y, height } = (await seen.boundingBox())!;
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y + height).toBeLessThanOrEqual(PHONE.height);
    }
  }));

/** Notes in every frame where the primary button stands, from the first on that it is drawn in. */
function noteStart(): void {
  const places = new Set<number>();
  Object.assign(globalThis, { places });
  const look = (): void => {
    const button = document.querySelector('.run-panel > .stack-2 > .buttons button');
    if (button) places.add(button.getBoundingClientRect().y);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

test('Start stays where it is while the page learns what the machine can do', () =>
  withPlayed(
    { firstVisit: true, needs: 'heavy' },
    async (page) => {
      await page.getByText('Recorded run', { exact: true }).waitFor();
      await page.getByText('Runs on').waitFor();
      await page.getByText(/^Needs /).waitFor();
      await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true);
      const places = await page.evaluate(() => [...(globalThis as unknown as { places: Set<number> }).places]);
      expect(places).toHaveLength(1);
    },
    { before: noteStart },
  ));
