/** Where the bench runs: this process with Dawn, or a headless Chromium. Both offer one laboratory and one CPU clock. */
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, preview } from 'vite';
import { findChromium, seesGpu } from '../../../src/cli/node/chromium.mjs';
import { describeAdapter } from '../../../src/cli/describeAdapter.ts';
import { openBackend } from '../../../src/cli/node/backend.ts';
import { openNodeDevice } from '../../../src/cli/node/dawn.ts';
import { describeSearch } from '../../../src/cli/node/vulkan.mjs';
import { projectRoot } from '../../../src/cli/node/project.mjs';
import type { AdapterReport } from '../../../src/protocol.ts';
import { GpuBackend } from '../../../src/train/backends/gpu.ts';
import { UserError } from '../../../src/util/errors.ts';
import { isolationHeaders } from '../../../src/util/isolation.mjs';
import { chromiumFlags } from './chromiumFlags.ts';
import { cpuSecondsOfProcess, cpuSecondsOfTree } from './cpuTime.ts';
import { type Burst, type Depth, Laboratory, type OpenReport, type Work } from './laboratory.ts';
import type { BenchPage } from './page.ts';
import { onProcessor, rekindle } from '../rekindle.ts';
import type { KernelShare } from './subject.ts';
import { within } from './within.ts';

/** A subject of a host: the engine it belongs to, and its number in that engine's laboratory. */
export interface Handle {
  engine: string;
  id: number;
}

export interface Host {
  name: 'Dawn for Node' | 'Chromium';
  adapter: string;
  software: boolean;
  open(engine: string, work: Work): Promise<OpenReport>;
  burst(handle: Handle, seconds: number, depth: Depth): Promise<Burst>;
  kernels(handle: Handle): Promise<KernelShare[]>;
  close(handle: Handle): Promise<void>;
  /** Ends an engine that does not answer; the next opening starts it anew. Not every host can. */
  abandon?(engine: string): Promise<void>;
  /** Of everything that computes, or null where the system does not tell. */
  cpuSeconds(): number | null;
  end(): Promise<void>;
}

export async function dawnHost(): Promise<Host> {
  const backend = new GpuBackend(await openNodeDevice());
  const { report } = backend;
  const laboratory = new Laboratory({
    rekindle: async () => rekindle(async () => backend),
    half: async () => rekindle(async () => backend, 'f16'),
    cpu: async () => onProcessor(() => openBackend('cpu')),
    plain: async () => rekindle(async () => new GpuBackend(await openNodeDevice({ features: [] }))),
  });
  return {
    name: 'Dawn for Node',
    adapter: describeAdapter(report),
    software: report.software,
    open: (engine, work) => laboratory.open(engine, work),
    burst: ({ id }, seconds, depth) => laboratory.burst(id, seconds, depth),
    kernels: ({ id }) => laboratory.kernels(id),
    close: async ({ id }) => laboratory.close(id),
    cpuSeconds: cpuSecondsOfProcess,
    end: async () => undefined,
  };
}

const benchPage = 'test/bench/setup/page.html';

/** Longest wait for the work of a peer that was given up, s: what it had submitted goes on, and would count as another's. */
const longestQuiet = 180;

/** Waits until the process tree rests: less than a tenth of a core for a second. */
async function quiet(): Promise<void> {
  const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  for (let waited = 0; waited < longestQuiet; waited++) {
    const before = cpuSecondsOfTree();
    await pause(1);
    if (before === null || cpuSecondsOfTree()! - before < 0.1) return;
  }
}

/** Page and peers as one build, in `built` if that was built before, served on a free port. */
async function servePage(built?: string): Promise<{ url: string; end: () => Promise<void> }> {
  const outDir = built === undefined ? path.join(projectRoot, 'out/bench') : path.resolve(built);
  const settings = { root: projectRoot, configFile: false, publicDir: false, logLevel: 'error' } as const;
  if (built === undefined)
    await build({
      ...settings,
      build: {
        outDir,
        emptyOutDir: true,
        target: 'es2023',
        minify: false, // stack traces of peers that fail
        chunkSizeWarningLimit: 10_000,
        rollupOptions: { input: path.join(projectRoot, benchPage) },
      },
    });
  const server = await preview({ ...settings, build: { outDir }, preview: { port: 0, headers: isolationHeaders } });
  return { url: server.resolvedUrls!.local[0]! + benchPage, end: () => server.close() };
}

/** Longest wait for a browser's adapter, s. Switches that a driver does not bear leave it without an answer. */
const adapterPatience = 30;

interface OpenedBrowser {
  browser: Browser;
  /** The page that answered; ours is measured in it. */
  page: Page;
  report: AdapterReport;
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in globalThis);
  return page;
}

/** A headless Chromium with these switches and the adapter that its page finds, or why there is none. */
async function launch(executablePath: string, args: string[], url: string): Promise<OpenedBrowser | string> {
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await openPage(browser, url);
    const report = page.evaluate(() => (globalThis as unknown as { bench: BenchPage }).bench.adapter());
    return { browser, page, report: (await within(report, adapterPatience)) as AdapterReport };
  } catch (error) {
    await browser.close();
    return error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
}

/** On the GPU where the machine shows one and Chromium finds it; else on the software adapter, after saying what was tried. */
async function openBrowser(executablePath: string, url: string, gpu: boolean): Promise<OpenedBrowser> {
  if (gpu) {
    const flags = chromiumFlags('hardware');
    const opened = await launch(executablePath, flags, url);
    if (typeof opened !== 'string' && !opened.report.software) return opened;
    const found = typeof opened === 'string' ? opened : describeAdapter(opened.report);
    if (typeof opened !== 'string') await opened.browser.close();
    console.log(
      `no GPU in Chromium, started with ${flags.join(' ')}: ${found}. ${describeSearch()} Going on with the software adapter.`,
    );
  }
  const opened = await launch(executablePath, chromiumFlags('software'), url);
  if (typeof opened === 'string')
    throw new UserError(`Chromium has no WebGPU adapter (${opened}). ${describeSearch()}`);
  return opened;
}

export async function browserHost(built?: string, gpu = seesGpu()): Promise<Host> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new UserError('No Chromium found: npm test installs one, or set CHROMIUM_PATH.');
  const site = await servePage(built);
  const { browser, page: ours, report } = await openBrowser(executablePath, site.url, gpu);
  // A page for every engine: two builds of TensorFlow.js in one page share a registry of kernels and break each other.
  const pages = new Map([['rekindle', Promise.resolve(ours)]]);
  const pageOf = (engine: string): Promise<Page> => {
    let page = pages.get(engine);
    if (!page) {
      page = openPage(browser, site.url);
      pages.set(engine, page);
    }
    return page;
  };
  /** Calls the laboratory of an engine's page; what it throws arrives with the page's own stack. */
  const call = async <K extends 'open' | 'burst' | 'kernels' | 'close'>(
    engine: string,
    method: K,
    args: Parameters<Laboratory[K]>,
  ): Promise<Awaited<ReturnType<Laboratory[K]>>> => {
    const page = await pageOf(engine);
    const outcome = await page.evaluate(
      async ([name, given]) => {
        const { laboratory } = (globalThis as unknown as { bench: BenchPage }).bench;
        try {
          return { value: await (laboratory[name] as (...all: unknown[]) => unknown)(...(given as unknown[])) };
        } catch (error) {
          return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
        }
      },
      [method, args] as const,
    );
    if ('error' in outcome) throw new Error(outcome.error);
    return outcome.value as Awaited<ReturnType<Laboratory[K]>>;
  };
  const closePage = async (engine: string): Promise<void> => {
    const page = await pages.get(engine);
    pages.delete(engine);
    await page?.close();
  };
  return {
    name: 'Chromium',
    adapter: `${describeAdapter(report)}; Chromium ${browser.version()}`,
    software: report.software,
    open: (engine, work) => call(engine, 'open', [engine, work]),
    burst: ({ engine, id }, seconds, depth) => call(engine, 'burst', [id, seconds, depth]),
    kernels: ({ engine, id }) => call(engine, 'kernels', [id]),
    // A peer starts afresh with every work: genai-nanogpt, for one, stumbles over the text it stored the time before.
    close: ({ engine, id }) => (engine === 'rekindle' ? call(engine, 'close', [id]) : closePage(engine)),
    async abandon(engine) {
      await closePage(engine);
      await quiet();
    },
    cpuSeconds: cpuSecondsOfTree,
    async end() {
      await browser.close();
      await site.end();
    },
  };
}
