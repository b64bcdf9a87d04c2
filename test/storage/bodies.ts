/** Bodies whose every byte is a function of (seed, index): a wrong one is never taken for a right one. */
import { faults, FaultyFiles } from '../../src/storage/faulty.ts';
import { type Files, MemoryFiles } from '../../src/storage/files.ts';
import { inputsOf, RunList } from '../../src/storage/runs.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { randomU32, streamOf } from '../../src/util/random.ts';

const stream = streamOf('test bodies');

/** `length` bytes, a multiple of 4. */
export function bodyOf(seed: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.from({ length: length / 4 }, (_, i) => randomU32(seed, stream, i)).buffer);
}

/** Small segments, so that a body of a few hundred bytes has several, and no long waits. */
export const testOptions = { segment: 256, patience: 30 };

export const storeIn = (files: Files): SlotStore => new SlotStore(files, 'run-1', testOptions);

/** A save of several segments from several parts, none of which ends on a segment's end. */
export const partsOf = (seed: number, length = 840): Uint8Array<ArrayBuffer>[] => {
  const body = bodyOf(seed, length);
  return [body.subarray(0, 100), body.subarray(100, 100), body.subarray(100, 700), body.subarray(700)];
};

/** Files as strings, which are compared a thousand times faster than arrays of bytes. */
export const written = (contents: ReadonlyMap<string, Uint8Array>): string[] =>
  [...contents].map(([name, bytes]) => `${name} ${Buffer.from(bytes).toString('latin1')}`).sort();

/** Two generations of one run, of steps 1 and 2. */
export async function savedTwice(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const store = storeIn(files);
  await store.save(partsOf(1), { step: 1 });
  await store.save(partsOf(2), { step: 2 });
  return files;
}

/** Two runs with what they are trained on, each saved twice; 'two' later. */
export async function twoRuns(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  for (const [i, id] of ['one', 'two'].entries()) {
    await new SlotStore(files, inputsOf(id), testOptions).save(partsOf(9), {});
    const store = new SlotStore(files, id, testOptions);
    for (const step of [1, 2])
      await store.save(partsOf(10 * i + step), { step, endStep: 9, savedAt: i, state: 'paused' });
  }
  return files;
}

export const listIn = (files: Files): RunList => new RunList(files, undefined, testOptions);

export function copyOf(files: MemoryFiles): MemoryFiles {
  const copy = new MemoryFiles();
  for (const [name, bytes] of files.contents) copy.contents.set(name, bytes.slice());
  return copy;
}

/** `what` with each of its calls of `saved` failing in every way; `check` is given the files as they are after. */
export async function tryFaults(
  saved: MemoryFiles,
  what: (files: FaultyFiles) => Promise<unknown>,
  check: (files: MemoryFiles, outcome: unknown, label: string) => Promise<void>,
): Promise<number> {
  const counting = new FaultyFiles(copyOf(saved), null);
  await what(counting);
  const calls = Array.from({ length: counting.calls }, (_, i) => i + 1);
  const plans = calls.flatMap((at) =>
    faults.flatMap((fault) => [false, true].map((lasting) => ({ fault, at, lasting }))),
  );
  // Side by side: most of the time is waiting for calls that hang.
  await Promise.all(
    plans.map(async (plan) => {
      const files = copyOf(saved);
      const outcome = await what(new FaultyFiles(files, plan)).catch((error: unknown) => error);
      await check(files, outcome, `${plan.fault} at ${plan.at}${plan.lasting ? ' and after' : ''}`);
    }),
  );
  return plans.length;
}
