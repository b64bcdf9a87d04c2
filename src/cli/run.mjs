/**
 * `node src/cli/run.mjs FILE.ts args…`: runs a TypeScript file of the project in Node, with `.wgsl?raw` imports as in the page.
 * Installs what is missing first. The file does its work in top-level await; the process ends with it.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDependencies } from './node/dependencies.mjs';
import { projectRoot } from './node/project.mjs';

/** What a user caused is one sentence; anything else is a defect and shows where it came from. @param {unknown} error */
function fail(error) {
  const caused = error instanceof Error && error.name === 'UserError';
  console.error(caused ? error.message : error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(1);
}
process.setSourceMapsEnabled(true); // stack traces in lines of the TypeScript
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

/** @param {string} file @param {string[]} args */
export async function runTypeScript(file, args) {
  ensureDependencies();
  const { runnerImport } = await import('vite');
  process.argv = [process.execPath, file, ...args];
  await runnerImport(path.resolve(projectRoot, file), { root: projectRoot, logLevel: 'error' });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    console.error('Usage: node src/cli/run.mjs FILE.ts [arguments]');
    process.exit(2);
  }
  await runTypeScript(file, args);
  process.exit(); // Dawn's instance would keep the event loop alive
}
