/** Serves the built page: to this machine, to its network, or to a class over https, for only there do browsers give other machines WebGPU. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { preview } from 'vite';
import { projectRoot } from '../node/project.mjs';
import { setupWords } from '../words/setup.mjs';

/**
 * @typedef {object} Serving
 * @property {number} port 0: any free one
 * @property {boolean} [host] to the network too
 * @property {boolean} [forClass]
 * @property {boolean} [open] in a browser, as others find it: a QR code made there leads them here
 * @property {string} [outDir] below the project
 */

/** Known before the page is opened, whose address has it. */
async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves with what to tell whoever started it. @param {Serving} serving */
export async function serve({ port: asked, host = false, forClass = false, open = false, outDir = 'dist' }) {
  const room = forClass ? await import('./https.mjs') : null;
  const [address] = room?.addresses() ?? [];
  const port = asked === 0 ? await freePort() : asked;
  const server = await preview({
    root: projectRoot,
    logLevel: 'warn',
    build: { outDir },
    preview: {
      port,
      host: host || forClass,
      strictPort: forClass, // another port than the one that is opened and shown would lead nowhere
      open: open && address !== undefined ? `https://${address}:${port}/?lesson` : open,
      https: room ? await room.certificate() : undefined,
    },
  }).catch((/** @type {Error} */ error) => {
    throw /already in use/.test(error.message) ? new Error(setupWords.portTaken(port)) : error;
  });
  const { local = [], network = [] } = server.resolvedUrls ?? {};
  return { server, urls: [...local, ...network], told: room ? room.invitation(network) : null };
}
