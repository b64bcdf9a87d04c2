/**
 * `npm start`: installs and builds what is missing, serves the page and opens it.
 * `--no-open` leaves the browser alone, `--port N` and `--host` choose the address; `--class` serves a class over https, for only there
 * do browsers give other machines WebGPU.
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
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(setupWords.port(values.port));
  ensureDependencies();
  ensureData();

  const { build } = await import('vite');
  // The built page, not the development server: one bundle a thread loads at once and is what a published page would be.
  await build({ root: projectRoot, logLevel: 'warn' });
  const { serve } = await import('./class/serve.mjs');
  const { urls, told } = await serve({ port, host: values.host, forClass: values.class, open: !values['no-open'] });
  console.log(setupWords.runsAt(urls));
  if (told) console.log(told);
  console.log(setupWords.stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
