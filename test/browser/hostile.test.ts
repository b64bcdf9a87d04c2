/**
 * Text from outside is shown as text. Strings that would run a script if they were ever taken for markup, put into every field the page
 * has, with the content-security policy taken away, so that nothing but the page's own care holds them back. PAYLOADS=200 for more.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPlayer } from '../ui/fake/play.ts';
import { frames } from '../ui/frames.ts';
import type { Scenario } from '../ui/fake/trainer.worker.ts';
import { builtSite } from './setup/host.ts';
import { forget, playedAt, playing } from './setup/played.ts';

const shapes: ((n: number) => string)[] = [
  (n) => `<script>hit(${n})</script>`,
  (n) => `<img src=x onerror=hit(${n})>`,
  (n) => `"><svg onload=hit(${n})>`,
  (n) => `'><iframe srcdoc="<script>parent.hit(${n})</script>">`,
  (n) => `<details open ontoggle=hit(${n})>`,
  (n) => `" autofocus onfocus=hit(${n}) x="`,
  (n) => `</textarea><body onload=hit(${n})>`,
  (n) => `<a href="javascript:hit(${n})">x</a>`,
  (n) => `javascript:hit(${n})`,
  (n) => `<style onload=hit(${n})></style>`,
  (n) => `<video><source onerror=hit(${n})>`,
  (n) => `<math><mtext><img src=x onerror=hit(${n})>`,
  (n) => `<template shadowrootmode=open><img src=x onerror=hit(${n})></template>`,
  (n) => `<object data="javascript:hit(${n})">`,
  (n) => `&lt;img src=x onerror=hit(${n})&gt;`,
  (n) => `\\u003cimg src=x onerror=hit(${n})\\u003e`,
  (n) => `\${hit(${n})}{{hit(${n})}}`,
  (n) => `<!--><img src=x onerror=hit(${n})>-->`,
  (n) => `\u202e<b onmouseover=hit(${n})>`,
  (n) => `<input onfocus=hit(${n}) autofocus>`,
];
/** Two of each shape: they differ in their number alone, which is enough to lie beside one of its kind. */
const payloads = Array.from(
  { length: Number(process.env.PAYLOADS ?? 2 * shapes.length) },
  (_, n) => `${shapes[n % shapes.length]!(n)}${n}`,
);

let player: Page;
beforeAll(async () => {
  // One window for all: each test opens the page in it anew.
  const context = await (await playing()).newContext({ bypassCSP: true });
  await context.addInitScript(() => {
    const hits: number[] = [];
    Object.assign(globalThis, { hits, hit: (n: number) => hits.push(n) });
  });
  player = await newPlayer(context);
});
afterAll(() => player.context().close());

/** An image that is not there says so: what a payload made the page load before it has had its say by then. */
const lastLoad = (): Promise<unknown> =>
  new Promise((resolve) => {
    const last = new Image();
    last.addEventListener('error', resolve);
    last.src = 'no-such-image';
  });

/** The page without its policy, on the played worker; afterwards no payload may have run or become an element. */
async function unprotected(use: (page: Page) => Promise<void>, scenario: Scenario = {}): Promise<void> {
  const html = String(builtSite().get('index.html')).replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
  const url = await playedAt(scenario, html);
  const page = player;
  await forget(page);
  await page.goto(url);
  await page.getByText('Runs on').waitFor();
  await use(page);
  await page.evaluate(lastLoad);
  await frames(page, 2);
  const { hits, elements } = await page.evaluate(() => ({
    hits: (globalThis as unknown as { hits: number[] }).hits,
    elements: [...document.querySelectorAll('*')]
      .filter((one) =>
        [...one.attributes].some(({ name, value }) => name.startsWith('on') || /^\s*javascript:/i.test(value)),
      )
      .map((one) => one.outerHTML.slice(0, 200)),
  }));
  expect({ hits, elements }).toEqual({ hits: [], elements: [] });
}

const fileInput = (page: Page) => page.locator('input[type=file]').first();
const addFiles = (page: Page, names: readonly string[], text = (name: string) => name) =>
  fileInput(page).setInputFiles(
    names.map((name) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text(name)) })),
  );

test('the payloads do run where markup is made of them', async () => {
  await expect(
    unprotected((page) => page.evaluate((all) => void (document.body.innerHTML = all.join('')), payloads)),
  ).rejects.toThrow(/hits/);
});

/** Files a page: the form is drawn anew for each one added. */
const TOGETHER = 40;
const batches = Array.from({ length: payloads.length / TOGETHER }, (_, i) =>
  payloads.slice(i * TOGETHER, (i + 1) * TOGETHER),
);

test.each(batches)('in the names and the text of files, from %s', (...some) =>
  unprotected(async (page) => {
    // A kind of file that is refused, with its name.
    await addFiles(page, [`${some[0]}.exe`]);
    await page.getByRole('alert').filter({ hasText: '.exe' }).waitFor();
    await addFiles(
      page,
      some.map((payload) => `${payload}.txt`),
    );
    const rows = page.locator('li.file');
    await expect.poll(() => rows.count()).toBe(some.length);
    const shown = await rows.allTextContents();
    // A path's slashes are the browser's to take away, so that only payloads without one come as they are.
    const whole = some.flatMap((payload, i) => (/[\\/]/.test(payload) ? [] : [i]));
    expect(whole.length).toBeGreaterThan(some.length / 2);
    for (const i of whole) expect(shown[i]).toContain(some[i]);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: 'Start again', exact: true }).waitFor();
  }),
);

test('in the names of files that are refused or wait for a choice', () =>
  unprotected(async (page) => {
    const whole = payloads.filter((payload) => !/[\\/]/.test(payload));
    await addFiles(
      page,
      whole.flatMap((payload) => [`refused ${payload}.txt`, `damaged ${payload}.txt`]),
    );
    const [refused, damaged] = [page.locator('.drop .problem p'), page.locator('.candidate [role=alert]')];
    await expect.poll(() => refused.count()).toBe(whole.length);
    await expect.poll(() => damaged.count()).toBe(whole.length);
    const shown = [...(await refused.allTextContents()), ...(await damaged.allTextContents())].join('\n');
    for (const payload of whole) expect(shown).toContain(payload);
  }));

test('in what is stored of runs, and in what is said of them', () =>
  unprotected(
    async (page) => {
      await page.getByText('open in another tab').first().waitFor();
      const shown = await page.locator('.picture > .message').first().textContent();
      for (const payload of payloads) expect(shown).toContain(payload);
      await page.getByRole('button', { name: 'Take over' }).first().click();
      await page.locator('.message .problem').waitFor();
      await page.getByRole('button', { name: 'Watch', exact: true }).first().click();
      await page.getByText('trains in another tab').waitFor();
    },
    // The run is watched for longer than the test takes.
    { stride: 1, saved: payloads.length, elsewhere: 2, asleep: true, presets: payloads, notes: payloads },
  ));

test('as the name of a source and in every field of the recipe', () =>
  unprotected(async (page) => {
    await addFiles(page, ['a.txt']);
    const name = page.locator('li.file input[type=text]');
    await name.waitFor();
    const refusals = await name.evaluate(async (element, texts) => {
      const field = element as HTMLInputElement;
      const said: string[] = [];
      for (const text of texts) {
        field.value = text;
        field.dispatchEvent(new Event('change', { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve));
        said.push(document.querySelector('.drop [role=alert]')?.textContent ?? '');
      }
      return said;
    }, payloads);
    for (const [i, refusal] of refusals.entries()) expect(refusal, payloads[i]).not.toBe('');
    await page.getByText('All settings').click();
    const fields = page.locator('main input:not([type=file]):not([type=checkbox]):not([type=range]):not([type=radio])');
    const count = await fields.count();
    expect(count).toBeGreaterThan(20);
    for (let from = 0; from < payloads.length; from += count) {
      await fields.evaluateAll((all, texts) => {
        all.forEach((one, i) => {
          const input = one as HTMLInputElement;
          input.type = 'text';
          input.value = texts[i % texts.length]!;
          input.dispatchEvent(new Event('input', { bubbles: true }));
          input.dispatchEvent(new Event('change', { bubbles: true }));
        });
      }, payloads.slice(from));
      await frames(page, 2);
    }
  }));

test('as keys and values of a link, which lists them as they are', () =>
  unprotected(async (page) => {
    for (let from = 0; from < payloads.length; from += 20) {
      const some = payloads.slice(from, from + 20);
      const pairs = some.map((payload, i) => {
        const code = encodeURIComponent(payload.replaceAll('\u202e', ''));
        return i % 2 === 0 ? `${code}=1` : `model.hidden_size.${i}=${code}&seed=${code}`;
      });
      await page.evaluate((hash) => (location.hash = hash), `v=1&p=smoke&${pairs.join('&')}`);
      await expect.poll(() => page.locator('body').textContent()).toContain(some[0]!.slice(0, 60));
    }
  }));

test('as a prompt, and in what the run says', () =>
  unprotected(async (page) => {
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Done', { exact: true }).waitFor();
    for (const payload of payloads.slice(0, shapes.length)) {
      await page.getByLabel('Prompt').fill(payload);
      await page.getByRole('button', { name: 'Generate', exact: true }).click();
      await expect.poll(() => page.locator('body').textContent()).toContain(payload);
    }
  }));
