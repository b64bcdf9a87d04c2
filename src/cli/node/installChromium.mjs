import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findChromium } from './chromium.mjs';
import { runCommand, runPackage } from './project.mjs';
import { setupWords } from '../words/setup.mjs';

/** The distribution's id in /etc/os-release: `debian`, `ubuntu`, … @returns {string} */
function distribution() {
  try {
    return /^ID="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** How to become root without a question: nothing to add, `sudo -n`, or undefined where neither works. @returns {string[] | undefined} */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

/** Debian packages Chromium itself; Ubuntu's package of that name only points to a snap. */
function installWithApt() {
  if (distribution() !== 'debian') return { ok: false, why: setupWords.notDebian };
  const root = asRoot();
  if (!root) return { ok: false, why: setupWords.needsRoot };
  /** @param {string[]} args @param {number} seconds */
  const apt = (args, seconds) => {
    const [command = '', ...rest] = [...root, 'apt-get', '-qq', ...args];
    return runCommand(command, rest, { env: { DEBIAN_FRONTEND: 'noninteractive' }, seconds });
  };
  const updated = apt(['update'], 120);
  return updated.ok ? apt(['install', '-y', '--no-install-recommends', 'chromium'], 600) : updated;
}

/** Playwright's own build. The full one: it carries the Vulkan loader and SwiftShader beside the browser. */
function installWithPlaywright() {
  const libraries = existsSync('/usr/bin/apt-get') && asRoot() ? ['--with-deps'] : [];
  return runPackage('playwright-core/cli.js', ['install', '--no-shell', ...libraries, 'chromium'], { seconds: 600 });
}

/**
 * The path of a Chromium that starts; installs one when none is found. Each way that fails says why.
 * Throws one sentence when no way works.
 * @returns {string}
 */
export function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen) throw new Error(setupWords.noChosen(chosen));

  const failures = [];
  for (const [name, install] of /** @type {const} */ ([
    [setupWords.debianPackage, installWithApt],
    [setupWords.playwrightBuild, installWithPlaywright],
  ])) {
    console.error(setupWords.installingChromium(name));
    const result = install();
    const file = findChromium();
    if (file !== undefined && result.ok) return file;
    const why = result.ok ? setupWords.elsewhere : result.why;
    console.error(setupWords.failed(why));
    failures.push(`${name}: ${why}`);
  }
  throw new Error(setupWords.noChromium(failures.join('; ')));
}
