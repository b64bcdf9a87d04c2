/**
 * A run on the page that loses its GPU, or its page, ends with the bits of one that lost nothing. Its steps are counted (abacus.ts) on the
 * browser's own device; that computed ones come back to the same bits is shown by test/train/supervised/supervisor.gpu.test.ts, and in a
 * worker of this browser by `npm run soak -- losses`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { countedRun, countIn, countingScript, type Given } from '../setup/abacusPage.ts';
import { enter } from '../setup/enter.ts';
import { tell } from '../setup/harness.ts';
import { doneRuns } from '../setup/indexedDb.ts';
import { launchBrowser, webGpuSwitches } from '../setup/launch.ts';
import { pressSoon } from '../setup/pressSoon.ts';

const [base, continued] = [60, 12];
/** Steps of a tenth of a second: a run in whose midst a button can be pressed. */
const slow: Given = { pace: 100 };

let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  // One of its own, for its graphics process is made to crash.
  browser = await launchBrowser(webGpuSwitches);
  context = await browser.newContext({ serviceWorkers: 'block' });
});
afterEach(async ({ task }) => {
  for (const page of context.pages()) {
    if (task.result?.state === 'fail') await tell(page);
    await page.close();
  }
});
afterAll(() => browser?.close());

async function open(...given: Given[]): Promise<Page> {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const page = await context.newPage();
  await countIn(page, ...given);
  await page.goto(site.url + countedRun(base, continued));
  return page;
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const begin = (page: Page) => button(page, 'Start').click();
/** In its midst: after its first step. */
async function beginAndPause(page: Page): Promise<void> {
  await pressSoon(page, 'Pause', /step [1-9]\d? of 72/);
  await begin(page);
}
const finish = (page: Page) => page.locator('.stage', { hasText: 'Done' }).waitFor();

test('a lost GPU and a reload cost a run no bit', async () => {
  const whole = await open();
  await begin(whole);
  await finish(whole);
  await expect.poll(() => doneRuns(whole)).toHaveLength(1);
  const [clean] = await doneRuns(whole);
  expect(clean!.step).toEqual(Array.from({ length: base + continued }, (_, step) => step));
  await whole.close();

  const lost = await open({ faults: 'lose=22' });
  await begin(lost);
  await lost
    .getByText(/The graphics driver restarted: the run continues from step \d+, and nothing was lost\./)
    .first()
    .waitFor();
  await finish(lost);
  await expect.poll(() => doneRuns(lost)).toHaveLength(2);
  expect((await doneRuns(lost))[0]).toEqual(clean);
  await lost.close();

  const page = await open(slow, {});
  await beginAndPause(page);
  await button(page, 'Step').click();
  await page.reload();
  await page.getByText(/^Run ci, seed 1, stopped at step \d+ of 72, just now\.$/).waitFor();
  await enter(button(page, 'Resume'));
  await finish(page);
  await expect.poll(() => doneRuns(page)).toHaveLength(3);
  expect((await doneRuns(page))[0]).toEqual(clean);
  await expect.poll(() => page.getByText('Unfinished run').count()).toBe(0);
});

test('a worker that dies is replaced, once, and then the run is offered', async () => {
  // The second worker's script is without the fault: it trains to the end.
  const page = await open({ faults: 'crash=22' }, {});
  const cleanCurve = (await doneRuns(page)).at(-1);
  await begin(page);
  const died =
    /The training process ended unexpectedly \(.*Crashed at step 22, as asked for\.\): the run continues from step \d+ in a new one, and nothing was lost\./;
  // A save that the death cut is told of too, and then stands on top.
  await page.getByText(died).first().waitFor({ state: 'attached' });
  await finish(page);
  await expect.poll(() => doneRuns(page)).toHaveLength(4);
  expect((await doneRuns(page))[0]).toEqual(cleanCurve);
  await page.close();

  // A rejection that nobody handles, in each worker: the second one ends the run, in one sentence, and it is offered.
  const twice = await open({ faults: 'reject=22' });
  await begin(twice);
  await twice
    .getByText(/Rejected at step 22, as asked for\.\): the run continues from step/)
    .first()
    .waitFor({ state: 'attached' });
  await twice
    .getByText(/^The training process ended unexpectedly \(Rejected at step 22, as asked for\.\)\. /)
    .first()
    .waitFor({ state: 'attached' });
  await twice.getByText(/^Run ci, seed 1, stopped at step \d+ of 72/).waitFor();
  await expect.poll(() => button(twice, 'Resume').isEnabled()).toBe(true);
});

test('a run for which the GPU has no room says so, and what to lower', async () => {
  const page = await open({ faults: 'allocate=2' });
  await begin(page);
  await page
    .getByText(
      /^Not enough graphics memory: there was no room for .* Lower batch\.sequences or batch\.length, or choose a smaller model\. /,
    )
    .first()
    .waitFor();
  await expect.poll(() => button(page, 'Start again').isEnabled()).toBe(true);
});

test('a crashed graphics process is outlived once, and told of when the browser then refuses another', async () => {
  const crash = async () => {
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.crashGpuProcess');
    await session.detach();
  };
  const page = await open(slow);
  await beginAndPause(page);
  await button(page, 'Step').waitFor();
  await crash();
  await page
    .getByText(/The graphics driver restarted: the run continues from step [1-9]\d*, /)
    .first()
    .waitFor();
  await button(page, 'Step').waitFor(); // it was paused, and still is
  await crash();
  await page
    .getByText(
      /The browser has paused graphics after crashes: leave this tab open, and the run continues from step [1-9]\d* in 125 s\./,
    )
    .first()
    .waitFor();
  // A reload does not end that for a worker started from a blob: the page says until when, and keeps the run.
  await page.reload();
  await page
    .getByText(
      /^The browser has paused graphics after crashes: leave this page open; it tries again at [\d:]+ [AP]M\.$/,
    )
    .waitFor();
  await expect.poll(() => button(page, 'Resume').first().isDisabled()).toBe(true);
});

test('the published page has no fault injector', async () => {
  const sign = 'Crashed at step';
  expect(await countingScript('src/worker/trainer.worker.ts')).toContain(sign);
  const folder = path.resolve(import.meta.dirname, '../../../out/site');
  const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  expect(scripts.filter((name) => readFileSync(path.join(folder, name), 'utf8').includes(sign))).toEqual([]);
});
