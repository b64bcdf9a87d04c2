/**
 * The built page with the worker of test/ui/fake, as a fresh profile has it. What it complains of fails the test that opened it. Tests
 * share a window, whose site is emptied between them: opening one costs the processor twice what the page in it does. The worker comes
 * from a server of our own in the place of the real one, for a request that a debugger answers costs as much as three of a server's.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { RECORDED_RUN } from '../../../src/recipe/results/recordedRun.ts';
import { newPlayer, playedScript } from '../../ui/fake/play.ts';
import { nothing, nothingPage } from '../../setup/nothing.ts';
import { recordedFiles } from '../../ui/fake/recorded.ts';
import type { Scenario } from '../../ui/fake/trainer.worker.ts';
import { emptied } from './emptied.ts';
import { tell } from './harness.ts';
import { builtSite, Host } from './host.ts';
import { sharedBrowser } from './launch.ts';
import { workerScript } from './workerScript.ts';

export const playing = (): Promise<Browser> => sharedBrowser();

interface Options extends BrowserContextOptions {
  /** What follows the site's address. */
  address?: string;
  /** Run in the page before its own scripts. */
  before?: () => void;
}

const VIEWPORT = { width: 1280, height: 720 };
let stage: { host: Host; url: string } | undefined;
let shared: Page | undefined;

/** Where the page is played by a scenario until the next one is asked for; `html`: another page than the built one. */
export async function playedAt(scenario: Scenario, html?: string): Promise<string> {
  if (stage === undefined) {
    const host = new Host();
    host.mayBeKept = (name) => /^assets\/(?!trainer|align)/.test(name);
    stage = { host, url: await host.open() };
  }
  const files = new Map(builtSite());
  const worker = [...files.keys()].filter((name) => name.includes('trainer.worker'));
  if (worker.length !== 1)
    throw new Error(`The built page has ${worker.length} trainer's workers, not one: ${worker.join(', ')}`);
  files.set(worker[0]!, await playedScript(scenario));
  const aligning = [...files.keys()].find((name) => name.includes('align.worker'));
  if (scenario.align && aligning) files.set(aligning, await workerScript('test/ui/fake/align.worker.ts'));
  // As a server without the files answers; some send their front page instead of a 404.
  const recorded = scenario.recorded ? await recordedFiles() : {};
  files.set('results/index.json', '<!doctype html>');
  files.set(nothing, nothingPage);
  for (const [name, json] of Object.entries(recorded)) files.set(`results/${name}`, JSON.stringify(json));
  // Played over again in every test it would be most of what a page does.
  if (!scenario.firstVisit) files.set(RECORDED_RUN, 'null');
  if (html !== undefined) files.set('index.html', html);
  stage.host.files = files;
  return stage.url;
}

/** Leaves the page and empties what its site has stored. */
export const forget = (page: Page): Promise<void> => emptied(page, stage!.url);

/** A page of the shared window, with nothing in it and nothing kept. */
async function emptyPage(): Promise<Page> {
  if (shared === undefined)
    return (shared = await newPlayer(await (await playing()).newContext({ viewport: VIEWPORT })));
  await forget(shared);
  await shared.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: null, media: null });
  await shared.setViewportSize(VIEWPORT);
  return shared;
}

/** A test that asks for a window of its own kind has one of its own. */
export async function withPlayed(
  scenario: Scenario,
  use: (page: Page) => Promise<void>,
  options: Options = {},
): Promise<void> {
  const { address = '', before, ...rest } = options;
  const url = await playedAt(scenario);
  const own = before !== undefined || Object.keys(rest).length > 0;
  const page = own
    ? await newPlayer(await (await playing()).newContext({ viewport: VIEWPORT, ...rest }))
    : await emptyPage();
  const context = page.context();
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(text);
  context.on('console', (message) => message.type() === 'error' && complain(message.text()));
  context.on('weberror', (error) => complain(String(error.error())));
  let done = false;
  try {
    if (before) await context.addInitScript(before);
    await page.goto(url + address);
    await use(page);
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
    done = true;
  } catch (error) {
    await tell(page);
    throw error;
  } finally {
    context.removeAllListeners('console');
    context.removeAllListeners('weberror');
    // After a failure nobody knows what is left in it.
    if (own || !done) await context.close();
    if (!own && !done) shared = undefined;
  }
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
