/** Every browser of the tests: other names than this machine's own lead to the sink, and what arrives there fails the file (test/setup/browser.ts). */
import { chromium, type Browser } from 'playwright-core';
import { findChromium, seesGpu } from '../../../src/cli/node/chromium.mjs';
import { patience } from '../../patience.ts';
import { arrivedPath, openSink } from '../../setup/sink.ts';

/** Each process its own: files run beside each other. */
const sink = await openSink();

/** Switches that lead every way out to the sink, but to this machine's names and to `reachable`. */
const toTheSink = (reachable: readonly string[]): string[] => [
  '--disable-component-update',
  `--host-resolver-rules=MAP * 127.0.0.1:${sink.port}, ${['127.0.0.1', 'localhost', ...reachable].map((host) => `EXCLUDE ${host}`).join(', ')}`,
];

/**
 * The list that Playwright gives, whose place a second one takes (its ids: coreBundle's disabledFeatures), and what costs every window
 * renderers that nobody sees here: one in reserve, and those of the browser's own buttons and of the address bar's two lists, which are pages.
 * The lists alone are a second of the processor a window.
 */
const disabled = [
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'LensOverlay',
  'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints',
  'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch', 'Translate',
  'SpareRendererForSitePerProcess', 'WebUIToolbar', 'WebUIReloadButton', 'InitialWebUI', 'PreloadTopChromeWebUI',
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
]; // prettier-ignore

/** Switches of every browser of the tests. */
export const usualSwitches = (reachable: readonly string[] = []): string[] => [
  `--disable-features=${disabled.join(',')}`,
  ...toTheSink(reachable),
];

export const executable = (): string => {
  const found = findChromium();
  if (found === undefined) throw new Error('No Chromium found: npm test installs one, or set CHROMIUM_PATH.');
  return found;
};

/** `without`: switches that Playwright sets by itself. Whatever its pages wait for, they wait for with the tests' patience. */
export async function launchBrowser(
  switches: readonly string[] = [],
  without: string[] = [],
  reachable: readonly string[] = [],
): Promise<Browser> {
  const args = [...switches, ...usualSwitches(reachable)];
  const browser = await chromium.launch({
    executablePath: executable(),
    args,
    ignoreDefaultArgs: without,
    timeout: patience,
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patience);
    return context;
  };
  return browser;
}

/** WebGPU in a headless Chromium: behind a switch on Linux, and on SwiftShader where the machine has no GPU. */
export const webGpuSwitches = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  ...(seesGpu() ? [] : ['--use-webgpu-adapter=swiftshader']),
];

const shared = new Map<string, Promise<Browser>>();

/** The one browser with these switches for all files of this process; it ends with the process. Contexts are a test's own. */
export function sharedBrowser(switches: readonly string[] = []): Promise<Browser> {
  const key = switches.join(' ');
  let browser = shared.get(key);
  if (!browser) shared.set(key, (browser = launchBrowser(switches)));
  return browser;
}

/** What left the browsers of this process since it was last asked. */
export async function whatLeft(): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${sink.port}${arrivedPath}`);
  return (await response.json()) as string[];
}
