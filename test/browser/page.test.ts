import { expect, test } from 'vitest';
import { screenshot, withPage } from './harness.ts';

test('the page opens without a complaint, with a WebGPU adapter behind it', () =>
  withPage(async (page) => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.title()).toContain('Rekindle');
    // A missing adapter fails here rather than passing as a page that explains why it cannot train.
    expect(await page.evaluate(async () => (await navigator.gpu.requestAdapter())?.info.vendor)).toBeTruthy();
    await screenshot(page, 'open');
  }));

test('what a page logs as an error fails its test', async () => {
  const complain = (what: () => void) => withPage((page) => page.evaluate(what));
  await expect(complain(() => console.error('no good'))).rejects.toThrow('no good');
  await expect(complain(() => void Promise.reject(new Error('forgotten')))).rejects.toThrow('forgotten');
});
