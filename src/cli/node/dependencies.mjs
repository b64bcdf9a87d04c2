import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot, runCommand } from './project.mjs';
import { setupWords } from '../words/setup.mjs';

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} Lock */

/** @param {string} file @returns {Lock | undefined} */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(path.join(projectRoot, file), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules holds exactly what package-lock.json names, by npm's own record of what it installed.
 * Optional packages may be absent: those are the builds for other platforms.
 */
export function dependenciesMatch() {
  const wanted = readLock('package-lock.json');
  const installed = readLock('node_modules/.package-lock.json');
  if (!wanted || !installed) return false;
  return Object.entries(wanted.packages).every(([name, { version, optional, devOptional }]) => {
    if (name === '') return true;
    const found = installed.packages[name];
    return found ? found.version === version : Boolean(optional || devOptional);
  });
}

/** Installs the npm packages when they are missing or older than package-lock.json. Throws with a remedy when npm cannot. */
export function ensureDependencies() {
  if (dependenciesMatch()) return;
  console.error(setupWords.installingPackages);
  // No package here needs an install script; --include=dev because NODE_ENV=production would leave out Vite and Dawn.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // Started by npm, its own script is known and needs no shell; typed directly, `npm` is looked up on the path.
  const npm = process.env['npm_execpath'];
  const windows = process.platform === 'win32';
  const result = npm
    ? runCommand(process.execPath, [npm, ...args])
    : windows
      ? runCommand('cmd.exe', ['/c', 'npm', ...args])
      : runCommand('npm', args);
  if (!result.ok) {
    throw new Error(setupWords.noPackages(result.why));
  }
}
