/**
 * The published page without its server: what it kept at the first visit is enough to open it and to train. A newer version
 * waits for its reader, comes whole, and does not come at all when a file of it is not what it should be.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { tell } from '../setup/harness.ts';
import { builtSite, Host, lightSite, type Site, withFiles } from '../setup/host.ts';
import { sharedBrowser, webGpuSwitches } from '../setup/launch.ts';
import { small } from '../setup/small.ts';

const host = new Host();
let url: string;
let page: Page;
const complaints: string[] = [];
// One visitor, test after test: what is kept at a first visit costs as much as the visit.
beforeAll(async () => {
  host.headers = {}; // as of a static host
  host.files = lightSite();
  url = await host.open();
  page = await (await (await sharedBrowser(webGpuSwitches)).newContext()).newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(url);
  await page.getByText('opens without a connection too').waitFor();
});
afterEach(async ({ task }) => {
  host.isGone = false;
  if (task.result?.state === 'fail') await tell(page);
  if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.splice(0).join('\n')}`);
});
afterAll(async () => {
  await page?.context().close();
  host.close();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });

test('it can be installed: a manifest with icons of the sizes that are asked for', async () => {
  const manifest = JSON.parse(String(builtSite().get('manifest.webmanifest'))) as {
    start_url: string;
    display: string;
    icons: { src: string; sizes: string; type: string; purpose?: string }[];
  };
  expect(new URL(manifest.start_url, url).href).toBe(url);
  expect(manifest.display).toBe('standalone');
  for (const { src, sizes, type } of manifest.icons) {
    const size = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, new URL(src, url).href);
    if (type === 'image/png') expect(size).toBe(sizes);
  }
  expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
  const session = await page.context().newCDPSession(page);
  const { errors } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
});

test('after one visit the page opens and trains without its server', async () => {
  host.isGone = true;
  await page.goto(`${url}?hide=files#v=1&p=smoke&base.steps=4&continued.steps=4&base.schedule.warmupSteps=1&${small}`);
  await page.getByText('Runs on').waitFor();
  await expect.poll(() => page.getByText('Your own text').count()).toBe(0);
  await button('Start').click();
  await button('Start again').waitFor();
  await page.getByText('Done', { exact: true }).first().waitFor();
  // A part that is fetched when asked for.
  await page.getByRole('link', { name: 'Experiments' }).click();
  await page
    .getByRole('heading', { name: 'Experiments' })
    .or(page.getByRole('combobox', { name: 'Experiment' }))
    .first()
    .waitFor();
});

/** The page as a later build would have it: one sentence of the front page differs, and the list of files says so. */
function laterVersion(honest: boolean): Site {
  const light = lightSite();
  const html = String(light.get('index.html')).replace('<div id="app">', '<div id="app" data-later="yes">');
  const later = withFiles(light, 'later', [['index.html', html]]);
  return honest ? later : new Map(later).set('index.html', `${html} `);
}
const isLater = () => page.locator('#app[data-later]').count();

/**
 * Chromium lets the newer worker in when the older one has been idle for 30 s, and beside a debugger, which keeps workers from being
 * ended, it may never be (LOG.md). So the older one is ended here as the browser does it: what the page has to do for it, it does.
 */
async function olderWorkers(): Promise<{ end(): Promise<void> }> {
  const session = await page.context().newCDPSession(page);
  // The first that is active is the older one; to end the newer one would take the files from the page that it has just taken over.
  let older: string | undefined;
  let runs = false;
  session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    older ??= versions.find(({ status }) => status === 'activated')?.versionId;
    for (const { versionId, runningStatus } of versions) if (versionId === older) runs = runningStatus === 'running';
  });
  await session.send('ServiceWorker.enable');
  return {
    async end() {
      if (older !== undefined && runs) await session.send('ServiceWorker.stopWorker', { versionId: older });
    },
  };
}

test('a newer version that does not come as it was built changes nothing', async () => {
  await page.goto(url);
  host.files = laterVersion(false);
  host.asked.length = 0;
  await page.reload();
  await expect.poll(() => host.asked).toContain('index.html');
  // The newer worker was thrown away: none is being installed any more, and none waits.
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const { installing, waiting } = (await navigator.serviceWorker.getRegistration())!;
        return [installing, waiting];
      }),
    )
    .toEqual([null, null]);
  await expect.poll(() => button('Update now').count()).toBe(0);
  await page.reload();
  await page.getByText('Runs on').waitFor();
  expect(await isLater()).toBe(0);
});

test('a newer version waits until it is asked for, not while a run is under way, and comes whole', async () => {
  await page.goto(url);
  const workers = await olderWorkers();
  await page.reload();
  host.files = laterVersion(true);
  await page.reload();
  expect(await isLater()).toBe(0);
  await button('Update now').waitFor();
  await page.reload();
  expect(await isLater()).toBe(0);
  await page.getByRole('button', { name: /^Start( again)?$/ }).click();
  await button('Stop').waitFor();
  await button('Update now').waitFor({ state: 'hidden' });
  await button('Stop').click();
  await button('Update now').click();
  await expect
    .poll(async () => {
      await workers.end();
      return isLater();
    })
    .toBe(1);
  // The older version's files are thrown away while the page loads already.
  await expect.poll(() => page.evaluate(() => caches.keys())).toHaveLength(1);
  // What it asks the older worker for on the way has come.
  await page.getByText('Runs on').waitFor();
  host.close();
  await page.reload();
  await page.locator('#app[data-later]').waitFor();
});
