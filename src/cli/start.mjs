/**
 * `npm start`: installs and builds what is missing, serves the page and opens it.
 * `--no-open` leaves the browser alone, `--port N` and `--host` choose the address; `--class` serves a class over https, for only there
 * do browsers give other machines WebGPU; `--built DIR` serves a page built before, at once.
 */
import { parseArgs } from 'node:util';
import { ensureData } from './node/data.mjs';
import { ensureDependencies } from './node/dependencies.mjs';
import { projectRoot } from './node/project.mjs';
import { setupWords } from './words/setup.mjs';

try {
  const { values } = parseArgs({
    options: {
      'no-open': { type: 'boolean', default: false },
      host: { type: 'boolean', default: false },
      class: { type: 'boolean', default: false },
      port: { type: 'string', default: '4173' },
      built: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(setupWords.usage);
    process.exit(0);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(setupWords.port(values.port));
  ensureDependencies();
  if (values.built === undefined) {
    ensureData();
    const { build } = await import('vite');
    // The built page, not the development server: one bundle a thread loads at once and is what a published page would be.
    await build({ root: projectRoot, logLevel: 'warn' });
  }
  const { serve } = await import('./class/serve.mjs');
  const open = !values['no-open'];
  const { urls, told } = await serve({
    ...{ port, open, host: values.host, forClass: values.class, outDir: values.built },
  });
  console.log(setupWords.runsAt(urls));
  if (told) console.log(told);
  console.log(setupWords.stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
