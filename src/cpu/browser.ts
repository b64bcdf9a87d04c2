/** The processor in a browser: what it has, and its threads, where memory may be shared. */
// oxlint-disable-next-line import/no-unassigned-import -- puts itself in the place of this worker's Worker
import '../util/confine.ts'; // threads are workers that a worker starts, bound by the page's policy like it
import type { PlanMemory } from '../graph/memory.ts';
import type { PoolLayout } from '../graph/pool.ts';
import { type CpuExecutor, createCpuExecutor } from './executor.ts';
import { planMemory } from './layout.ts';
import { hasRelaxedSimd, hasSimd, mostPages } from './kernels/library.ts';
import type { StartThread } from './threads.ts';
import { deviceWords } from '../words/device.ts';

const startThread: StartThread = (start, ready, failed) => {
  const worker = new Worker(new URL('./thread.worker.ts', import.meta.url), { type: 'module', name: 'thread' });
  worker.addEventListener('message', ready, { once: true });
  worker.addEventListener('error', (event) => {
    event.preventDefault(); // the run says it
    failed(new Error(event.message || deviceWords.noScript));
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  worker.postMessage(start);
  return worker;
};

/** Whether a browser gives this worker memory that threads share: only to a page that is isolated from others. */
function mayShare(): boolean {
  if (!globalThis.crossOriginIsolated) return false;
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true }).buffer.byteLength > 0;
  } catch {
    return false; // not as much of it as an executor asks for
  }
}

export interface BrowserProcessor {
  threads: number;
  /** Threads cannot share memory here. */
  alone: boolean;
  relaxed: boolean;
  memory: PlanMemory;
  open(layout: PoolLayout): Promise<CpuExecutor>;
}

/** All cores but one, which the page keeps for itself, where there is more than one. Null: its WebAssembly has no SIMD. */
export function browserProcessor(): BrowserProcessor | null {
  if (!hasSimd()) return null;
  const alone = !mayShare();
  const threads = alone ? 1 : Math.max(1, navigator.hardwareConcurrency - 1);
  const open = (layout: PoolLayout): Promise<CpuExecutor> => createCpuExecutor(layout, { threads, startThread });
  return { threads, alone, relaxed: hasRelaxedSimd(), memory: planMemory(threads), open };
}
