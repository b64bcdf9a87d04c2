/**
 * What a browser lets the page and its worker do: run the scripts shipped with it, ask the server it came from, and
 * nothing else. No eval, no inline script, no other origin, so that a text which slipped into the page as code could
 * neither run nor send anything away. One document may ask other servers (framePolicy): the page opens it for as long as somebody has text
 * or a model fetched from an address.
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
  "frame-src 'self'", // fetch.html alone, see framePolicy
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
 * The policy of fetch.html, the document that fetches from other servers when somebody asks for it (src/worker/fetcher.ts). It opens
 * connections and runs its own script, and can do nothing else: it has no form, no picture and no frame.
 */
export const framePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  'connect-src https: http:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export const frameFile = 'fetch.html';

const otherHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  ...isolationHeaders,
};

/**
 * Headers of every file our own servers send. The policy of a worker's script is that of its own response. Any page may show ours in a
 * frame: there it is the figure alone (src/ui/page/lesson.ts).
 */
export const securityHeaders = { 'Content-Security-Policy': metaPolicy, ...otherHeaders };

/** Those of fetch.html, which only a page of the same server may show. */
export const frameHeaders = { 'Content-Security-Policy': `${framePolicy}; frame-ancestors 'self'`, ...otherHeaders };

/** @param {string} where @param {Record<string, string>} headers */
const rule = (where, headers) =>
  `${where}\n${Object.entries(headers)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')}`;

/**
 * The same for hosts that take their headers from a file of this name (Netlify, Cloudflare Pages). Such a host joins what several rules say
 * of one header, and a browser obeys both of two policies: no address may have two. Some leave out a page's ending.
 */
export const headersFile = [
  rule('/*', otherHeaders),
  ...['/', '/index.html', '/assets/*'].map((where) => rule(where, { 'Content-Security-Policy': metaPolicy })),
  ...['/fetch.html', '/fetch'].map((where) =>
    rule(where, { 'Content-Security-Policy': frameHeaders['Content-Security-Policy'] }),
  ),
].join('');

/** A policy in the head of a page. @param {string} policy @returns {import('vite').HtmlTagDescriptor[]} */
export const policyTag = (policy) => [
  { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
];

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
      handler: (_html, { path }) => (path === '/index.html' ? policyTag(metaPolicy) : []),
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile });
    },
  };
}
