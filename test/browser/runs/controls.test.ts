/**
 * What a reader does with the page, on a run played by test/ui/fake: by keyboard, by link, and what comes out of it.
 */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { unzipSync } from 'fflate';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Scenario } from '../../ui/fake/trainer.worker.ts';
import { canBePressed, enter } from '../setup/enter.ts';
import { entriesOf } from '../setup/indexedDb.ts';
import { button, withPlayed } from '../setup/played.ts';

const played = (scenario: Scenario, use: (page: Page) => Promise<void>, address = ''): Promise<void> =>
  withPlayed(
    scenario,
    async (page) => {
      await page.getByText('Runs on').waitFor();
      await use(page);
    },
    { address },
  );

const stepShown = async (page: Page) => {
  const line = await page.locator('.numbers').textContent();
  return Number(/step ([\d,]+)/.exec(line!)![1].replaceAll(',', ''));
};

/** Steps in the file that the picture leaves as. */
async function stepsLogged(page: Page): Promise<number> {
  const [csv] = await Promise.all([page.waitForEvent('download'), button(page, 'CSV').click()]);
  return (
    readFileSync(await csv.path(), 'utf8')
      .trimEnd()
      .split('\r\n').length - 1
  );
}

/** Runs that this browser has written down. */
const recordedRuns = async (page: Page) => (await entriesOf(page, 'rekindle-ledger', 'runs')).length;

test('a run by keyboard: start, pause, one step, help, go on, stop', () =>
  played({ stride: 2 }, async (page) => {
    await enter(button(page, 'Start'));
    await page.getByText('Training — base run', { exact: true }).waitFor();
    await expect.poll(() => page.title()).toMatch(/^\d+ % · .* · Rekindle$/);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Space');
    await page.getByText('Paused', { exact: true }).waitFor();
    // The numbers follow four times a second; the file has every step at once.
    await button(page, 'Axes and downloads').click();
    const before = await stepsLogged(page);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await canBePressed(button(page, 'Step'));
    await page.keyboard.press('.');
    await expect.poll(() => stepsLogged(page)).toBe(before + 1);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await canBePressed(button(page, 'Resume'));
    await page.keyboard.press('Space');
    await button(page, 'Pause').waitFor();
    await enter(button(page, 'Stop'));
    await button(page, 'Start again').waitFor();
    await expect.poll(() => page.title()).toBe('Stopped · Rekindle');
  }));

test('in a field the same keys write text', () =>
  played({ stride: 2 }, async (page) => {
    await button(page, 'Start').click();
    await page.getByText('Training — base run', { exact: true }).waitFor();
    await page.getByLabel('Seed', { exact: true }).first().focus();
    await page.keyboard.press('Space');
    const before = await stepShown(page);
    await expect.poll(() => stepShown(page)).toBeGreaterThan(before + 2);
    await expect.poll(() => button(page, 'Pause').isVisible()).toBe(true);
  }));

/** The chart is read by arrow keys, and has its numbers in a table. */
async function readByKeys(page: Page): Promise<void> {
  await page.locator('#chart').focus();
  await page.keyboard.press('End');
  await page.getByText(/^Step 1,799, QA blend: loss/).waitFor();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.getByText(/^Step 1,789, QA blend: loss/).waitFor();
  await page.keyboard.press('Home');
  await page.getByText(/^Step 0, base run: loss/).waitFor();
  await expect
    .poll(() => page.locator('#chart').getAttribute('aria-label'))
    .toMatch(/The blend switched at step 1,713/);
  await button(page, 'Table').click();
  await page.getByRole('rowheader', { name: '1,713' }).waitFor();
}

/** Texts are shown as text, and the model leaves as one zip. */
async function writtenAndSaved(page: Page): Promise<void> {
  await page.getByText('whale <b>is</b> not').first().waitFor();
  await page.getByLabel('Prompt').fill('Call me');
  await button(page, 'Generate').click();
  await page.getByText('7 letters were asked').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download the model').click()]);
  expect(download.suggestedFilename()).toBe('rekindle-model.zip');
  const zip = readFileSync(await download.path()).toString('latin1');
  expect(zip.startsWith('PK')).toBe(true);
  expect(zip).toContain('config.json{}'); // stored, not deflated
}

/** The picture leaves as PNG, SVG and CSV. */
async function takenAsPicture(page: Page): Promise<void> {
  await button(page, 'Axes and downloads').click();
  const saved = async (kind: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, kind).click()]);
    expect(download.suggestedFilename()).toBe(`rekindle-picture.${kind.toLowerCase()}`);
    return readFileSync(await download.path());
  };
  const rows = (await saved('CSV')).toString().trimEnd().split('\r\n');
  expect(rows[0]).toBe('run,step,tokens,loss,grad_norm,clip,lr,update,tokens_per_second,phase,seconds,smoothed');
  expect(rows.length).toBe(1 + 1800);
  expect(rows[1]).toMatch(/^[a-z ]+,0,1536,\d\.\d+,0,,0,made,/);

  const svg = (await saved('SVG')).toString();
  expect(svg.match(/<polyline/g)?.length).toBe(5); // raw, three phases, rate
  expect(svg).toContain('switch at step 1,713');
  expect(svg).not.toMatch(/NaN|undefined/);

  // Drawn from the SVG by the browser, which would refuse broken XML.
  const png = await saved('PNG');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBe(1920);
  mkdirSync('out/screenshots', { recursive: true });
  writeFileSync('out/screenshots/picture.png', png);
}

/** Everything leaves as one zip, with a report that says what is what. */
async function takenWhole(page: Page): Promise<void> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Everything as one .zip').click()]);
  expect(download.suggestedFilename()).toBe('rekindle-run.zip');
  const files = unzipSync(readFileSync(await download.path()));
  expect(Object.keys(files).sort()).toEqual(
    ['config.json', 'held-out.jsonl', 'metrics.csv', 'metrics.jsonl', 'model/config.json', 'picture.png'].concat([
      'picture.svg',
      'report.md',
    ]),
  );
  const read = (name: string) => new TextDecoder().decode(files[name]);
  expect(JSON.parse(read('config.json')).seed).toBe(7);
  const lines = read('metrics.jsonl').trimEnd().split('\n');
  expect(lines.length).toBe(1800);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ step: 1799, phase: 'qa' });
  const report = read('report.md');
  expect(report).toContain('| seed | 1 | 7 |');
  expect(report).toContain('#v=1&p=small&seed=7');
  expect(report).toMatch(/\| QA blend \| 1,713 \| 87 \|/);
  expect(report).not.toMatch(/undefined|NaN|null/);
}

/** The picture is zoomed by pointer and by keys. */
async function zoomed(page: Page): Promise<void> {
  const chart = page.locator('#chart');
  const box = (await chart.boundingBox())!;
  const over = (share: number) => chart.hover({ position: { x: share * box.width, y: 100 } });
  await over(0.6);
  await page.mouse.down();
  await over(0.7);
  await over(0.8);
  await page.mouse.up();
  await button(page, 'Whole run').waitFor();
  await expect.poll(() => page.locator('.phase.base').count()).toBe(0);
  await button(page, 'Whole run').click();
  await page.locator('.phase.base').waitFor();
  await chart.press('+');
  await button(page, 'Whole run').waitFor();
  await chart.press('-');
  await button(page, 'Whole run').waitFor({ state: 'hidden' });
  await page.getByRole('combobox', { name: 'X axis' }).selectOption('seconds');
  await chart.press('l');
  await expect.poll(() => page.getByLabel('Log loss').isChecked()).toBe(true);
  await chart.press('Shift+L');
  await expect.poll(() => page.getByLabel('Log X axis').isChecked()).toBe(true);
  await page.locator('.phase.base').waitFor();
  await chart.press('End');
  await page.getByText(/^Step 1,799, QA blend: loss/).waitFor();
}

test('a run at its end is read by keys, written with, taken out as model, picture and whole, and zoomed', () =>
  played({}, async (page) => {
    await page.getByLabel('Seed', { exact: true }).first().fill('7');
    await button(page, 'Start').click();
    await button(page, 'Start again').waitFor();
    await writtenAndSaved(page);
    await readByKeys(page);
    await takenAsPicture(page);
    await takenWhole(page);
    await zoomed(page);
  }));

test('a link sets the recipe, says what it could not use, and starts nothing', () =>
  played(
    {},
    async (page) => {
      await expect.poll(() => page.getByLabel('Preset').inputValue()).toBe('smoke');
      await expect.poll(() => page.getByLabel('Switch when rate = peak ÷').first().inputValue()).toBe('10');
      await page.getByText('There is no option no.such').waitFor();
      await expect.poll(() => button(page, 'Start').isVisible()).toBe(true);
    },
    '#v=1&p=smoke&continued.switchDivisor=10&no.such=1',
  ));

test('moving the switch moves the mark and the address', () =>
  played({}, async (page) => {
    await page.getByText('switch at step 1,713').waitFor();
    await page.getByRole('slider').first().focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('rate down to 1/4').waitFor();
    await expect.poll(() => page.url()).toContain('continued.switchDivisor=4');
  }));

test('settings show code as code; a recipe that cannot run says why and cannot be started', () =>
  played({}, async (page) => {
    await page.getByText('All settings').click();
    await expect.poll(() => page.locator('.about code').allTextContents()).toContain('8:0.025,16:0.025');
    expect((await page.locator('.about').allTextContents()).join()).not.toContain('`');
    await page.getByLabel('Query heads').fill('3');
    await page.getByRole('alert').first().waitFor();
    await expect.poll(() => button(page, 'Start').isDisabled()).toBe(true);
  }));

test('runs are compared by keyboard, and are there again after a reload', () =>
  played({ stride: 400 }, async (page) => {
    await enter(button(page, 'Start'));
    await button(page, 'Start again').waitFor();
    await expect.poll(() => page.getByRole('heading', { name: 'Runs' }).count()).toBe(0); // nothing to compare yet
    await page.getByLabel('Base run: peak rate').fill('0.002');
    await enter(button(page, 'Start again'));
    await expect.poll(() => page.locator('.runs').getByText('Done', { exact: true }).count()).toBe(2);
    await button(page, 'Start again').waitFor();
    await page.getByText('base peak rate 4e-3→2e-3').waitFor();
    await page.locator('#chart').press('End');
    await page.getByText(/^Step 1,799, QA blend: loss .* · [a-z ]+ \d\.\d+$/).waitFor();
    const rows = page.locator('.runs tbody tr');
    await expect.poll(() => rows.count()).toBe(2);

    await enter(page.getByRole('button', { name: /^Edit / }).first());
    await page.getByLabel('Name', { exact: true }).fill('half the rate');
    await page.getByLabel('Note', { exact: true }).fill('slower, calmer');
    await enter(button(page, '★ Use as baseline'));
    await page.getByText('base peak rate 2e-3→4e-3').waitFor();
    await enter(page.getByRole('button', { name: /^Loss/ }));
    await expect.poll(() => page.locator('.runs thead th[aria-sort]').getAttribute('aria-sort')).toBe('ascending');

    await page.reload();
    await page.getByText('half the rate').first().waitFor();
    await page.getByText('slower, calmer').first().waitFor();
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByText('base peak rate 2e-3→4e-3').waitFor();
    await enter(page.getByRole('button', { name: 'Edit half the rate' }));
    await enter(button(page, 'Use these settings'));
    await expect.poll(() => page.getByLabel('Base run: peak rate').inputValue()).toBe('0.002');
    // Deleted and reloaded at one and the same moment.
    await Promise.all([
      page.waitForEvent('load'),
      button(page, 'Delete').evaluate((pressed: HTMLButtonElement) => {
        pressed.click();
        queueMicrotask(() => queueMicrotask(() => location.reload()));
      }),
    ]);
    await page.getByText('Runs on').waitFor();
    await expect.poll(() => rows.count()).toBe(1);
  }));

test('a run that a closed tab cut off is stopped, and the same recipe begun again takes its row over', () =>
  played({ stride: 2 }, async (page) => {
    await button(page, 'Start').click();
    await page.getByText('Training — base run', { exact: true }).waitFor();
    // Written down when it has been under way for some seconds.
    await expect.poll(() => recordedRuns(page)).toBe(1);
    await page.reload();
    await page.locator('.runs').getByText('Stopped').waitFor();
    await button(page, 'Start').click();
    await page.getByText('Training — base run', { exact: true }).waitFor();
    await expect.poll(() => page.locator('.runs').count()).toBe(0);
  }));

test('queued seeds run one after another; a stop holds the rest until it is sent on', () =>
  played({ held: 1 }, async (page) => {
    await page.getByText('Queue several seeds').click();
    await page.getByLabel('Seeds', { exact: true }).fill('3');
    await button(page, 'Queue').click();
    await page.getByText('2 runs wait').waitFor();
    // One that is still being prepared would end with its worker, and the next worker holds the first of its own runs.
    await page.getByText('Training — base run', { exact: true }).first().waitFor();
    await button(page, 'Stop').click();
    await button(page, 'Resume queue').waitFor();
    await expect.poll(() => page.locator('.runs').getByText('Queued').count()).toBe(2);
    await button(page, 'Resume queue').click();
    await expect.poll(() => page.locator('.runs').getByText('Done', { exact: true }).count()).toBe(2);
    await button(page, 'Start again').waitFor();
    await page.locator('.runs').getByText('seed 1→3').waitFor();
    await page.getByLabel('Seeds together').check();
    await page.getByRole('rowheader', { name: /^3 seeds of / }).waitFor();
    await expect.poll(() => page.locator('.runs').getByText('Queued').count()).toBe(0);
  }));

test('a lesson puts parts away and fixes settings by its address; what it cannot mean is said', () =>
  played(
    {},
    async (page) => {
      await expect.poll(() => page.getByRole('link', { name: 'Experiments' }).count()).toBe(0);
      await expect.poll(() => page.getByText('Your own text').count()).toBe(0);
      await expect.poll(() => page.getByText('Queue several seeds').count()).toBe(0);
      await expect.poll(() => page.getByLabel('Preset').isDisabled()).toBe(true);
      await expect.poll(() => page.getByLabel('Base run: peak rate').isDisabled()).toBe(true);
      await expect.poll(() => page.getByLabel('Base run: peak rate').inputValue()).toBe('0.002');
      await expect.poll(() => page.getByLabel('Seed', { exact: true }).first().isDisabled()).toBe(false);
      await page.getByText('“sidebar”, which this page does not have').waitFor();
      await page.getByText('Some settings are fixed by the link.').waitFor();
      await expect.poll(() => button(page, 'Start').isVisible()).toBe(true);
      // Settings changed by the reader keep the lesson in the address.
      await page.getByLabel('Seed', { exact: true }).first().fill('5');
      await expect.poll(() => page.url()).toMatch(/\?hide=.*#v=1.*seed=5/);
    },
    '?hide=experiments,files,queue,sidebar&lock=preset,base.schedule#v=1&p=smoke&base.schedule.peak=0.002',
  ));
