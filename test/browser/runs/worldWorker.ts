/** Run in a worker: the world's bytes hashed by source, as `world.test.ts` expects them. */
import type { WorldConfig } from '../../../src/config/run.ts';
import { WorldCorpus } from '../../../src/world/corpus.ts';
import { World } from '../../../src/world/world.ts';

/** By source. */
export type WorldHashes = Record<string, string>;

addEventListener('message', async ({ data }: MessageEvent<WorldConfig>) => {
  const corpus = new WorldCorpus(new World(data, 1));
  const hashes: WorldHashes = {};
  for (const { name } of corpus.sources) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', corpus.lines(name, 0, 2000)));
    hashes[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  postMessage(hashes);
});
