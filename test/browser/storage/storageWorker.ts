/** Run in a worker of a page that gets killed: loads what is saved, then saves bodies one after another and says so. */
import type { Passed } from '../../../src/storage/slots.ts';
import { openFiles } from '../../../src/storage/open.ts';
import { SlotStore } from '../../../src/storage/slots.ts';
import { bodyOf } from '../../storage/bodies.ts';

export interface Found {
  generation: number;
  /** Whether the bytes are those of that generation. */
  right: boolean;
  passed: Passed['kind'][];
  where: string;
  error: string | null;
}

/** 1 to 4 MB, so that slots shrink and grow. */
const lengthOf = (generation: number): number => (1 + (generation % 4)) * 1_000_000;

addEventListener('message', async () => {
  const { files } = await openFiles();
  const store = new SlotStore(files, 'killed', { segment: 2 ** 20 });
  let generation = 0;
  const found: Found = { generation, right: true, passed: [], where: files.kind, error: null };
  try {
    const loaded = await store.load();
    found.passed = store.passed.map(({ kind }) => kind);
    if (loaded) {
      found.generation = generation = loaded.head.generation;
      const expected = bodyOf(Number(loaded.head.facts.seed), lengthOf(Number(loaded.head.facts.seed)));
      found.right = loaded.body.length === expected.length && loaded.body.every((byte, i) => byte === expected[i]);
    }
  } catch (error) {
    found.error = String(error);
  }
  postMessage({ found });
  // Two bodies made beforehand: making one takes longer than saving it.
  const bodies = [1, 2].map((more) => generation + more).map((seed) => ({ seed, body: bodyOf(seed, lengthOf(seed)) }));
  for (let i = 0; ; i++) {
    const { seed, body } = bodies[i % 2]!;
    const head = await store.save([body], { seed });
    postMessage({ saved: head.generation });
  }
});
