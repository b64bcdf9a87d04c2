/**
 * A browser without WebGPU: the page trains on the processor, under its own policy, on as many threads as it may have. `WHOLE=1` trains
 * all steps of the presets, some minutes of the processor.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { securityHeaders } from '../../../src/cli/node/policy.mjs';
import { isolationHeaders } from '../../../src/util/isolation.mjs';
import { countedRun, endless } from '../setup/abacusPage.ts';
import { screenshot, tellAll } from '../setup/harness.ts';
import { builtSite, Host, lightSite, type Site } from '../setup/host.ts';
import { KillableBrowser, newProfile, removeProfile } from '../setup/killable.ts';
import { sharedBrowser, webGpuSwitches } from '../setup/launch.ts';
import { small } from '../setup/small.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const whole = Boolean(process.env.WHOLE);
/** Few enough steps of a whole preset that a test can wait for them, and enough that a browser can be killed before the last. */
const few = whole ? '' : 'base.steps=120&continued.steps=10&base.schedule.warmupSteps=5&evaluation.rows=1';
/** Steps at which a run is paused, which saves it, and paused again and killed: in the midst. */
const [pausedFrom, killedFrom] = whole ? [100, 150] : [2, 4];

/** A profile; without the service worker, which would keep nine megabytes in each (test/browser/offline has it). */
const profile = async (switches: readonly string[] = []): Promise<BrowserContext> =>
  (await sharedBrowser(switches)).newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });

/** When a run has come to a step; then presses `name`, from inside: the rest of a run may take no longer than a click from here. */
const reach = (page: Page, step: number, name?: string) =>
  page.waitForFunction(
    ([least, wanted]) => {
      const told = /step ([\d,]+) of/.exec(document.querySelector('.numbers')?.textContent ?? '');
      if (Number(told?.[1]!.replaceAll(',', '') ?? 0) < least) return false;
      const pressed = Array.from(document.querySelectorAll('button')).find(
        (one) => one.textContent === wanted && !one.disabled,
      );
      pressed?.click();
      return wanted === undefined || pressed !== undefined;
    },
    [step, name] as const,
  );

/** The built page, whose worker hears that the machine has so many cores, and no GPU unless it has one. */
function onMachine(cores: number, gpu = false): Site {
  const files = new Map(builtSite());
  const machine = `for (const [name, value] of [${gpu ? '' : "['gpu', undefined], "}['hardwareConcurrency', ${cores}]])
    Object.defineProperty(navigator, name, { value });\n`;
  for (const [name, script] of files) if (name.includes('trainer.worker')) files.set(name, machine + String(script));
  return files;
}

type Open = (context: BrowserContext) => Promise<Page>;

/** The page from a host that sends these headers; what it complains of fails the test. */
async function withSite(
  headers: Record<string, string>,
  use: (host: Host, url: string, open: Open) => Promise<void>,
): Promise<void> {
  const host = new Host();
  host.headers = headers;
  const contexts = new Set<BrowserContext>();
  const complaints: string[] = [];
  const open: Open = async (context) => {
    contexts.add(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    return page;
  };
  try {
    await use(host, await host.open(), open);
    expect(complaints).toEqual([]);
  } catch (error) {
    for (const context of contexts) await tellAll(context);
    throw error;
  } finally {
    for (const context of contexts) await context.close();
    host.close();
  }
}

/** Waits for the end of a run; the SHA-256 of its model's weights. */
async function weights(page: Page): Promise<string> {
  await button(page, 'Start again').waitFor();
  await page.locator('.stage', { hasText: 'Done' }).waitFor();
  await expect.poll(() => page.locator('p.sample').count()).toBeGreaterThan(0);
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download the model').click()]);
  const files = unzipSync(readFileSync(await download.path()));
  return createHash('sha256').update(files['model.safetensors']!).digest('hex');
}

/** Weights of the presets' runs that nobody disturbed, each trained once. */
const ends = new Map<string, string>();

async function undisturbed(preset: string, url: string, open: Open): Promise<string> {
  const known = ends.get(preset);
  if (known !== undefined) return known;
  const page = await open(await profile()); // its own: a finished run is there again at the next visit
  await page.goto(`${url}#v=1&p=${preset}&${few}`);
  await page.getByText('Runs on the processor (WebAssembly). The browser offers no GPU.').waitFor();
  await button(page, 'Start').click();
  const end = await weights(page);
  const caption = (await page.locator('figcaption', { hasText: 'went from' }).textContent())!;
  const [first, last] = /went from ([\d.]+) to ([\d.]+) in/.exec(caption)!.slice(1).map(Number) as [number, number];
  expect(last, caption).toBeLessThan(first - 0.5);
  await screenshot(page, `processor-${preset}`);
  ends.set(preset, end);
  return end;
}

test('the presets go from Start to Done, with samples and a model', () =>
  withSite(securityHeaders, async (host, url, open) => {
    host.files = onMachine(2);
    for (const preset of ['smoke', 'tiny']) expect(await undisturbed(preset, url, open)).toHaveLength(64);
  }));

test('a browser killed in the midst of a run goes on from its last save, to the same bits', () =>
  withSite(securityHeaders, async (host, url, open) => {
    host.files = onMachine(2);
    const address = `${url}#v=1&p=smoke&${few}`;
    const folder = newProfile();
    let browser: KillableBrowser | undefined;
    /** Without a service worker too: nobody can block it in a browser that is not Playwright's own. */
    const openAgain = async (): Promise<Page> => {
      browser = await KillableBrowser.launch(folder);
      await browser.context.addInitScript(() => {
        Object.defineProperty(navigator, 'serviceWorker', { value: undefined });
      });
      const page = await open(browser.context);
      await page.goto(address);
      return page;
    };
    try {
      const killed = await openAgain();
      await button(killed, 'Start').click();
      await reach(killed, pausedFrom, 'Pause');
      await button(killed, 'Resume').click();
      // Before a second pause the save of the first is on the disk.
      await reach(killed, killedFrom, 'Pause');
      await reach(killed, killedFrom, 'Resume');
      await browser!.kill();

      const page = await openAgain();
      const [, from, of] = /stopped at step (\d+) of (\d+)/.exec(
        (await page.getByText(/^Run smoke, seed 1, stopped/).textContent())!,
      )!;
      expect(Number(from)).toBeGreaterThanOrEqual(pausedFrom);
      expect(Number(from)).toBeLessThan(Number(of));
      await button(page, 'Resume').first().click();
      expect(await weights(page)).toBe(await undisturbed('smoke', url, open));
    } finally {
      await browser?.kill();
      removeProfile(folder);
    }
  }));

test('one thread, two and four end with the same model', () =>
  withSite(securityHeaders, async (host, url, open) => {
    const found: string[] = [];
    for (const [cores, line] of [
      [2, '(WebAssembly)'],
      [3, '(WebAssembly, 2 threads)'],
      [5, '(WebAssembly, 4 threads)'],
    ] as const) {
      host.files = onMachine(cores);
      const page = await open(await profile());
      await page.goto(`${url}${countedRun(8, 4)}`); // quick to prepare
      await page.getByText(`Runs on the processor ${line}.`).waitFor();
      await button(page, 'Start').click();
      found.push(await weights(page));
      await page.close();
    }
    expect(new Set(found).size, found.join()).toBe(1);
  }));

test('a host that sends no headers: one thread and a sentence, and from the second visit on the page is isolated', () =>
  withSite({}, async (host, url, open) => {
    host.files = lightSite();
    const page = await open(await (await sharedBrowser()).newContext());
    await page.goto(url);
    const alone =
      'It uses one core, because this page is not isolated in the browser; opening it again may change that.';
    await page.getByText(alone).waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.getByText('opens without a connection too').waitFor();
    await page.reload();
    await page.getByText('Runs on the processor').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    // Such a page shows the frame that fetches, for that is isolated too.
    const isShown = await page.evaluate(async () => {
      const frame = Object.assign(document.createElement('iframe'), { src: 'fetch.html' });
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      document.body.append(frame);
      await loaded;
      return frame.contentDocument !== null;
    });
    expect(isShown).toBe(true);
    await expect.poll(() => page.getByText(alone).count()).toBe(0);
  }));

test('in a frame it takes the threads that the page around it leaves it; none: one, and a sentence', () =>
  withSite(securityHeaders, async (host, url, open) => {
    host.files = onMachine(3);
    let headers = {};
    const lesson = createServer((_, response) => {
      const frame = `<iframe width="800" height="700" allow="cross-origin-isolated" src="${url}${countedRun(6, 2)}">`;
      response
        .writeHead(200, { 'Content-Type': 'text/html', ...headers })
        .end(`<!doctype html><title>A lesson</title>${frame}`);
    });
    await new Promise<void>((resolve) => lesson.listen(0, '127.0.0.1', resolve));
    const threads = (): number => host.asked.filter((name) => name.includes('thread.worker')).length;
    try {
      for (const isolates of [false, true]) {
        headers = isolates ? isolationHeaders : {};
        const page = await open(await profile());
        await page.goto(`http://127.0.0.1:${(lesson.address() as AddressInfo).port}/`);
        const frame = page.frameLocator('iframe');
        await frame.getByRole('button', { name: 'Start', exact: true }).click();
        await frame.getByRole('button', { name: 'Start again' }).waitFor();
        const alone = frame.getByText(
          'It uses one core, because the page that shows it is not isolated in the browser.',
        );
        await expect.poll(() => alone.count()).toBe(isolates ? 0 : 1);
        expect(threads()).toBe(isolates ? 1 : 0);
        await screenshot(page, `processor-frame-${isolates ? 'isolated' : 'alone'}`);
      }
    } finally {
      lesson.close();
      lesson.closeAllConnections();
    }
  }));

/** Of the built page what is for the processor alone: its kernels, wherever they are bundled, and its threads. */
const processorFiles = (): string[] =>
  [...builtSite()].flatMap(([name, text]) =>
    /^assets\/.*\.js$/.test(name) && (name.includes('thread.worker') || text.includes('multiplyThin')) ? name : [],
  );
/** Bytes of script, gzipped, which whoever trains on the processor fetches besides: half a second at 1 Mbit/s. */
const MOST_FETCHED = 60_000;

test('what was begun on the processor goes on on the GPU, and says so; the code of either is fetched where it is used', () =>
  withSite(securityHeaders, async (host, url, open) => {
    host.files = onMachine(3, true);
    const context = await profile(webGpuSwitches);
    await context.addInitScript(() => {
      localStorage['rekindle.device'] ??= 'gpu';
    });
    const page = await open(context);
    // No number of steps that the processor takes in a second is too many for a page that hardly comes to run.
    await page.goto(`${url}${endless}&${small}`);
    const device = page.getByLabel('Compute on');
    await page.getByText(/^Runs on (?!the processor)/).waitFor();
    const fetched = (): string[] => processorFiles().filter((name) => host.asked.includes(name));
    expect(processorFiles().length).toBeGreaterThan(1);
    expect(fetched()).toEqual([]);

    await device.selectOption('processor');
    await page.getByText('Runs on the processor').waitFor();
    await button(page, 'Start').click();
    await reach(page, 2, 'Pause');
    await button(page, 'Resume').waitFor();
    await expect.poll(() => device.isDisabled()).toBe(true);
    const bytes = fetched().map((name) => gzipSync(builtSite().get(name)!, { level: 9 }).length);
    console.log(`code for the processor, gzipped: ${bytes.join(' + ')} bytes`);
    expect(bytes).toHaveLength(2); // kernels and threads
    expect(bytes[0]! + bytes[1]!).toBeLessThan(MOST_FETCHED);
    const paused = Number(/step ([\d,]+) of/.exec(await page.locator('.numbers').innerText())![1]!.replaceAll(',', ''));
    await page.reload();
    await page.getByText('Unfinished run').waitFor();
    await device.selectOption('GPU');
    await page.getByText(/^Runs on (?!the processor)/).waitFor();
    await button(page, 'Resume').first().click();
    await page
      .getByText(
        /This run was on the processor until step [\d,]+ and continues on the GPU: just as good, but not equal to the last bit\./,
      )
      .first()
      .waitFor();
    await reach(page, paused + 5);
    await button(page, 'Stop').click();
    await button(page, 'Download the model').waitFor();
  }));
