/**
 * A run in a browser that is killed twice and resumed ends with the bits of the run that nobody disturbed. Its steps are counted
 * (abacus.ts): what is computed again from the same save is the same in test/train/saved/resume.cpu.test.ts.
 */
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { Notice, RunState, Saved, SavedRun } from '../../../src/protocol.ts';
import { countingScript } from '../setup/abacusPage.ts';
import { KillableBrowser, newProfile, removeProfile } from '../setup/killable.ts';
import { webGpuSwitches } from '../setup/launch.ts';
import type { Command, Finished } from './resumeWorker.ts';

const [baseSteps, continuedSteps] = [200, 14];
const config = resolveConfig({
  preset: 'ci',
  set: [
    `base.steps=${baseSteps}`,
    `continued.steps=${continuedSteps}`,
    'base.schedule.warmupSteps=5',
    'evaluation.rows=1',
    'logEverySteps=1',
  ],
});

interface Message {
  events?: { state?: RunState; saved?: Saved; notices?: Notice[]; step?: number };
  resuming?: SavedRun;
  finished?: Finished;
}

/** A page with the trainer in its worker. */
async function openTrainer(browser: KillableBrowser, siteUrl: string, script: string) {
  const page: Page = await browser.context.newPage();
  const messages: Message[] = [];
  let heard = (): void => {};
  await page.route('**/resume.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>resume</title>' }),
  );
  await page.goto(`${siteUrl}resume.html`);
  await page.exposeFunction('tell', (message: Message) => {
    messages.push(message);
    heard();
  });
  await page.evaluate((code) => {
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });
    const scope = globalThis as unknown as { tell(message: unknown): void; worker: Worker };
    worker.onmessage = ({ data }) => scope.tell(data);
    worker.onerror = ({ message }) => scope.tell({ finished: { state: `error: ${message}` } });
    scope.worker = worker;
  }, script);
  const send = (command: Command): Promise<void> =>
    page.evaluate((sent) => (globalThis as unknown as { worker: Worker }).worker.postMessage(sent, []), command);
  /** The first message there is something in. */
  const until = async <T>(what: (message: Message) => T | undefined): Promise<T> => {
    for (let from = 0; ;) {
      for (; from < messages.length; from++) {
        const found = what(messages[from]!);
        if (found !== undefined) return found;
      }
      await new Promise<void>((resolve) => (heard = resolve));
    }
  };
  return { send, until };
}

test('a killed browser resumes its run, bit for bit', async () => {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  const script = await countingScript('test/browser/runs/resumeWorker.ts');
  const profile = newProfile();
  let browser = await KillableBrowser.launch(profile, webGpuSwitches);
  try {
    const first = await openTrainer(browser, site.url, script);
    await first.send({ kind: 'start', config });
    const whole = await first.until(({ finished }) => finished);
    expect(whole.state).toBe('done');
    expect(whole.losses).toHaveLength(baseSteps + continuedSteps);
    expect(await first.until(({ events }) => events?.saved)).toMatchObject({ step: 0, where: 'opfs' });

    // Saved at a pause, and gone on with past it; the steps since the pause are lost with the browser.
    const second = await openTrainer(browser, site.url, script);
    await second.send({ kind: 'start', config, pausedFrom: 10 });
    const paused = await second.until(({ events }) =>
      events?.saved && events.saved.step > 0 ? events.saved : undefined,
    );
    await second.send({ kind: 'continue', heldFrom: baseSteps - 20 });
    await second.until(({ events }) => (events?.step ?? 0) > paused.step || undefined);
    await browser.kill();

    // Killed again after the base's last step, which saves.
    browser = await KillableBrowser.launch(profile, webGpuSwitches);
    const third = await openTrainer(browser, site.url, script);
    await third.send({ kind: 'resume', heldFrom: baseSteps + 1 });
    const found = await third.until(({ resuming }) => resuming);
    expect(found).toMatchObject({ preset: 'ci', endStep: baseSteps + continuedSteps });
    expect(found.step).toBeGreaterThanOrEqual(paused.step);
    await third.until(({ events }) => (events?.saved && events.saved.step === baseSteps ? true : undefined));
    await browser.kill();

    browser = await KillableBrowser.launch(profile, webGpuSwitches);
    const fourth = await openTrainer(browser, site.url, script);
    await fourth.send({ kind: 'resume' });
    expect((await fourth.until(({ resuming }) => resuming)).step).toBeGreaterThanOrEqual(baseSteps);
    const finished = await fourth.until((message) => message.finished);
    expect(finished.state).toBe('done');
    expect(finished.steps).toEqual(whole.steps);
    expect(finished.losses).toEqual(whole.losses);
    expect(finished.weights).toBe(whole.weights);
  } finally {
    await browser.kill();
    removeProfile(profile);
  }
});
