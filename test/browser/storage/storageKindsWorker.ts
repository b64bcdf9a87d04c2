/** Run in a worker: the same saves in every kind of storage there is. */
import { StorageError } from '../../../src/storage/errors.ts';
import { FaultyFiles } from '../../../src/storage/faulty.ts';
import { MemoryFiles, type Files } from '../../../src/storage/files.ts';
import { IndexedDbFiles } from '../../../src/storage/indexedDb.ts';
import { holdRun } from '../../../src/storage/lock.ts';
import { openFiles } from '../../../src/storage/open.ts';
import { OpfsFiles } from '../../../src/storage/opfs.ts';
import { SlotStore } from '../../../src/storage/slots.ts';

export interface Kind {
  kind: string;
  wrong: string[];
  /** Calls of a save that were made to fail. */
  calls: number;
}

function randomBody(bytes: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(bytes);
  // The most that getRandomValues takes; storage that compresses would make constant bytes cheap.
  for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(body.subarray(at, at + 65536));
  return body;
}

/** Saves of small bodies with each call failing once, in ways that take turns; then what is loaded is the last save or one ahead. */
async function tryCalls(files: Files): Promise<{ calls: number; wrong: string[] }> {
  const options = { segment: 65536 };
  const wrong: string[] = [];
  const ways = ['throw', 'full', 'short', 'sentinel', 'busy'] as const;
  const bodies = new Map<number, Uint8Array<ArrayBuffer>>();
  let acknowledged = 0;
  let at = 1;
  for (let untouched = false; !untouched; at++) {
    const fault = ways[at % ways.length]!;
    const failing = new FaultyFiles(files, { fault, at, lasting: false });
    const body = randomBody(131072);
    const store = new SlotStore(failing, 'calls', options);
    const mark = acknowledged + 1000 * at;
    bodies.set(mark, body);
    const outcome = await store.save([body], { mark }).catch((error: unknown) => error);
    if (outcome instanceof Error && !(outcome instanceof StorageError))
      wrong.push(`${fault} at ${at}: ${String(outcome)}`);
    if (!(outcome instanceof Error)) acknowledged = mark;
    const loaded = await new SlotStore(files, 'calls', options).load();
    const found = Number(loaded?.head.facts.mark ?? 0);
    if (found !== acknowledged && found !== mark) wrong.push(`${fault} at ${at}: ${found} instead of ${acknowledged}`);
    if (loaded && !loaded.body.every((byte, i) => byte === bodies.get(found)![i]))
      wrong.push(`${fault} at ${at}: other bytes`);
    acknowledged = found;
    untouched = failing.calls < at;
    if (untouched && outcome instanceof Error) wrong.push(`nothing was made to fail at ${at}: ${outcome.message}`);
  }
  await new SlotStore(files, 'calls', options).remove();
  return { calls: at - 1, wrong };
}

async function tryKind(files: Files, bytes: number): Promise<Kind> {
  const result: Kind = { kind: files.kind, wrong: [], calls: 0 };
  const check = (right: boolean, what: string): void => void (right || result.wrong.push(what));
  const store = new SlotStore(files, 'kinds');
  for (let generation = 1; generation <= 3; generation++) {
    const body = randomBody(bytes);
    await store.save([body.subarray(0, 1000), body.subarray(1000)], { generation });
    const again = new SlotStore(files, 'kinds');
    const loaded = await again.load();
    check(loaded!.head.facts.generation === generation, `generation ${generation}`);
    check(
      loaded!.body.every((byte, i) => byte === body[i]),
      `bytes of generation ${generation}`,
    );
  }
  // A damaged segment: the save before it, by name.
  const file = await files.open('kinds.a.0');
  await file.write(Uint8Array.of(1, 2, 3), 5);
  await file.flush();
  await file.close();
  const older = new SlotStore(files, 'kinds');
  check((await older.load())!.head.facts.generation === 2, 'the older save after damage');
  check(older.passed[0]?.kind === 'damaged', 'the damage told');
  await older.remove();
  check(!(await files.list()).some((name) => name.startsWith('kinds.')), 'removal');
  const { calls, wrong } = await tryCalls(files);
  return { ...result, wrong: [...result.wrong, ...wrong], calls };
}

addEventListener('message', async ({ data: bytes }: MessageEvent<number>) => {
  const results: Kind[] = [];
  for (const files of [await OpfsFiles.create(), await IndexedDbFiles.create(), new MemoryFiles()])
    results.push(await tryKind(files, bytes));
  // Two writers of one run: the second is refused until the first lets go.
  const release = await holdRun('held');
  const refusal = await holdRun('held').then(
    () => 'let in',
    ({ code }: { code: string }) => code,
  );
  release();
  await navigator.locks.request('run:held', () => {});
  (await holdRun('held'))();
  const opened = await openFiles();
  const root = await navigator.storage.getDirectory();
  // A browser without OPFS, then one that blocks all storage.
  navigator.storage.getDirectory = () => Promise.reject(new DOMException('denied', 'SecurityError'));
  const without = await openFiles();
  indexedDB.open = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  const blocked = await openFiles();
  await root.removeEntry('runs', { recursive: true });
  postMessage({
    results,
    refusal,
    opened: [opened, without, blocked].map(({ files, notice }) => ({ kind: files.kind, notice })),
  });
});
