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
    expect(await page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'See what the experiments found' }).click();
    await page.getByRole('table').first().waitFor();
    expect(await page.getByRole('tab', { name: 'Recorded' }).or(page.getByText('Recorded')).count()).toBeGreaterThan(0);
  }));

test('with a GPU it gives way to the first run', () =>
  withPlayed({ firstVisit: true }, async (page) => {
    await page.getByText('Recorded run', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('button', { name: 'Start again' }).waitFor();
    expect(await page.getByText('Recorded run', { exact: true }).count()).toBe(0);
  }));
