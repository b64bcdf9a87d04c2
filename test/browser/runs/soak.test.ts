/**
 * A long run in a worker of a page: nothing of it is left over, nothing grows, and no number raises an alarm without a cause. Short here;
 * `npm run soak` runs it at length, and one whose device is taken away and whose page is reloaded again and again.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { RunConfig } from '../../../src/config/run.ts';
import type { Notice, NoticeCode } from '../../../src/protocol.ts';
import { patience } from '../../patience.ts';
import { KillableBrowser, newProfile, removeProfile } from '../setup/killable.ts';
import { webGpuSwitches } from '../setup/launch.ts';
import type { SoakCommand, SoakEnd } from './soakWorker.ts';
import { workerScript } from '../setup/workerScript.ts';

const steps = Number(process.env.SOAK_STEPS ?? 60);
const [losses, reloads] = [Number(process.env.SOAK_LOSSES ?? 0), Number(process.env.SOAK_RELOADS ?? 0)];
/** Steps from one disturbance to the next: more than there are from one save to the next. */
const [apart, saveEvery] = [12, 8];
/** Reports of a run. */
const reports = 120;
/** MB; of the GPU process, last third against first, and of the heap, a thousand steps (reliability.md G7). */
const [mostGpuGrowth, mostHeapSlope] = [16, 1];
/** Advice about rates and batches: true of a long run at a rate that never falls, and no alarm about its numbers. */
const advice: readonly NoticeCode[] = [
  'clip-rate',
  'gradient-spike',
  'plateau',
  'update-ratio',
  'dead-units',
  'attention-scores',
];
/** Below this many steps, compiling and warming up are most of what memory does. */
const long = 5000;

const continuedSteps = 8;

const configOf = (baseSteps: number, everySteps: number): RunConfig =>
  resolveConfig({
    preset: 'ci',
    set: [
      `base.steps=${baseSteps}`,
      `continued.steps=${continuedSteps}`,
      `base.schedule.warmupSteps=${Math.min(50, Math.floor(baseSteps / 4))}`,
      'logEverySteps=1',
      `evaluation.everySteps=${everySteps}`,
      'evaluation.rows=4',
    ],
  });

interface Message {
  step?: number;
  notice?: Notice;
  failed?: string;
  from?: number | null;
  end?: Partial<SoakEnd> & { state: string };
}

/** Memory after a step, MB: of Chromium's GPU process, and of the worker's JavaScript objects that are still reachable. */
interface Point {
  step: number;
  gpu: number;
  heap: number;
}

interface Opened {
  page: Page;
  send: (command: SoakCommand) => Promise<void>;
}

/** A page with the worker, which tells `hear`. */
async function openSoak(siteUrl: string, script: string, hear: (message: Message) => void): Promise<Opened> {
  const page = await browser.context.newPage();
  await page.route('**/soak.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>soak</title>' }),
  );
  await page.exposeFunction('tell', hear);
  await page.goto(`${siteUrl}soak.html`);
  const send = (command: SoakCommand) =>
    page.evaluate(
      ({ code, sent }) => {
        const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), {
          type: 'module',
        });
        const { tell } = globalThis as unknown as { tell(message: unknown): void };
        worker.onmessage = ({ data }) => tell(data);
        worker.onerror = ({ message }) => tell({ end: { state: `error: ${message}` } });
        worker.postMessage(sent, []);
      },
      { code: script, sent: command },
    );
  return { page, send };
}

const profile = newProfile();
let browser: KillableBrowser;
beforeAll(async () => void (browser = await KillableBrowser.launch(profile, webGpuSwitches)));
afterAll(async () => {
  await browser?.kill();
  removeProfile(profile);
});

async function inBrowser(use: (siteUrl: string, script: string) => Promise<void>): Promise<void> {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  await use(site.url, await workerScript('test/browser/runs/soakWorker.ts'));
}

/** MB of objects that are alive in a page's worker: what the debugger says after a collection. */
async function watchHeap(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  const attached = new Promise<string>((resolve) =>
    session.on('Target.attachedToTarget', ({ sessionId }) => resolve(sessionId)),
  );
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await attached;
  let calls = 0;
  const ask = (method: string): Promise<{ usedSize?: number }> => {
    const id = ++calls;
    return new Promise((resolve) => {
      const hear = ({ message }: { message: string }): void => {
        const answer = JSON.parse(message) as { id?: number; result?: { usedSize?: number } };
        if (answer.id !== id) return;
        session.off('Target.receivedMessageFromTarget', hear);
        resolve(answer.result ?? {});
      };
      session.on('Target.receivedMessageFromTarget', hear);
      void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    });
  };
  return async () => {
    await ask('HeapProfiler.collectGarbage');
    return ((await ask('Runtime.getHeapUsage')).usedSize ?? 0) / 2 ** 20;
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const third = <T>(values: readonly T[], which: number): T[] =>
  values.slice(Math.floor((which * values.length) / 3), Math.floor(((which + 1) * values.length) / 3));

/** Of the line of least squares through the heap, MB a thousand steps. */
function heapSlope(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(({ step }) => step), mean(({ heap }) => heap)];
  const above = points.reduce((sum, { step, heap }) => sum + (step - x) * (heap - y), 0);
  const below = points.reduce((sum, { step }) => sum + (step - x) ** 2, 0);
  return (above / below) * 1000;
}

test(`${steps} steps leave nothing and raise no alarm`, { timeout: 5 * patience + steps * 500 }, () =>
  inBrowser(async (siteUrl, script) => {
    const notices: Notice[] = [];
    const points: Point[] = [];
    /** A save that fails costs a run nothing but that save: a disk under load takes its time. */
    const unsaved: string[] = [];
    const measured: Promise<void>[] = [];
    const end = await new Promise<NonNullable<Message['end']>>((resolve) => {
      let heapOf: Promise<() => Promise<number>> | null = null;
      const hear = ({ step, notice, failed, end: ended }: Message): void => {
        if (step !== undefined) measured.push(measure(step));
        if (notice) notices.push(notice);
        if (failed !== undefined) unsaved.push(failed);
        if (ended) resolve(ended);
      };
      const measure = async (step: number): Promise<void> => {
        const gpu = browser.residentMegabytes('gpu-process');
        const heap = await (await heapOf!)();
        points.push({ step, gpu, heap });
      };
      const begin = async (): Promise<void> => {
        const { page, send } = await openSoak(siteUrl, script, hear);
        await send({
          config: configOf(steps, Math.ceil(steps / 3)),
          name: 'steps',
          lose: [],
          every: Math.max(10, Math.floor(steps / reports)),
          saveEvery: Math.min(100, steps / 2),
        });
        heapOf = watchHeap(page);
      };
      void begin();
    });
    await Promise.all(measured);
    const settled = points.filter(({ step }) => step >= Math.min(1000, steps / 2)); // kernels of evaluations are compiled by then
    const [first, last] = [
      median(third(settled, 0).map(({ gpu }) => gpu)),
      median(third(settled, 2).map(({ gpu }) => gpu)),
    ];
    const slope = heapSlope(settled);
    const alarms = notices.filter(({ code }) => !advice.includes(code));
    console.log(
      `${steps} steps: GPU process ${first.toFixed(0)} → ${last.toFixed(0)} MB, heap ` +
        `${settled[0]!.heap.toFixed(1)} → ${settled.at(-1)!.heap.toFixed(1)} MB (${slope.toFixed(3)} MB a thousand steps), ` +
        `GPU buffers ${end.bytesBefore} → ${end.bytesAfter} bytes, ${alarms.length} alarms, ${notices.length - alarms.length} pieces of advice, ${unsaved.length} saves failed ${[...new Set(unsaved.map((why) => why.replace(/^Step \d+/, 'Step N')))].join(' ')}`,
    );
    expect(end.state).toBe('done');
    expect(end.logged).toBe(steps + continuedSteps);
    expect(alarms.map(({ message }) => message)).toEqual([]);
    expect(end.bytesBefore).toBeGreaterThan(0);
    expect(end.bytesAfter).toBe(0);
    expect([first > 10, settled.at(-1)!.heap > 1]).toEqual([true, true]); // it was measured
    if (steps < long) return;
    expect(last - first).toBeLessThanOrEqual(mostGpuGrowth);
    expect(slope).toBeLessThanOrEqual(mostHeapSlope);
  }),
);

const disturbances = losses + reloads;
/** Without any: what is counted comes back to the same bits in recover.test.ts, what is computed in supervisor.gpu.test.ts and resume.cpu.test.ts. */
test.each(disturbances > 0 ? [[losses, reloads]] : [])(
  '%i lost devices and %i reloads end with the same bits',
  { timeout: 5 * patience + disturbances * 60_000 },
  () =>
    inBrowser(async (siteUrl, script) => {
      const config = configOf((disturbances + 1) * apart, 0);
      // Evenly mixed: reload number r comes before disturbance r · (disturbances / reloads).
      const reloadAt = Array.from({ length: reloads }, (_, r) => Math.floor((r * disturbances) / reloads) + 1);
      const all = Array.from({ length: disturbances }, (_, i) => i + 1);
      const lose = all.filter((i) => !reloadAt.includes(i)).map((i) => i * apart);
      const left = reloadAt.map((i) => i * apart);
      let lost = 0;
      let resumed = 0;
      const finish = async (
        name: string,
        loseAt: number[],
        reloadSteps: number[],
      ): Promise<NonNullable<Message['end']>> => {
        let hear: (message: Message) => void = () => {};
        const { page, send } = await openSoak(siteUrl, script, (message) => hear(message));
        for (;;) {
          const end = await new Promise<NonNullable<Message['end']> | 'reload'>((resolve) => {
            hear = ({ step, notice, from, end: ended }) => {
              if (notice?.code === 'gpu-lost') lost++;
              else if (notice && !advice.includes(notice.code)) resolve({ state: notice.message });
              if (typeof from === 'number') resumed++;
              if (step !== undefined && reloadSteps.length > 0 && step >= reloadSteps[0]!) resolve('reload');
              if (ended) resolve(ended);
            };
            void send({ config, name, lose: loseAt, every: 1, saveEvery });
          });
          hear = () => {};
          if (end !== 'reload') {
            await page.close();
            return end;
          }
          reloadSteps.shift();
          await page.reload();
        }
      };
      const whole = await finish('whole', [], []);
      expect([whole.state, lost, resumed]).toEqual(['done', 0, 0]);
      const disturbed = await finish('disturbed', lose, left);
      console.log(`${lost} lost devices and ${resumed} resumes, ${disturbed.logged} steps`);
      expect(disturbed.state).toBe('done');
      // A reload goes back to a save, and a device that was taken away after it is taken away again.
      expect(lost).toBeGreaterThanOrEqual(losses);
      expect(resumed).toBe(reloads);
      expect(disturbed.logged).toBe(whole.logged);
      expect(disturbed.losses).toBe(whole.losses);
      expect(disturbed.pools).toBe(whole.pools);
    }),
);
