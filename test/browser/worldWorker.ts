/** Run in a worker: the world's bytes hashed by source, as `world.test.ts` expects them, and how fast they were made. */
import type { WorldConfig } from '../../src/config/run.ts';
import { Corpus } from '../../src/world/corpus.ts';
import { World } from '../../src/world/world.ts';

export interface WorldAnswer {
  hashes: Record<string, string>;
  megabytesPerSecond: number;
}

addEventListener('message', async ({ data }: MessageEvent<WorldConfig>) => {
  const corpus = new Corpus(new World(data, 1));
  const answer: WorldAnswer = { hashes: {}, megabytesPerSecond: 0 };
  let bytes = 0;
  let milliseconds = 0;
  for (const { name } of corpus.sources) {
    corpus.lines(name, 0, 2000); // the first time is the compiler's
    const start = performance.now();
    const text = corpus.lines(name, 0, 2000);
    milliseconds += performance.now() - start;
    bytes += text.length;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
    answer.hashes[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  answer.megabytesPerSecond = bytes / milliseconds / 1000;
  postMessage(answer);
});
