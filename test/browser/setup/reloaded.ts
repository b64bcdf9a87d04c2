/** A page that is reloaded while it trains. */
import type { Page } from 'playwright-core';

const steps = (text: string | null): number => Number(/step ([\d,]+) of/.exec(text!)![1]!.replaceAll(',', ''));

/** Starts the run that is set, reloads its page when it shows `step` or a later one: what it showed, and what the run goes on from. */
export async function reloadedAt(page: Page, step: number): Promise<{ shown: number; kept: number }> {
  await page.getByText('Runs on').waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const shown = await page.waitForFunction(
    (least) => {
      const told = /step ([\d,]+) of/.exec(document.querySelector('.progress')?.textContent ?? '')?.[1];
      const at = Number(told?.replaceAll(',', '') ?? 0);
      return at >= least && at;
    },
    step,
    { polling: 'raf' },
  );
  const last = Number(await shown.jsonValue());
  await page.reload();
  const kept = page.getByText(/ stopped at step [\d,]+ of/);
  await kept.waitFor();
  return { shown: last, kept: steps(await kept.textContent()) };
}
