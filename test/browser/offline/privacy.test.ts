/**
 * Nothing leaves the page. The built page is served as a static host would, without a header, and as our own servers
 * do; a sink waits for whatever gets out: every other name resolves to it, its own address is known to the attacks.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { frameFile, frameHeaders, framePolicy, securityHeaders } from '../../../src/cli/node/policy.mjs';
import { builtSite, Host } from '../setup/host.ts';
import { sharedBrowser, webGpuSwitches, whatLeft } from '../setup/launch.ts';
import { small } from '../setup/small.ts';

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let browser: Browser;
let sink: Server;
const arrived: string[] = [];

beforeAll(async () => {
  sink = createServer((request, response) => {
    arrived.push(`${request.method} ${request.headers.host}${request.url}`);
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/javascript' }).end('');
  });
  sink.on('upgrade', (request, socket) => {
    arrived.push(`upgrade ${request.url}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  browser = await sharedBrowser(webGpuSwitches);
});
afterAll(() => void sink.close());

/** The page of a host that sends these headers, `attack` beside it. */
async function withSite(
  headers: Record<string, string>,
  attack: string,
  use: (page: Page) => Promise<void>,
  change = (html: string) => html,
): Promise<void> {
  const host = new Host();
  host.headers = headers;
  host.files = new Map([
    ...builtSite(),
    ['attack.js', attack],
    ['index.html', change(String(builtSite().get('index.html')))],
  ]);
  const context = await browser.newContext({ serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    await page.goto(await host.open());
    await use(page);
  } finally {
    await context.close();
    host.close();
  }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Every way out that a script in a worker has; answers with the names of those that seemed to work. */
const workerAttack = (to: string) => `
const to = ${JSON.stringify(to)};
const tries = {
  fetch: () => fetch(to + '/fetch', { mode: 'no-cors' }),
  xhr: () => new Promise((done, failed) => { const r = new XMLHttpRequest(); r.onload = done; r.onerror = failed; r.open('GET', to + '/xhr'); r.send(); }),
  socket: () => new Promise((done, failed) => { const s = new WebSocket(to.replace('http', 'ws') + '/socket'); s.onopen = done; s.onerror = failed; }),
  events: () => new Promise((done, failed) => { const s = new EventSource(to + '/events'); s.onopen = done; s.onerror = failed; }),
  import: () => import(to + '/import.js'),
  eval: async () => (0, eval)('1'),
  worker: () => new Promise((done, failed) => {
    const blob = URL.createObjectURL(new Blob(["fetch('" + to + "/nested', { mode: 'no-cors' }).then(() => postMessage(1), () => postMessage(0))"]));
    const worker = new Worker(blob); worker.onmessage = (e) => e.data ? done() : failed(); worker.onerror = failed; }),
};
const worked = [];
for (const [name, one] of Object.entries(tries)) {
  await one().then(() => worked.push(name), () => {});
}
postMessage(worked);
`;

/** The same for a script in the page, which had to get there first. */
function pageAttack(to: string): void {
  const send = (name: string) => `${to}/page-${name}`;
  const add = (tag: string, fields: object) => document.body.append(Object.assign(document.createElement(tag), fields));
  const safely = (act: () => unknown) => {
    try {
      void Promise.resolve(act()).catch(() => {});
    } catch {
      // Refused at once.
    }
  };
  safely(() => fetch(send('fetch'), { mode: 'no-cors' }));
  safely(() => navigator.sendBeacon(send('beacon'), 'x'));
  safely(() => new WebSocket(send('socket').replace('http', 'ws')));
  safely(() => new EventSource(send('events')));
  safely(() => add('img', { src: send('img') }));
  safely(() => add('script', { src: send('script') }));
  safely(() => add('iframe', { src: send('iframe') }));
  safely(() => add('object', { data: send('object') }));
  safely(() => add('link', { rel: 'stylesheet', href: send('style') }));
  safely(() => add('link', { rel: 'prefetch', href: send('prefetch') }));
  safely(() => add('video', { src: send('video') }));
  safely(() => add('style', { textContent: `html { background: url(${send('css')}) }` }));
  safely(() => (document.body.style.backgroundImage = `url(${send('background')})`));
  safely(() => add('div', { innerHTML: `<img src="${send('html')}">` }));
  safely(() => {
    const frame = document.createElement('iframe');
    frame.name = 'out';
    const form = Object.assign(document.createElement('form'), { action: send('form'), method: 'post', target: 'out' });
    document.body.append(frame, form);
    form.submit();
  });
}

/** Has the page note what its policy forbids: the address, or the directive where there is none. */
const noteRefusals = (page: Page) =>
  page.evaluate(() => {
    const refused = new Set<string>();
    Object.assign(globalThis, { refused });
    document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) =>
      refused.add(`${effectiveDirective} ${blockedURI}`),
    );
  });
const refusals = async (page: Page, to: string): Promise<string[]> => {
  const lines = await page.evaluate(() => [...(globalThis as unknown as { refused: Set<string> }).refused]);
  return lines.map((line) => line.replace(to, '').replace(to.replace('http', 'ws'), '')).sort();
};
/** Of the attack in the page: what was markup or script never became any, and so has no address. */
const refused = [
  'connect-src /page-beacon', 'connect-src /page-events', 'connect-src /page-fetch', 'connect-src /page-socket', 'default-src /page-prefetch',
  'form-action /page-form', 'frame-src ', 'img-src /page-background', 'img-src /page-img', 'media-src /page-video',
  'require-trusted-types-for trusted-types-sink', 'style-src-elem /page-style', 'style-src-elem inline',
]; // prettier-ignore

/** Starts the attack as the page starts its own worker; the answer is what seemed to work. */
const startWorker = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const worker = new Worker(new URL('attack.js', location.href), { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
      }),
  );

test('page and worker: without a policy the attacks get out, with it in the page alone or in headers none does', async () => {
  const to = addressOf(sink);
  const attack = workerAttack(to);
  const getsOut = async (page: Page): Promise<void> => {
    expect(await startWorker(page)).toEqual(['fetch', 'xhr', 'import', 'eval', 'worker']);
    await page.evaluate(pageAttack, to);
    await expect
      .poll(() => new Set(arrived.map((line) => /\/([\w-]+)(\.js)?$/.exec(line)![1])))
      .toEqual(
        new Set([
        'fetch', 'xhr', 'socket', 'events', 'import', 'nested', 'page-fetch', 'page-beacon', 'page-socket', 'page-events', 'page-img',
      'page-script', 'page-iframe', 'page-object', 'page-style', 'page-prefetch', 'page-video', 'page-css', 'page-background',
      'page-html', 'page-form',
      ]), // prettier-ignore
      );
  };
  await withSite({}, attack, getsOut, (html) => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
  arrived.length = 0;
  for (const headers of [{}, securityHeaders]) {
    await withSite(headers, attack, async (page) => {
      expect(await startWorker(page)).toEqual([]);
      await noteRefusals(page);
      await page.evaluate(pageAttack, to);
      await expect.poll(() => refusals(page, to)).toEqual(refused);
    });
  }
  expect(arrived).toEqual([]);
});

test('our own servers send the policy with every file, the worker’s script too', async () => {
  const built = inject('site') as { url: string };
  const page = await (await fetch(built.url)).text();
  // The page's code lies in several files; one of them names the worker's.
  const scripts = [...new Set(page.match(/assets\/[\w.-]+\.js/g))];
  const codes = await Promise.all(scripts.map(async (script) => (await fetch(built.url + script)).text()));
  const worker = /trainer\.worker-[\w-]+\.js/.exec(codes.join('\n'))![0];
  for (const file of ['', ...scripts, `assets/${worker}`, 'icon.svg', 'bases/index.json']) {
    const { status, headers } = await fetch(built.url + file);
    expect(status, file).toBe(200);
    for (const [name, value] of Object.entries(securityHeaders)) expect(headers.get(name), file).toBe(value);
  }
  expect(page).toContain('http-equiv="Content-Security-Policy"');
  const frame = await fetch(`${built.url}${frameFile}`);
  for (const [name, value] of Object.entries(frameHeaders)) expect(frame.headers.get(name), frameFile).toBe(value);
  expect(await frame.text()).toContain(framePolicy.replaceAll("'", '&#39;'));
});

test('a whole run asks its own server alone, and nothing that was not asked for', async () => {
  const asked: string[] = [];
  const problems: string[] = [];
  const host = new Host();
  host.headers = {};
  const own = await host.open();
  const context = await browser.newContext();
  const page = await context.newPage();
  context.on('request', (request) => void asked.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`${own}#v=1&p=smoke&base.steps=6&continued.steps=6&base.schedule.warmupSteps=2&${small}`);
  await page.getByText('Runs on').waitFor();
  // The page has loaded when it has kept itself for later visits too.
  await page.getByText('opens without a connection too').waitFor();
  await page.waitForLoadState('networkidle');
  const loaded = asked.length;
  await button(page, 'Start').click();
  await button(page, 'Start again').waitFor();
  await page.getByLabel('Prompt').fill('Call me');
  await button(page, 'Generate').click();
  const download = page.waitForEvent('download');
  await button(page, 'Download the model').click();
  await download;
  // Text for the run, and the code of a part that is fetched when asked for.
  for (const url of asked.slice(loaded))
    expect(url.replace(/^blob:.*/, '')).toMatch(/^$|\/data\/[\w.-]+$|\/assets\/[\w-]+\.js$/);
  expect(asked.filter((url) => !url.startsWith(own) && !url.startsWith(`blob:${own}`))).toEqual([]);
  expect(problems).toEqual([]);
  expect([...arrived, ...(await whatLeft())]).toEqual([]);
  await context.close();
  host.close();
});
