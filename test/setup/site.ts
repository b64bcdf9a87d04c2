/** The page as it is published: built once, served on a free port for all tests of the browser tier. */
import path from 'node:path';
import { build, type Plugin, preview } from 'vite';
import type { TestProject } from 'vitest/node';
import { isolationHeaders } from '../../src/util/isolation.mjs';
import { RECORDED_RUN } from '../../src/recipe/results/recordedRun.ts';
import { nothing, nothingPage } from './nothing.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the page is served, or why it could not be built. */
    site: { url: string } | { failure: string };
  }
}

/**
 * Played in every test, a visitor's recorded run would be most of what a page does; it is shown in test/browser/firstVisit. Answered here:
 * a context that answers one request itself is asked about all of them, and keeps no file.
 */
const ofTheTests: Plugin = {
  name: 'of-the-tests',
  configurePreviewServer({ middlewares }) {
    middlewares.use(`/${RECORDED_RUN}`, (_request, response) => void response.end('null'));
    middlewares.use(`/${nothing}`, (_request, response) => {
      response.writeHead(200, { ...isolationHeaders, 'Content-Type': 'text/html' }).end(nothingPage);
    });
  },
};

export default async function serveSite(project: TestProject): Promise<() => Promise<void>> {
  const root = path.resolve(import.meta.dirname, '../..');
  // A folder of its own: `npm start` may be serving dist at the same time.
  const settings = { root, build: { outDir: 'out/site', emptyOutDir: true }, logLevel: 'warn' } as const;
  try {
    await build(settings);
    const server = await preview({ ...settings, plugins: [ofTheTests], preview: { port: 0 } });
    const url = server.resolvedUrls?.local[0];
    if (url === undefined) throw new Error('Vite serves the page at no local address.');
    project.provide('site', { url });
    return () => server.close();
  } catch (error) {
    // Thrown here it would end the other tiers too; the harness throws it in every test of this one.
    project.provide('site', { failure: `The page could not be built: ${String(error)}` });
    return async () => undefined;
  }
}
