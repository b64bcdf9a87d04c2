/**
 * What a browser lets the page and its worker do: run the scripts shipped with it, ask the server it came from, and
 * nothing else. No eval, no inline script, no other origin, so that a text which slipped into the page as code could
 * neither run nor send anything away.
 */

import { isolationHeaders } from '../../util/isolation.mjs';

/** One directive a line; blob: is for the worker's starter (src/util/confine.ts), data: for icons inside style sheets. */
const directives = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'", // the processor's kernels are a module of WebAssembly that the worker assembles
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types worker',
];

/**
 * The policy of the page as one file (oneFile.mjs): its own script and style by their hashes, and nothing that is not inside it.
 * @param {string} script @param {string} style
 */
export const oneFilePolicy = (script, style) =>
  [
    "default-src 'none'",
    `script-src ${script} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `style-src ${style}`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types worker',
  ].join('; ');

/** For a page whose server sends no headers of ours; a worker started from a blob inherits it, one from an address does not. */
export const metaPolicy = directives.join('; ');

/**
 * Headers of every file our own servers send. The policy of a worker's script is that of its own response. Any page may show ours in a
 * frame: there it is the figure alone (src/ui/page/lesson.ts).
 */
export const securityHeaders = {
  'Content-Security-Policy': metaPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  ...isolationHeaders,
};

/** The same for hosts that take their headers from a file of this name (Netlify, Cloudflare Pages). */
export const headersFile = `/*\n${Object.entries(securityHeaders)
  .map(([name, value]) => `  ${name}: ${value}\n`)
  .join('')}`;

/**
 * The policy put into the built page. While developing there is none: Vite's client puts style sheets into the page as
 * text.
 * @returns {import('vite').Plugin}
 */
export function confinedPage() {
  return {
    name: 'confined-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { path }) =>
        path === '/index.html'
          ? [
              {
                tag: 'meta',
                attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
                injectTo: 'head-prepend',
              },
            ]
          : [],
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile });
    },
  };
}
