/** Where the bench runs: this process with Dawn, or a headless Chromium. Both offer one laboratory and one CPU clock. */
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { build, preview } from 'vite';
import { findChromium, seesGpu } from '../../src/cli/node/chromium.mjs';
import { describeAdapter, openNodeDevice } from '../../src/cli/node/dawn.ts';
import { projectRoot } from '../../src/cli/node/project.mjs';
import type { AdapterReport } from '../../src/protocol.ts';
import { UserError } from '../../src/util/errors.ts';
import { cpuSecondsOfProcess, cpuSecondsOfTree } from './cpuTime.ts';
import { type Burst, Laboratory, type OpenReport, type Work } from './laboratory.ts';
import type { BenchPage } from './page.ts';
import { rekindle } from './rekindle.ts';
import type { KernelShare } from './subject.ts';

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
  burst(handle: Handle, seconds: number): Promise<Burst>;
  kernels(handle: Handle): Promise<KernelShare[]>;
  close(handle: Handle): Promise<void>;
  /** Ends an engine that does not answer; the next opening starts it anew. Not every host can. */
  abandon?(engine: string): Promise<void>;
  /** Of everything that computes, or null where the system does not tell. */
  cpuSeconds(): number | null;
  end(): Promise<void>;
}

export async function dawnHost(): Promise<Host> {
  const { device, report } = await openNodeDevice();
  const { software } = report;
  const laboratory = new Laboratory({
    rekindle: async () => rekindle(async () => ({ device, software })),
    half: async () => rekindle(async () => ({ device, software }), 'f16'),
    plain: async () => rekindle(async () => ({ device: (await openNodeDevice({ features: [] })).device, software })),
  });
  return {
    name: 'Dawn for Node',
    adapter: describeAdapter(report),
    software,
    open: (engine, work) => laboratory.open(engine, work),
    burst: ({ id }, seconds) => laboratory.burst(id, seconds),
    kernels: ({ id }) => laboratory.kernels(id),
    close: async ({ id }) => laboratory.close(id),
    cpuSeconds: cpuSecondsOfProcess,
    end: async () => undefined,
  };
}

const benchPage = 'test/bench/page.html';

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

/** Page and peers as one build, served on a free port. */
async function servePage(): Promise<{ url: string; end: () => Promise<void> }> {
  const outDir = path.join(projectRoot, 'out/bench');
  const settings = { root: projectRoot, configFile: false, publicDir: false, logLevel: 'error' } as const;
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
  const server = await preview({ ...settings, build: { outDir }, preview: { port: 0 } });
  return { url: server.resolvedUrls!.local[0]! + benchPage, end: () => server.close() };
}

export async function browserHost(): Promise<Host> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new UserError('No Chromium found: npm test installs one, or set CHROMIUM_PATH.');
  const site = await servePage();
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--enable-unsafe-webgpu',
      '--enable-features=Vulkan',
      '--disable-dawn-features=timestamp_quantization', // rounds to 0.1 ms, longer than most kernels run
      '--no-sandbox', // keeps every process below this one in the process tree
      ...(seesGpu() ? [] : ['--use-webgpu-adapter=swiftshader']),
    ],
  });
  // A page for every engine: two builds of TensorFlow.js in one page share a registry of kernels and break each other.
  const pages = new Map<string, Promise<Page>>();
  const pageOf = (engine: string): Promise<Page> => {
    let page = pages.get(engine);
    if (!page) {
      page = browser.newPage().then(async (fresh) => {
        await fresh.goto(site.url);
        await fresh.waitForFunction(() => 'bench' in globalThis);
        return fresh;
      });
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
  const ours = await pageOf('rekindle');
  const report = (await ours.evaluate(() =>
    (globalThis as unknown as { bench: BenchPage }).bench.adapter(),
  )) as AdapterReport;
  return {
    name: 'Chromium',
    adapter: `${describeAdapter(report)}; Chromium ${browser.version()}`,
    software: report.software,
    open: (engine, work) => call(engine, 'open', [engine, work]),
    burst: ({ engine, id }, seconds) => call(engine, 'burst', [id, seconds]),
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
