import type { Page } from 'playwright-core';

/** Waits until the page has drawn so many frames. */
export const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (; left > 0; left--) await new Promise(requestAnimationFrame);
  }, count);

/** The page draws what a run has come to four times a second, which is every fifteenth frame. */
export const redrawn = (page: Page): Promise<void> => frames(page, 30);
