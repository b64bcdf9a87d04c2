/**
 * Stands in for confine.ts where the page is one file (src/cli/node/oneFile.mjs): what the page and its workers ask for lies in elements
 * of the page, so nothing is fetched from anywhere. A worker starts from a blob, which inherits the page's policy, and is sent its files: of a page
 * that is a file, it may not read the addresses of blobs.
 */

import { policy } from '../util/scriptPolicy.ts';

interface Kept {
  blob: Blob;
  packed: boolean;
}
const kept = new Map<string, Kept>();

function fileOf(name: string): Kept | null {
  const known = kept.get(name);
  if (known) return known;
  const element = document.querySelector<HTMLScriptElement>(`script[data-file="${CSS.escape(name)}"]`);
  if (!element) return null;
  const bytes = Uint8Array.from(atob(element.textContent), (character) => character.charCodeAt(0));
  const file = { blob: new Blob([bytes]), packed: element.dataset.packed !== undefined };
  kept.set(name, file);
  return file;
}

const unpacked = ({ blob, packed }: Kept): BodyInit =>
  packed ? blob.stream().pipeThrough(new DecompressionStream('gzip')) : blob;

globalThis.fetch = async (name) => {
  const file = fileOf(String(name));
  return file ? new Response(unpacked(file)) : new Response(null, { status: 404 });
};

/** Before a worker's own code: the files come in the first message, which nobody else hears. It asks by name, as it would a server. */
const starter = `{
  const files = new Promise((resolve) => addEventListener('message', (event) => {
    event.stopImmediatePropagation();
    resolve(event.data);
  }, { once: true }));
  globalThis.fetch = async (name) => {
    const file = (await files).get(name);
    if (!file) return new Response(null, { status: 404 });
    return new Response(file.packed ? file.blob.stream().pipeThrough(new DecompressionStream('gzip')) : file.blob);
  };
}
`;

/** What a worker may ask for. */
const forWorkers = [...document.querySelectorAll<HTMLScriptElement>('script[data-file]')]
  .map(({ dataset }) => dataset.file!)
  .filter((file) => /^(data|bases)\//.test(file));
const textDecoder = new TextDecoder();

/** Scripts of workers as text, unpacked before any is wanted: a worker starts at once. */
const scripts = new Map(
  await Promise.all(
    [...document.querySelectorAll<HTMLScriptElement>('script[data-file*=".worker"]')].map(async ({ dataset }) => {
      const bytes = await new Response(unpacked(fileOf(dataset.file!)!)).arrayBuffer();
      return [dataset.file!.split('/').at(-1)!, textDecoder.decode(bytes)] as const;
    }),
  ),
);

const PlainWorker = globalThis.Worker;

class WorkerInside extends PlainWorker {
  /** Chromium starts no module's worker from a blob of a file: these are classic scripts. */
  constructor(script: string | URL, { name: title }: WorkerOptions = {}) {
    const name = String(script).split('/').at(-1)!;
    const code = scripts.get(name);
    if (code === undefined) throw new TypeError(`No worker ${name} here.`);
    const address = URL.createObjectURL(new Blob([starter, code], { type: 'text/javascript' }));
    super(policy.createScriptURL(address), { name: title });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    this.postMessage(new Map(forWorkers.map((file) => [file, fileOf(file)!])));
  }
}

globalThis.Worker = WorkerInside;
