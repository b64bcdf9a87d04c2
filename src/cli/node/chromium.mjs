import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Folders `parent/<name matching pattern>`, newest version first.
 * @param {string} parent @param {RegExp} pattern @returns {string[]}
 */
function matching(parent, pattern) {
  try {
    return readdirSync(parent)
      .filter((name) => pattern.test(name))
      .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => path.join(parent, name));
  } catch {
    return [];
  }
}

/** Where Playwright keeps the browsers that it downloads. @returns {string} */
function playwrightCache() {
  const { PLAYWRIGHT_BROWSERS_PATH, LOCALAPPDATA } = process.env;
  if (PLAYWRIGHT_BROWSERS_PATH) return PLAYWRIGHT_BROWSERS_PATH;
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library/Caches/ms-playwright');
  if (process.platform === 'win32') return path.join(LOCALAPPDATA ?? os.homedir(), 'ms-playwright');
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'ms-playwright');
}

/** Full Chromium builds in Playwright's cache. @returns {string[]} */
function playwrightBuilds() {
  return matching(playwrightCache(), /^chromium-\d+$/)
    .flatMap((folder) => matching(folder, /^chrome-/))
    .flatMap((folder) => [
      path.join(folder, 'chrome'),
      path.join(folder, 'chrome.exe'),
      path.join(folder, 'Chromium.app/Contents/MacOS/Chromium'),
      path.join(folder, 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing'),
    ]);
}

/** Every place where a Chromium with WebGPU is usually found. @returns {string[]} */
function usualPlaces() {
  const first = playwrightBuilds();
  switch (process.platform) {
    case 'darwin':
      return [
        ...first,
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ];
    case 'win32':
      return [
        ...first,
        ...[process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]
          .filter((folder) => folder !== undefined)
          .flatMap((folder) => [
            path.join(folder, 'Google/Chrome/Application/chrome.exe'),
            path.join(folder, 'Chromium/Application/chrome.exe'),
            path.join(folder, 'Microsoft/Edge/Application/msedge.exe'),
          ]),
      ];
    default:
      return [
        ...first,
        '/usr/lib/chromium/chromium', // Debian
        '/usr/lib/chromium-browser/chromium-browser', // Fedora and others
        '/usr/lib64/chromium-browser/chromium-browser',
        '/opt/google/chrome/chrome',
        '/opt/chromium.org/chromium/chromium',
        '/opt/microsoft/msedge/msedge',
        '/snap/chromium/current/usr/lib/chromium-browser/chrome', // Ubuntu
      ];
  }
}

/** The user's own choice instead of a search, or undefined. */
const chosenPath = () => process.env['CHROMIUM_PATH'] || undefined;

/** The Chromium to use: CHROMIUM_PATH and nothing else when that is set, or the first one found. @returns {string | undefined} */
export function findChromium() {
  const chosen = chosenPath();
  return (chosen === undefined ? usualPlaces() : [chosen]).find((file) => existsSync(file));
}

/**
 * The folder of a Chromium that carries a Vulkan loader and SwiftShader, the software rasteriser, or undefined.
 * Both lie beside the browser's executable on Linux.
 * @returns {string | undefined}
 */
export function findSoftwareVulkan() {
  const chosen = chosenPath(); // may be a start script far from the libraries, so the usual places follow
  return [...(chosen === undefined ? [] : [chosen]), ...usualPlaces()]
    .map((file) => path.dirname(file))
    .find((folder) =>
      ['libvulkan.so.1', 'vk_swiftshader_icd.json'].every((file) => existsSync(path.join(folder, file))),
    );
}

/** The files by which Linux shows a GPU: the kernel's own, NVIDIA's, Windows's below WSL, AMD's for computing. */
export const gpuDeviceFiles = ['/dev/dri/renderD*', '/dev/nvidiactl', '/dev/dxg', '/dev/kfd'];

/** The first of them that is there. @returns {string | undefined} */
export function gpuDeviceFile() {
  return gpuDeviceFiles
    .flatMap((file) => (file.endsWith('*') ? matching(path.dirname(file), /^renderD/) : [file]))
    .find((file) => existsSync(file));
}

/** Whether this machine shows a GPU that a driver may serve. Outside Linux the system always brings an adapter. */
export const seesGpu = () => process.platform !== 'linux' || gpuDeviceFile() !== undefined;
