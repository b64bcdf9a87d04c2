/**
 * No test depends on how fast a machine is: none reads a clock, none sleeps to wait for what can be awaited, none presses a key on a
 * button that may still be disabled, and none looks at a page once where it can look until it is so (expect.poll). Times are measured by
 * the bench (test/bench), as ratios within one run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { nodesOf } from './syntax.ts';

/** A longer pause is a wait for something, ms. */
const LONGEST_PAUSE = 50;

/** Clocks, and what else tells how long something took. */
const CLOCKS: Record<string, readonly string[]> = {
  performance: ['now', 'measure', 'mark', 'timeOrigin'],
  Date: ['now'],
  process: ['hrtime', 'cpuUsage', 'resourceUsage', 'uptime'],
  console: ['time', 'timeEnd', 'timeLog'],
};
const DURATIONS = ['longtask', 'tdur', 'megabytesPerSecond'];

/** What a page says just now; a moment later it may say more. */
const LOOKS =
  'allInnerTexts allTextContents count getAttribute innerText inputValue isChecked isDisabled isEnabled isHidden isVisible textContent title';

/** Files that may, each for a reason; what they read decides over no test. */
const ALLOWED: Record<string, { finds: readonly string[]; because: string }> = {
  'browser/setup/enter.ts': { finds: ["press('Enter')"], because: 'it waits until the button can be pressed' },
  'fuzz/run.ts': {
    finds: ['performance.now', 'process.cpuUsage'],
    because: 'the long command fails where an input takes more than a second',
  },
  'browser/setup/abacus.ts': { finds: ['setTimeout'], because: 'an engine that computes nothing has a pace' },
  'setup/profile.ts': { finds: ['process.cpuUsage'], because: 'the profile tells where the time goes' },
  'storage/slots.test.ts': { finds: ['setTimeout'], because: 'its timers are played' },
  'train/machine/calibrate.cpu.test.ts': {
    finds: ['performance.now'],
    because: 'it puts a clock of its own in place of the true one',
  },
  'train/saved/room.test.ts': {
    finds: ['Date.now'],
    because: 'a run is deleted now: what was deleted long ago is gone',
  },
  'ui/fake/trainer.worker.ts': {
    finds: ['setTimeout', 'Date.now'],
    because: 'saves have dates, and a played run has a pace',
  },
  'ui/lifeline.test.ts': { finds: ['setTimeout'], because: 'its timers are played' },
};

/** What a text has of clocks and sleeps, in its order. */
function findsIn(file: string, text: string): string[] {
  const finds: string[] = [];
  for (const { type, object, property, name, value, callee, arguments: given = [] } of nodesOf(file, text)) {
    const member = type === 'MemberExpression' ? String(property?.name) : '';
    if (object?.name !== undefined && CLOCKS[object.name]?.includes(member)) finds.push(`${object.name}.${member}`);
    if (member === 'waitForTimeout') finds.push(member);
    if (DURATIONS.some((word) => value === word || name === word)) finds.push(String(value ?? name));
    const looked = callee?.name === 'expect' && given[0]?.type === 'AwaitExpression' ? given[0].argument : undefined;
    const look = String(looked?.callee?.property?.name);
    if (LOOKS.split(' ').includes(look)) finds.push(`expect(await ${look}())`);
    const isKeyboard = callee?.object?.name === 'keyboard' || callee?.object?.property?.name === 'keyboard';
    if (callee?.property?.name === 'press' && given[0]?.value === 'Enter' && !isKeyboard) finds.push("press('Enter')");
    if (type !== 'CallExpression' || callee?.name !== 'setTimeout') continue;
    const [, pause] = given;
    if (pause === undefined || (typeof pause.value === 'number' && pause.value <= LONGEST_PAUSE)) continue;
    // A pause drawn at random has the bound in its text.
    if (pause.callee?.property?.name === 'integer' && Number(pause.arguments?.[0]?.value) <= LONGEST_PAUSE) continue;
    finds.push('setTimeout');
  }
  return finds;
}

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('bench/') && file !== 'clocks.test.ts');

test('no test reads a clock or sleeps, but for those that say why', () => {
  expect(files.length).toBeGreaterThan(100);
  const found = files.map(
    (file) => [file, [...new Set(findsIn(file, readFileSync(path.join(import.meta.dirname, file), 'utf8')))]] as const,
  );
  const wanted = Object.entries(ALLOWED).map(([file, { finds }]) => [file, finds] as const);
  expect(Object.fromEntries(found.filter(([, finds]) => finds.length > 0))).toEqual(Object.fromEntries(wanted));
});

test.each([
  ['const from = performance.now();', 'performance.now'],
  ['expect(Date.now() - from).toBeLessThan(1000);', 'Date.now'],
  ['const { user } = process.cpuUsage();', 'process.cpuUsage'],
  ["new PerformanceObserver(see).observe({ type: 'longtask' });", 'longtask'],
  ['await page.waitForTimeout(400);', 'waitForTimeout'],
  ['await new Promise((resolve) => setTimeout(resolve, 51));', 'setTimeout'],
  ['await new Promise((resolve) => setTimeout(resolve, away));', 'setTimeout'],
  ['await new Promise((resolve) => setTimeout(resolve, random.integer(400)));', 'setTimeout'],
  ["await button(page, 'Start').press('Enter');", "press('Enter')"],
  ["expect(await page.locator('tr').count(), 'rows').toBe(2);", 'expect(await count())'],
])('%s is found', (text, find) => {
  expect(findsIn('a.ts', text)).toEqual([find]);
});

test.each([
  'await new Promise((resolve) => setTimeout(resolve));',
  'await new Promise((resolve) => setTimeout(resolve, 50));',
  'await new Promise((resolve) => setTimeout(resolve, random.integer(50)));',
  'await vi.advanceTimersByTimeAsync(60_000);',
  "await page.keyboard.press('Enter');",
  "await expect.poll(() => page.locator('tr').count()).toBe(2);",
])('%s is not', (text) => {
  expect(findsIn('a.ts', text)).toEqual([]);
});
