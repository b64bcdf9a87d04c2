/**
 * Where the Vulkan loader finds drivers on Linux. A driver is registered by a manifest, a .json file; the loader searches in the order
 * below (KhronosGroup/Vulkan-Loader, docs/LoaderDriverInterface.md, "Driver Discovery on Linux").
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** @typedef {Record<string, string | undefined>} Environment */
/** @typedef {{ variable: string, value: string }} Named the variable that replaces the search, and what it holds */
/** @typedef {{ named: Named | undefined, places: string[], manifests: string[] }} DriverSearch places: files and folders, in order */
/** @typedef {{ entries(folder: string): string[] | undefined, exists(file: string): boolean }} Files entries: undefined unless a folder */

/** @type {Files} */
const disk = {
  entries(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return undefined;
    }
  },
  exists: (file) => existsSync(file),
};

/** Paths of a list like PATH's. @param {string} list @returns {string[]} */
const split = (list) => list.split(':').filter((place) => place !== '');

/** The folders searched where no variable names drivers. @param {Environment} env @returns {string[]} */
function searchedFolders(env) {
  /** A variable's folders, or the default where it is unset or empty. @param {string} name @param {string} otherwise */
  const folders = (name, otherwise) => split(env[name] || otherwise);
  /** @param {string} name */
  const inHome = (name) => (env['HOME'] ? path.posix.join(env['HOME'], name) : '');
  return [
    ...folders('XDG_CONFIG_HOME', inHome('.config')),
    ...folders('XDG_CONFIG_DIRS', '/etc/xdg'),
    // Chosen when the loader was compiled: distributions take /etc, a loader built from its sources /usr/local/etc first.
    '/usr/local/etc',
    '/etc',
    ...folders('XDG_DATA_HOME', inHome('.local/share')),
    ...folders('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
    '/run/opengl-driver/share', // NixOS's loader, after all others
  ].map((folder) => path.posix.join(folder, 'vulkan/icd.d'));
}

/**
 * Where the loader looks and what it finds. VK_DRIVER_FILES, or its old name VK_ICD_FILENAMES, replaces the search by files and
 * folders of its own, and then VK_ADD_DRIVER_FILES, which else comes first, does not count.
 * @param {Environment} env
 * @param {Files} [files]
 * @returns {DriverSearch}
 */
export function searchDrivers(env, files = disk) {
  const variable = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].find((name) => env[name]);
  const value = variable === undefined ? undefined : env[variable];
  const named = variable === undefined || value === undefined ? undefined : { variable, value };
  const places = named ? split(named.value) : [...split(env['VK_ADD_DRIVER_FILES'] ?? ''), ...searchedFolders(env)];
  const manifests = places.flatMap((place) => {
    const entries = files.entries(place)?.map((name) => path.posix.join(place, name));
    return (entries ?? (files.exists(place) ? [place] : [])).filter((file) => file.endsWith('.json'));
  });
  return { named, places, manifests };
}
