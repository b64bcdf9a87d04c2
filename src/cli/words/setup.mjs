/** What `npm start` and the installers say before any TypeScript can run. */

export const setupWords = {
  usage: `npm start -- [options]   builds the page, serves it and opens it

  --no-open   leave the browser alone
  --port N    4173 by default; 0: any free one
  --host      for other machines too, over http: without WebGPU there
  --class     for a class on the local network, over https
  --built DIR serves a page built before, at once

Example: npm start -- --class --port 8443`,
  /** @param {string} given */
  port: (given) => `--port ${given} is not a port; give a number from 0 to 65535.`,
  /** @param {number} port */
  portTaken: (port) => `Port ${port} is taken: give another one with --port.`,
  /** @param {readonly string[]} urls */
  runsAt: (urls) => `Rekindle runs at ${urls.join(' or ')}`,
  stop: '  Ctrl+C stops it. Working on the code? npm run dev reloads the page at every change.',

  noNetwork: '  This machine is not on a network: connect it, and start again.',
  /** @param {readonly string[]} urls */
  classAt: (urls) => `  The class opens ${urls.join(' or ')}`,
  certificate:
    '  Browsers warn once, because this machine made its own certificate: choose Advanced, then Proceed. Nothing leaves the room.',

  buildingData: 'Building the data shards …',
  /** @param {string} why @param {string} builder */
  noData: (why, builder) =>
    `The data shards could not be built (${why}): fix what is said above, then run node src/cli/run.mjs ${builder}`,
  installingPackages: 'Installing npm packages (npm ci) …',
  /** @param {string} why */
  noPackages: (why) =>
    `npm could not install the packages of package-lock.json (${why}): fix what it says above and try again.`,
  /** @param {number | undefined} seconds */
  timedOut: (seconds) => `not done after ${seconds} s`,
  /** @param {string} signal */
  signal: (signal) => `ended by ${signal}`,
  /** @param {number | null} code */
  exitCode: (code) => `exit code ${code}`,

  notDebian: 'this system is not Debian',
  needsRoot: 'needs root or a sudo without a password',
  debianPackage: 'Debian package',
  playwrightBuild: "Playwright's build",
  /** @param {string} chosen */
  noChosen: (chosen) => `CHROMIUM_PATH names ${chosen}, which does not exist: correct it or unset it.`,
  /** @param {string} way */
  installingChromium: (way) => `No Chromium found. Installing one (${way}) …`,
  elsewhere: 'installed, but in another place than expected',
  /** @param {string} why */
  failed: (why) => `  failed: ${why}`,
  /** @param {string} failures */
  noChromium: (failures) =>
    `No Chromium was found and none could be installed (${failures}): install Chromium or Google Chrome yourself, or set CHROMIUM_PATH to one.`,

  noNullDevice: 'Dawn offers no null adapter: is the package "webgpu" of package-lock.json installed?',
  /** @param {string | undefined} found @param {readonly string[]} places */
  deviceFile: (found, places) => `GPU device file: ${found ?? `none (looked for ${places.join(', ')})`}.`,
  /** @param {string} variable */
  namedDrivers: (variable) => `${variable} replaces the search for Vulkan drivers and the software adapter.`,
  /** @param {readonly string[]} places */
  searchedDrivers: (places) =>
    `Vulkan drivers were looked for in ${places.join(', ')}; VK_DRIVER_FILES and VK_ICD_FILENAMES are not set.`,
  /** @param {readonly string[]} found */
  drivers: (found) => `Drivers found: ${found.join(', ') || 'none'}.`,
  /** @param {string | undefined} folder */
  softwareAdapter: (folder) => `Software adapter: ${folder ?? 'none (it comes with Chromium, beside its executable)'}.`,
};
