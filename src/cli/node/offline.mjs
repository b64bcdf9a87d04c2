/** The service worker of the built page (src/worker/serviceWorker.ts), and the list of files it keeps. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './project.mjs';

export const workerFile = 'service-worker.js';
/** What the worker's source calls the list. */
const placeholder = 'OFFLINE_BUILD';
/** Not asked for by the page: for hosts, for the README, and for a USB stick. */
const leftOut = new Set([workerFile, '_headers', 'rekindle.png', 'rekindle.html']);

/** @param {string | Uint8Array} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * Path → SHA-256 of everything in a folder that the page may ask for; the page itself is ''.
 * @param {string} folder @returns {Record<string, string>}
 */
function filesOf(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => !leftOut.has(name))
    .sort();
  return Object.fromEntries(
    names.map((name) => [name === 'index.html' ? '' : name, sha256(readFileSync(path.join(folder, name)))]),
  );
}

/** @returns {import('vite').Plugin} */
export function offlinePage() {
  return {
    name: 'offline-page',
    apply: 'build',
    buildStart() {
      const id = path.join(projectRoot, 'src/worker/serviceWorker.ts');
      this.emitFile({ type: 'chunk', id, fileName: workerFile });
    },
    // Everything is written by then, what was copied from public/ too.
    writeBundle({ dir }) {
      if (dir === undefined) return;
      const file = path.join(dir, workerFile);
      const files = filesOf(dir);
      const build = JSON.stringify({ version: sha256(JSON.stringify(files)).slice(0, 16), files });
      const code = readFileSync(file, 'utf8');
      if (!code.includes(placeholder))
        throw new Error(`${workerFile} has no ${placeholder} to write the list of files to.`);
      writeFileSync(
        file,
        code.replace(placeholder, () => build),
      );
    },
  };
}
