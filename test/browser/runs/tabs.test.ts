/**
 * One run, several tabs of one browser: one writes, others watch it live and have it in one click; a tab that dies gives it
 * free, one put to sleep keeps it. The real page, trainer, storage and locks; the steps are counted, not computed (abacus.ts).
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { countedRun, countingContext, endless } from '../setup/abacusPage.ts';
import { tellAll } from '../setup/harness.ts';
import { doneRuns } from '../setup/indexedDb.ts';
import { sharedBrowser, webGpuSwitches } from '../setup/launch.ts';
import { pressSoon } from '../setup/pressSoon.ts';

const [base, continued] = [240, 20];
const short = countedRun(base, continued);

interface Tabs {
  open(recipe: string): Promise<Page>;
}

async function inOneBrowser(use: (tabs: Tabs) => Promise<void>): Promise<void> {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const context = await countingContext(await sharedBrowser(webGpuSwitches));
  const complaints: string[] = [];
  try {
    await use({
      async open(recipe) {
        const page = await context.newPage();
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
        await page.goto(`${site.url}${recipe}`);
        await page.getByText('Runs on').waitFor();
        return page;
      },
    });
    expect(complaints).toEqual([]);
  } catch (error) {
    await tellAll(context);
    throw error;
  } finally {
    await context.close();
  }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const says = (page: Page, words: string | RegExp) => page.getByText(words).filter({ visible: true }).first().waitFor();
const isStage = (page: Page, words: string | RegExp) => page.locator('.stage', { hasText: words }).waitFor();

/** Steps taken, as the page says; 0 before the first. */
async function stepOf(page: Page): Promise<number> {
  const numbers = await page.locator('.numbers').allTextContents();
  return Number(/step ([\d,]+)/i.exec(numbers[0] ?? '')?.[1]?.replaceAll(',', '') ?? 0);
}
async function reaches(page: Page, step: number): Promise<void> {
  await expect.poll(() => stepOf(page)).toBeGreaterThanOrEqual(step);
}

/** Runs locked for writing, seen from any tab. */
const writers = (page: Page) =>
  page.evaluate(async () => {
    const { held = [] } = await navigator.locks.query();
    return held.filter(({ name, mode }) => name!.startsWith('run:') && mode === 'exclusive').length;
  });

const written = async (page: Page) => (await doneRuns(page)).map(({ loss }) => loss);

test('a second tab sees a run as soon as it is saved, watches it live and takes no command of it', () =>
  inOneBrowser(async ({ open }) => {
    const second = await open(endless);
    const first = await open(endless);
    await button(first, 'Start').click();
    await reaches(first, 5);
    // Opened before the run began, and told of it.
    await says(second, 'is open in another tab');
    await button(second, 'Watch').click();
    await isStage(second, 'Training');
    const seen = await stepOf(second);
    await reaches(second, seen + 5);
    await expect.poll(() => button(second, 'Pause').count()).toBe(0);
    await expect.poll(() => button(second, 'Stop').count()).toBe(0);
    await second.evaluate(() => (document.activeElement as HTMLElement).blur());
    await second.keyboard.press('Space');
    await button(first, 'Pause').click();
    await isStage(second, 'Paused');
    // Both have the whole curve, the second tab's part before it looked included.
    await expect.poll(async () => (await stepOf(second)) - (await stepOf(first))).toBe(0);
    // Nothing to write with, and no row of its own in the list of runs.
    await expect.poll(() => second.getByLabel('Prompt').count()).toBe(0);
    await button(second, 'Stop watching').click();
    await says(second, 'is open in another tab');
    await button(second, 'Start').waitFor();
    await expect.poll(() => writers(first)).toBe(1);
  }));

test('taken over in one click, the run ends with the losses of one that nobody moved, and goes back the same way', () =>
  inOneBrowser(async ({ open }) => {
    const first = await open(short);
    await button(first, 'Start').click();
    await isStage(first, 'Done');
    await pressSoon(first, 'Pause', /step [1-9]\d of/);
    await button(first, 'Start again').click();
    await isStage(first, 'Paused');
    const second = await open(short);
    await button(second, 'Watch').click();
    await isStage(second, 'Paused');
    await pressSoon(second, 'Pause', /Training — base run/);
    await button(second, 'Take over').click();
    await isStage(first, 'Continued in another tab');
    await isStage(second, 'Paused');
    await expect.poll(() => writers(second)).toBe(1);
    // Back again, from the list.
    await button(first, 'Take over').click();
    await isStage(second, 'Continued in another tab');
    await isStage(first, 'Done');
    const [moved, undisturbed] = await written(first);
    expect(undisturbed).toHaveLength(base + continued);
    expect(moved).toEqual(undisturbed);
  }));

test('a tab that is closed gives its run free: told at once, resumed in one click', () =>
  inOneBrowser(async ({ open }) => {
    const first = await open(endless);
    await button(first, 'Start').click();
    await reaches(first, 5);
    const second = await open(endless);
    await button(second, 'Watch').click();
    await isStage(second, 'Training');
    await first.close();
    await says(second, 'The tab that trained this run was closed');
    await isStage(second, 'Stopped');
    await button(second, 'Resume').click();
    await isStage(second, 'Training');
    await expect.poll(() => writers(second)).toBe(1);
  }));

/** The process of a page: the one that computes while the page does. Linux. */
async function processOf(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  // After the name in brackets: twelve fields, then time in user mode, in hundredths of a second.
  const used = (pid: number) => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[11]);
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => ({ id, before: used(id) }));
  // Much more than anything else computes meanwhile; told apart by its share, not by its time.
  await page.evaluate(() => {
    let state = 1;
    for (let i = 0; i < 2e8; i++) state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i;
    return state;
  });
  return renderers.map(({ id, before }) => ({ id, spent: used(id) - before })).sort((a, b) => b.spent - a.spent)[0]!.id;
}

// A process that is stopped is what a frozen page is to all others; Playwright keeps its pages from being frozen by the browser.
test('a tab asleep keeps its run and says so when it wakes, and an old request is void', () =>
  inOneBrowser(async ({ open }) => {
    const first = await open(endless);
    const second = await open(endless);
    await button(first, 'Start').click();
    await reaches(first, 5);
    await says(second, 'is open in another tab');
    await button(first, 'Pause').click();
    await isStage(first, 'Paused');
    const pid = await processOf(first);
    await button(first, 'Resume').click();
    await isStage(first, 'Training');
    process.kill(pid, 'SIGSTOP');
    try {
      await button(second, 'Watch').click();
      await says(second, 'does not answer: the browser may have put it to sleep');
      // Each of the three waits four seconds for an answer: more than the ten from which on a gap is a sleep (util/awake.ts).
      for (let times = 0; times < 2; times++) {
        await button(second, 'Take over').click();
        await button(second, 'Asking the other tab …').waitFor();
        await says(second, 'perhaps because it is asleep');
      }
      await expect.poll(() => writers(second)).toBe(1);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await says(first, /slept for \d+ s: the run is at step/);
    await isStage(first, 'Training');
    const before = await stepOf(first);
    await reaches(first, before + 5);
    // The watcher is answered now, with the whole curve.
    await isStage(second, 'Training');
    await button(first, 'Pause').click();
    await isStage(first, 'Paused');
    await isStage(second, 'Paused');
    await expect.poll(async () => (await stepOf(second)) - (await stepOf(first))).toBe(0);
    await button(second, 'Take over').click();
    await isStage(first, 'Continued in another tab');
  }));
