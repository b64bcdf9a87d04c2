import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupWords } from '../words/setup.mjs';

/** The checkout's own folder, wherever the command was typed. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/**
 * Runs a command to its end with its output shown, in the checkout.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, seconds?: number }} [options] `seconds`: killed after so long
 * @returns {{ ok: boolean, why: string }} `why` says how it failed
 */
export function runCommand(command, args, { env = {}, seconds } = {}) {
  const result = spawnSync(command, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    timeout: seconds === undefined ? undefined : seconds * 1000,
  });
  if (result.error) {
    const late = /** @type {NodeJS.ErrnoException} */ (result.error).code === 'ETIMEDOUT';
    return { ok: false, why: late ? setupWords.timedOut(seconds) : result.error.message };
  }
  if (result.signal) return { ok: false, why: setupWords.signal(result.signal) };
  return { ok: result.status === 0, why: result.status === 0 ? '' : setupWords.exitCode(result.status) };
}

/**
 * Runs a script of an installed package by Node itself, so that no shell and no `.cmd` file is in between.
 * @param {string} script path under node_modules
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, seconds?: number }} [options]
 */
export const runPackage = (script, args, options) =>
  runCommand(process.execPath, [path.join(projectRoot, 'node_modules', script), ...args], options);
