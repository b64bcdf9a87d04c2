/**
 * fetch.html in the built page. A build of its own, so that it shares no file with the page: it is there before the page's code, or without
 * it. Its headers are its own too, from our own servers.
 */
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { frameFile, frameHeaders, framePolicy, policyTag } from '../node/policy.mjs';
import { projectRoot } from '../node/project.mjs';

/** Where it lies, beside its script. */
const folder = path.join(projectRoot, 'src/worker');

/** @returns {Promise<{ name: string, source: string | Uint8Array }[]>} */
async function buildFrame() {
  const { build } = await import('vite');
  const result = await build({
    root: folder,
    configFile: false,
    base: './',
    publicDir: false,
    logLevel: 'error',
    plugins: [{ name: 'frame-policy', transformIndexHtml: { order: 'post', handler: () => policyTag(framePolicy) } }],
    build: {
      target: 'es2023',
      write: false,
      modulePreload: false,
      rolldownOptions: { input: path.join(folder, frameFile) },
    },
  });
  const { output } = /** @type {import('vite').Rollup.RollupOutput} */ ([result].flat()[0]);
  return output.map((one) => ({ name: one.fileName, source: 'code' in one ? one.code : one.source }));
}

/** @returns {import('vite').Plugin} */
export function fetchFrame() {
  return {
    name: 'fetch-frame',
    async generateBundle() {
      for (const { name, source } of await buildFrame()) this.emitFile({ type: 'asset', fileName: name, source });
    },
    // While developing.
    configureServer({ middlewares }) {
      middlewares.use(`/${frameFile}`, (_request, response) => {
        response.writeHead(302, { Location: `/src/worker/${frameFile}` }).end();
      });
    },
    // Vite sends the same headers with every file.
    configurePreviewServer({ middlewares, config }) {
      const file = path.resolve(config.root, config.build.outDir, frameFile);
      middlewares.use(`/${frameFile}`, (_request, response, next) => {
        if (!existsSync(file)) return next();
        response.writeHead(200, { ...frameHeaders, 'Content-Type': 'text/html', 'Cache-Control': 'no-cache' });
        createReadStream(file).pipe(response);
      });
    },
  };
}
