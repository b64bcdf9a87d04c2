import type { Page } from 'playwright-core';
import { nothing } from '../../setup/nothing.ts';

/** Leaves the page for an empty one of its site `url`, whereupon its workers end, and empties what the site has stored. */
export async function emptied(page: Page, url: string): Promise<void> {
  await page.goto(url + nothing);
  // A window has its own copies: Chromium 150 went on with that of localStorage when the browser had emptied its own.
  await page.evaluate(() => {
    sessionStorage.clear();
    localStorage.clear();
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: new URL(url).origin, storageTypes: 'all' });
  await session.detach();
}
