/**
 * `npm start`: installs and builds what is missing, serves the page and opens it.
 * `--no-open` leaves the browser alone, `--port N` and `--host` choose the address; `--class` serves a class over https, for only there
 * do browsers give other machines WebGPU; `--built DIR` serves a page built before, at once.
 */
import { parseArgs } from 'node:util';
import { ensureData } from './node/data.mjs';
import { ensureDependencies } from './node/dependencies.mjs';
import { projectRoot } from './node/project.mjs';

const usage = `npm start -- [options]   builds the page, serves it and opens it

  --no-open   leave the browser alone
  --port N    4173 by default; 0: any free one
  --host      for other machines too, over http: without WebGPU there
  --class     for a class on the local network, over https
  --built DIR serves a page built before, at once

Example: npm start -- --class --port 8443`;

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
    console.log(usage);
    process.exit(0);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port} is no port; give 0 to 65535.`);
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
  console.log(`Rekindle runs at ${urls.join(' or ')}`);
  if (told) console.log(told);
  console.log('  Ctrl+C stops it. Working on the code? npm run dev reloads the page at every change.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
