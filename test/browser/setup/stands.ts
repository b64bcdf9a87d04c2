import type { Page } from 'playwright-core';

/** Until the machine and what a run needs of it are told, what stands below them still moves: a place is measured after that. */
export async function stands(page: Page): Promise<void> {
  await page.getByText('Runs on').waitFor();
  await page.getByText(/^Needs /).waitFor();
}
