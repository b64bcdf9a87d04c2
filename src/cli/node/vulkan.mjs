/**
 * Lets Dawn in Node find a Vulkan driver on Linux: the system's for a real GPU, and SwiftShader beside it, which Chromium
 * carries and which Dawn takes only when there is nothing better (it ranks CPU adapters last).
 *
 * Dawn opens "libvulkan.so.1" by name, and the dynamic linker reads LD_LIBRARY_PATH at process start only. A library that is
 * already loaded satisfies that name, though, so it is loaded here by its path and no child process is needed.
 */
import os from 'node:os';
import path from 'node:path';
import { findSoftwareVulkan, gpuDeviceFile, gpuDeviceFiles, seesGpu } from './chromium.mjs';
import { searchDrivers } from './vulkanDrivers.mjs';
import { setupWords } from '../words/setup.mjs';

/** RTLD_NODELETE of <dlfcn.h>: the library stays although Node closes what turns out not to be a Node add-on. */
const RTLD_NODELETE = 0x1000;

/** Loads a shared library for good. @param {string} library a path, or a name for the linker to search @returns {boolean} */
function preload(library) {
  try {
    process.dlopen({ exports: {} }, library, os.constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    // Always thrown: the loader is no add-on. Only this message says that it was loaded.
    return /did not self-register/.test(String(error));
  }
  return true;
}

/** The environment as the user gave it: `loadVulkan` adds to it. */
const given = { ...process.env };

/**
 * Whether Dawn can be asked for an adapter as things are. Drivers that the user named replace all others, the software adapter too:
 * installing that would not help.
 */
export function vulkanAvailable() {
  if (process.platform !== 'linux' || findSoftwareVulkan() !== undefined) return true;
  const { named, manifests } = searchDrivers(given);
  return named !== undefined || (seesGpu() && manifests.length > 0);
}

/** What was looked for on Linux and what was found, in sentences, for whoever is left without an adapter. @returns {string} */
export function describeSearch() {
  const { named, places, manifests } = searchDrivers(given);
  const software = findSoftwareVulkan();
  return [
    setupWords.deviceFile(gpuDeviceFile(), gpuDeviceFiles),
    named ? setupWords.namedDrivers(`${named.variable}=${named.value}`) : setupWords.searchedDrivers(places),
    setupWords.drivers(manifests),
    setupWords.softwareAdapter(software),
  ].join(' ');
}

let loaded = false;

/** Before Dawn's `create`. Does nothing the second time, nor outside Linux. */
export function loadVulkan() {
  if (loaded || process.platform !== 'linux') return;
  loaded = true;
  const software = findSoftwareVulkan();
  if (software === undefined) return; // Dawn looks for the system's loader by itself
  // Added to the system's drivers, not instead of them; a VK_DRIVER_FILES of the user's still overrides both.
  const icd = path.join(software, 'vk_swiftshader_icd.json');
  const added = process.env['VK_ADD_DRIVER_FILES'];
  process.env['VK_ADD_DRIVER_FILES'] = added ? `${added}${path.delimiter}${icd}` : icd;
  // A GPU's driver belongs with the system's loader. Without a GPU the Chromium's own comes first: system loaders older than
  // 1.3.207 do not know VK_ADD_DRIVER_FILES.
  const own = path.join(software, 'libvulkan.so.1');
  const system = 'libvulkan.so.1';
  (seesGpu() ? [system, own] : [own, system]).some(preload);
}
