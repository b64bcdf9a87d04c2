/** The guard around all browser tests sees what it is there for: plain and encrypted requests to any other name. */
import { expect, test } from 'vitest';
import { sharedBrowser, whatLeft } from '../setup/launch.ts';

test('what a page sends to another server arrives at the sink, by name', async () => {
  const context = await (await sharedBrowser()).newContext();
  try {
    const page = await context.newPage();
    await page.goto('http://elsewhere.test/page');
    await page.evaluate(async () => {
      await fetch('http://other.test/data', { mode: 'no-cors' }).catch(() => {});
      await fetch('https://secret.test/data', { mode: 'no-cors' }).catch(() => {});
    });
    const left = await whatLeft();
    expect(left).toContain('GET elsewhere.test/page');
    expect(left).toContain('GET other.test/data');
    expect(left).toContain('an encrypted connection to secret.test');
    expect(await whatLeft()).toEqual([]);
  } finally {
    await context.close();
  }
});
