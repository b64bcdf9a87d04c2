/**
 * Headers that isolate a page: what it opens and what opens it keep apart, and nothing comes into it that did not agree to. Browsers then
 * let it have memory that several threads share. Our servers send them, and the service worker for hosts that do not.
 */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  // A lesson that is isolated itself may show our figure in a frame.
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/**
 * The same answer with these headers, each once: a host may have sent them already, and a browser may take one that comes twice for none.
 * @param {Response} response
 */
export function isolated({ body, status, statusText, headers }) {
  const all = new Headers(headers);
  for (const [name, value] of Object.entries(isolationHeaders)) all.set(name, value);
  return new Response(body, { status, statusText, headers: all });
}
