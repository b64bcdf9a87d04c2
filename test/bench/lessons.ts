/**
 * The class against the clock, in headless Chromium without a GPU:
 *     node src/cli/run.mjs test/bench/lessons.ts [--page dist/rekindle.html | --page https://ADDRESS:PORT/] [--smoke]
 * Every step of every lesson is gone through, and every step with a run trains its first one; told with the time that its texts take
 * to be read aloud. `--smoke` trains the preset `smoke` to its end before. What the page asked of a network is counted.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { findChromium } from '../../src/cli/node/chromium.mjs';
import { LESSON_NAMES, readLesson } from '../../src/recipe/lessons/lesson.ts';
import { allWords } from '../../src/ui/lessons/words.ts';
import { cpuSecondsOfTree } from './setup/cpuTime.ts';
import { PACE, wordsOf, wordsOfLesson } from './setup/reading.ts';

const { values } = parseArgs({
  options: { page: { type: 'string', default: 'dist/rekindle.html' }, smoke: { type: 'boolean', default: false } },
});
const isFile = existsSync(values.page);
const address = isFile ? pathToFileURL(values.page).href : values.page;

const browser = await chromium.launch({ executablePath: findChromium() });
const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ignoreHTTPSErrors: true });
context.setDefaultTimeout(600_000); // a busy machine without a GPU
let asked = 0;
context.on('request', (request) => {
  const url = request.url();
  if (!/^(blob|data):/.test(url) && !(isFile && url.startsWith(address))) asked++;
});
context.on('weberror', (error) => console.log(`The page threw: ${String(error.error())}`));
const page = await context.newPage();
const button = (name: string) => page.getByRole('button', { name, exact: true });

async function timed(what: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await what();
  return (performance.now() - from) / 1000;
}

async function predict(step: Page): Promise<void> {
  const commit = button('That is my prediction');
  if ((await commit.count()) === 0) return;
  const [choice, number] = ['radio', 'number'].map((type) => step.locator(`.predict input[type=${type}]`));
  if ((await choice!.count()) > 0) await choice!.first().check();
  if ((await number!.count()) > 0) await number!.fill('5');
  await commit.click();
}

if (values.smoke) {
  await page.goto(`${address}#v=1&p=smoke`);
  await page.getByText(/^Runs on/).waitFor();
  const cpu = cpuSecondsOfTree()!;
  const seconds = await timed(async () => {
    await button('Start').click();
    await button('Start again').waitFor();
  });
  const samples = await page.locator('section', { hasText: 'What the model writes' }).last().innerText();
  console.log(`smoke: ${await page.locator('.progress').first().innerText()}`);
  console.log(
    `${seconds.toFixed(1)} s, ${(cpuSecondsOfTree()! - cpu).toFixed(1)} CPU s; ${samples.length} signs of samples`,
  );
}

console.log('\n| lesson | words | read aloud, min | trained, s | slot, min |');
console.log('| --- | --: | --: | --: | --: |');
const cpu = cpuSecondsOfTree()!;
let [reading, training, slots] = [0, 0, 0];
for (const name of LESSON_NAMES) {
  const read = readLesson(JSON.parse(readFileSync(`public/lessons/${name}.json`, 'utf8')));
  if ('faults' in read) throw new Error(read.faults.join(' '));
  const { lesson } = read;
  let seconds = await timed(async () => {
    await page.goto(`${address}?lesson=${name}`);
    await page.getByText('Step 1 of').waitFor();
  });
  for (let number = 1; ; number++) {
    if (lesson.steps[number - 1]!.runs) {
      await predict(page);
      seconds += await timed(async () => {
        await button('Run it here').click();
        await page.getByRole('heading', { name: 'What came out' }).waitFor();
      });
    }
    if (number === lesson.steps.length) break;
    await button('Next').click();
    await page.getByText(`Step ${number + 1} of`).waitFor();
  }
  const words = wordsOfLesson(lesson);
  const minutes = words / PACE;
  console.log(`| \`${name}\` | ${words} | ${minutes.toFixed(1)} | ${seconds.toFixed(1)} | ${lesson.minutes} |`);
  reading += minutes;
  training += seconds / 60;
  slots += lesson.minutes;
}
const quiz = (2 * wordsOf(allWords.en.quiz.questions.flat())) / PACE;
const together = reading + quiz + training;
console.log(
  `\nReading ${reading.toFixed(1)} min, questions twice ${quiz.toFixed(1)}, machine ${training.toFixed(1)}, together ${together.toFixed(1)};`,
);
console.log(`slots of the lessons ${slots} min, CPU ${(cpuSecondsOfTree()! - cpu).toFixed(0)} s. Requests: ${asked}.`);
await browser.close();
