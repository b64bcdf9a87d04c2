/**
 * Text files given to the page: read by the worker as they lie on the disk, piece by piece; a file that cannot be used is
 * refused when it is added, with one sentence and a code, and is no source. FILE_BYTES makes the large one larger.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prose as texts } from '../data/prose.ts';
import { frames } from '../ui/frames.ts';
import { countIn } from './setup/abacusPage.ts';
import { withPage } from './setup/harness.ts';
import { pressSoon } from './setup/pressSoon.ts';

const largeBytes = Number(process.env.FILE_BYTES ?? 24_000_000);
const recipe = '#v=1&p=smoke&base.steps=300&continued.steps=6&base.schedule.warmupSteps=2&evaluation.everySteps=0';
const prose = 'It was a dark and stormy night; the rain fell in torrents, except at intervals.\n\n';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'rekindle-files-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const full = path.join(folder, name);
  writeFileSync(full, content);
  return full;
}
/** A file of so many bytes that takes no room on the disk. */
function sparse(name: string, begins: string, bytes: number): string {
  const full = file(name, begins);
  truncateSync(full, bytes);
  return full;
}

const add = (page: Page, ...files: string[]) => page.getByLabel('Your own text').setInputFiles(files);
const alerts = (page: Page) => page.locator('.drop [role=alert] p').allTextContents();
const ready = (page: Page) => page.getByText('Runs on').waitFor();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Resident megabytes of the page's process, its worker included. */
async function megabytes(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  return Math.max(...sizes);
}

test('every kind of file that cannot be used is refused when it is added, and the good one beside them is taken', () =>
  withPage(async (page) => {
    await ready(page);
    await add(
      page,
      file('good.txt.gz', zlib.gzipSync(prose.repeat(200))),
      file('wide.txt', Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0)),
      file('bomb.txt.gz', zlib.gzipSync(new Uint8Array(100 << 20).fill(0x61))),
      file('cut.jsonl.gz', zlib.gzipSync(prose.repeat(200)).subarray(0, 60)),
      file('broken.ndjson', '{"text":"a"}\n{"text":'),
      sparse('line.jsonl', '{"text":"', 2_200_000_000),
      sparse('long-line.jsonl', '{"text":"', 20_000_000),
      sparse('huge.txt', prose, 2_200_000_000),
      file('picture.png', 'x'),
      file('nothing.md', ''),
      file('blank.md', ' \n\n '),
    );
    await expect.poll(() => alerts(page)).toHaveLength(10);
    const said = await alerts(page);
    const codes = said.map((sentence) => /^([\w.-]+)\W.*\(code ([\w-]+)\)\.$/.exec(sentence)?.slice(1).join(' '));
    expect(codes.filter(Boolean).toSorted()).toEqual(
      [
        'wide.txt text-utf32',
        'picture.png text-kind',
        'bomb.txt.gz gzip-size',
        'cut.jsonl.gz gzip-damaged',
        'broken.ndjson text-json',
        'line.jsonl text-size',
        'long-line.jsonl text-line',
        'huge.txt text-size',
        'blank.md text-empty',
      ].toSorted(),
    );
    expect(said.filter((sentence) => /nothing\.md is empty/.test(sentence))).toHaveLength(1);
    await expect
      .poll(() => page.locator('li.file').allTextContents())
      .toEqual([expect.stringContaining('good.txt.gz')]);
  }));

/** A folder of files by path. */
function folderOf(name: string, files: Record<string, string | Uint8Array>): string {
  mkdirSync(path.join(folder, name));
  for (const [place, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name, place)), { recursive: true });
    file(`${name}/${place}`, content);
  }
  return path.join(folder, name);
}

/** Drags files and folders of the disk over a point; a file beside a place for files is not taken. */
async function drag(
  page: Page,
  files: readonly string[],
  to: () => Promise<{ x: number; y: number } | null>,
  isOver: () => Promise<boolean>,
) {
  const session = await page.context().newCDPSession(page);
  const send = async (type: 'dragEnter' | 'dragOver' | 'drop', { x, y }: { x: number; y: number }) =>
    session.send('Input.dispatchDragEvent', {
      ...{ type, x: x + 9, y: y + 9 },
      data: { items: [], files: [...files], dragOperationsMask: 1 },
    });
  // What is above may still fill, and moves the place from under the pointer.
  let at = (await to())!;
  await send('dragEnter', at);
  await expect
    .poll(async () => {
      at = (await to())!;
      await send('dragOver', at);
      return isOver();
    })
    .toBe(true);
  await send('drop', at);
  await session.detach();
}

/** Drops them on the place for text. */
async function drop(page: Page, ...files: string[]): Promise<void> {
  const zone = page.locator('.drop', { has: page.getByLabel('Your own text') });
  await zone.scrollIntoViewIfNeeded();
  await drag(
    page,
    files,
    () => zone.boundingBox(),
    () => zone.evaluate((place) => place.classList.contains('over')),
  );
}

test('a folder is chosen by the keyboard’s way or dropped, read as one source, and told with its languages', () =>
  withPage(async (page) => {
    await ready(page);
    const letters = folderOf('letters', {
      'b.txt': texts.english,
      'a/old.md': texts.german,
      'a/cover.png': 'x',
      'seal.jpg': 'x',
      '.hidden/c.txt': texts.russian,
    });
    await page.getByLabel('Your own text').focus();
    await page.keyboard.press('Tab');
    const chooser = page.locator(':focus');
    expect(await chooser.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent.trim())).toBe(
      'Or a folder of text',
    );
    await chooser.setInputFiles(letters);
    const row = page.locator('li.file');
    await row.waitFor();
    await row.getByText('Languages:').waitFor();
    const said = (await row.innerText()).replaceAll('\u00a0', ' ');
    expect(said).toContain('letters/ 2 kB, 2 documents');
    expect(said).toContain('letters/: a/cover.png and 1 more left out');
    const english = Math.round((100 * texts.english.length) / (texts.english.length + texts.german.length));
    expect(said).toContain(`Languages: English ${english} %, German ${100 - english} %.`);
    await expect
      .poll(() => row.locator('pre').allInnerTexts())
      .toEqual([expect.stringMatching(/^Der alte Leuchtturm/), expect.stringMatching(/^The old lighthouse/)]);
    await expect.poll(() => row.locator('input[type=text]').inputValue()).toBe('letters');

    await drop(
      page,
      folderOf('v1.5', { '1.txt': texts.russian }),
      file('alone.txt', texts.english),
      folderOf('none', {}),
      folderOf('pictures', { 'a.png': 'x' }),
    );
    await expect.poll(() => row.count()).toBe(3);
    await expect
      .poll(() => alerts(page))
      .toEqual([
        'none/ is empty: give a folder with files of text (code text-empty).',
        'pictures/ has one file and none of a kind that can be read here: give a folder with files of text (code text-kind).',
      ]);
    const names = await page
      .locator('li.file input[type=text]')
      .evaluateAll((all: HTMLInputElement[]) => all.map(({ value }) => value));
    expect(names).toEqual(['letters', 'alone', 'v1-5']);
    await expect.poll(() => row.last().innerText()).toMatch(/Languages: Russian 100\s%/);

    // Russian in the QA blend alone.
    for (const blend of ['Base', 'General']) await row.last().getByRole('checkbox', { name: blend }).uncheck();
    await page.getByText(/^The base’s text is English \d+\s%, German \d+\s%; the QA blend’s is .*Russian/).waitFor();
  }));

test('a file that is dropped beside the places for files is let go, and the page stays', () =>
  withPage(async (page) => {
    await ready(page);
    const heading = page.getByRole('heading', { name: 'Rekindle' });
    await drag(
      page,
      [file('beside.txt', texts.english)],
      () => heading.boundingBox(),
      async () => true,
    );
    await drop(page, file('taken.txt', texts.english));
    await page.locator('li.file').waitFor();
    expect(page.context().pages()).toEqual([page]);
    await expect.poll(() => page.locator('li.file input[type=text]').inputValue()).toBe('taken');
  }));

test('where a browser has no chooser of folders, none is shown', () =>
  withPage(
    async (page) => {
      await page.addInitScript(() => {
        delete (HTMLInputElement.prototype as { webkitdirectory?: boolean }).webkitdirectory;
      });
      await page.reload();
      await ready(page);
      await drop(page, folderOf('dropped', { 'a.txt': prose }));
      await page.locator('li.file').waitFor();
      await expect.poll(() => page.getByLabel('Or a folder of text').count()).toBe(0);
    },
    { serviceWorkers: 'block' },
  ));

test('damaged text is a choice; a run on text that was replaced is resumed after a reload without the file', () =>
  withPage(
    async (page) => {
      await ready(page);
      const damaged = Buffer.from(prose.repeat(300));
      damaged[88] = damaged[4000] = 0xff;
      await add(page, file('damaged.txt', damaged));
      await page
        .getByText('damaged.txt has bytes that are not text in 2 places, first at byte 88 (code text-utf8)')
        .waitFor();
      await expect.poll(() => page.locator('li.file').count()).toBe(0);
      await button(page, 'Replace by \ufffd').click();
      await page.locator('li.file').waitFor();
      await pressSoon(page, 'Pause', /Training — base run/);
      await button(page, 'Start').click();
      await page.locator('.stage', { hasText: 'Paused' }).waitFor();
      rmSync(path.join(folder, 'damaged.txt'));
      await page.reload();
      await button(page, 'Resume').click();
      await page.locator('.stage', { hasText: 'Done' }).waitFor();
    },
    { address: recipe, before: countIn },
  ));

test('a large file is read in pieces, its progress shown, and the page stays small', () =>
  withPage(async (page) => {
    await ready(page);
    const large = path.join(folder, 'large.txt');
    const block = Buffer.from(prose.repeat(100_000));
    const handle = openSync(large, 'w');
    for (let written = 0; written < largeBytes;)
      written += writeSync(handle, block, 0, Math.min(block.length, largeBytes - written));
    closeSync(handle);
    const before = await megabytes(page);
    await page.evaluate(() => {
      const shares: number[] = [];
      Object.assign(globalThis, { shares });
      new MutationObserver(() => {
        const bar = document.querySelector('.candidate progress');
        if (bar) shares.push((bar as HTMLProgressElement).value);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    // The rows of files are fetched with the first one.
    await add(page, file('small.txt', prose));
    await page.locator('li.file').waitFor();
    await add(page, large);
    let most = before;
    while ((await page.locator('li.file').count()) < 2) {
      most = Math.max(most, await megabytes(page));
      await frames(page, 1);
    }
    console.log(`${largeBytes / 1e6} MB read, the page's process ${before.toFixed(0)} → at most ${most.toFixed(0)} MB`);
    const shares = await page.evaluate(() => (globalThis as unknown as { shares: number[] }).shares);
    expect(new Set(shares).size).toBeGreaterThan(2);
    // The text itself, once, and what decoding leaves behind until it is collected.
    expect(most - before).toBeLessThan(120 + (3 * largeBytes) / 1e6);
  }));
