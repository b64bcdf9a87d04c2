/** What a run trains on, opened: a GPU's device or the processor. It makes an executor for each engine. */
import type { RunConfig } from '../../config/run.ts';
import type { GpuLoss } from '../../gpu/watch.ts';
import type { Executor } from '../../graph/executor.ts';
import type { PlanContext } from '../../graph/memory.ts';
import type { PoolLayout } from '../../graph/pool.ts';
import type { Product } from '../../ops/matmul/matmul.ts';
import type { AdapterReport, NoGpuCause } from '../../protocol.ts';
import type { EngineLayout } from '../engine/graphs.ts';

/** Why a backend is of no more use: what happened to its device, or a thread of the processor that died. */
export type Loss = GpuLoss | 'thread';

export interface Backend {
  readonly kind: Executor['kind'];
  /** What a person is told of it. */
  readonly report: AdapterReport;
  /** By which what was measured on it is remembered. */
  readonly name: string;
  /** What decides how much a run keeps in memory: known before anything is compiled. */
  readonly context: PlanContext;
  /** Resolves when it is of no more use. */
  readonly loss: Promise<Loss>;
  /** An executor for anything else, in the kernels that are fastest for `products`. */
  open(layout: PoolLayout, products: readonly Product[]): Promise<Executor>;
  /**
   * What `compile` makes of a run's graphs on an executor, whose end is then its business, in the fastest kernels that are right
   * here, and a sentence for the user where those are not the fastest. `check`: whether they are tried against f64.
   */
  build<T extends { destroy(): void }>(config: RunConfig, compile: Compile<T>, check: boolean): Promise<Built<T>>;
}

export type Compile<T> = (executor: Executor, layout: EngineLayout) => Promise<T>;

export interface Built<T> {
  made: T;
  notice: string | null;
}

/** A backend for the next life of a run, never one that was lost; or why there is none. */
export type OpenBackend = () => Promise<Backend | { cause: NoGpuCause; message: string }>;

/** Milliseconds within which the news of a loss follows the first call that fails of it (reliability.md §4.1: 6 to 113). */
const newsOfLoss = 500;

/** How a backend whose call has just failed was lost, or null: it was not. Such a call may fail before the loss is told. */
export function lossOf({ loss }: Pick<Backend, 'loss'>): Promise<Loss | null> {
  const later = new Promise<null>((resolve) => setTimeout(resolve, newsOfLoss, null));
  return Promise.race([loss, later]);
}
