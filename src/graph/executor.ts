/**
 * What runs recorded graphs: a GPU (gpu/executor.ts), the processor, or doubles that everything is held against. An executor holds what
 * outlives a plan: pools and named states. Plans for training, scoring and generating are compiled on one executor, so that a
 * trained weight is scored without a copy.
 *
 * Work is done in the order of the calls that ask for it (`write`, `clear`, `upload`, `submit`), whether within the call or later;
 * every answer (`snapshot`, `read`, `finished`) comes after all work asked for before it and shows nothing of what is asked for
 * after it. An answer settles in a task of its own, never only in a microtask: whoever waits for answers in a loop must still hear
 * messages, also where the work is done on the loop's own thread.
 */
import type { Graph, Tensor } from './graph.ts';
import type { PoolLayout, PoolName } from './pool.ts';

type Elements = Float32Array<ArrayBuffer>;

export interface Executor {
  readonly kind: 'gpu' | 'cpu' | 'f64';
  /** Where a parameter lies in its pool, and its gradient and moments in theirs. */
  readonly layout: PoolLayout;
  /** Bytes held now: pools, states and those of plans. 0 after `destroy`. */
  readonly bytes: number;
  /** Makes a graph ready to replay. UserError 'gpu-memory' where there is no room for it; nothing of it is left then. */
  compile(graph: Graph, options?: CompileOptions): Promise<CompiledPlan>;
  /** Sets a whole pool, or a whole state. Pools and states that nobody has written are 0. Error where the length is another. */
  write(where: PoolName | Tensor, elements: Elements): void;
  /** Sets a whole pool to 0. */
  clear(pool: PoolName): void;
  /** Copies of pools and of states, in order, in elements of the caller's own. Rejects where the executor is lost. */
  snapshot(what: readonly (PoolName | Tensor)[]): Promise<Elements[]>;
  /** The same at once; absent where work is done by another processor. */
  snapshotNow?(what: readonly (PoolName | Tensor)[]): Elements[];
  /** Settles when all work submitted so far is done. */
  finished(): Promise<void>;
  /** Frees everything; plans of this executor are dead afterwards. */
  destroy(): void;
}

export interface CompileOptions {
  /** Activations to be read after a replay. What neither they nor any pool or state need is not computed. */
  keep?: readonly Tensor[];
  /** Also the list 'accumulate'. */
  accumulation?: boolean;
  /** What errors and tools call the plan. */
  label?: string;
  /** Parts ready so far and in all. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * The three lists of nodes a replay is made of, each in the order of recording. `step`: the nodes of phase 'step'; the first write to
 * a parameter's gradient overwrites what an earlier step left. `accumulate`: the same nodes for a later micro-batch; that write adds
 * too. `update`: the nodes of phase 'update'.
 */
export type List = 'step' | 'accumulate' | 'update';

export interface CompiledPlan {
  /** Host memory behind an input, f32 or u32 by its dtype: the same at each call. Fill it, then `upload`. */
  host(input: Tensor): Elements | Uint32Array<ArrayBuffer>;
  /** Every input as it is in host memory now is what lists submitted from now on see; host memory may be filled again at once. */
  upload(): void;
  /** Runs lists in order. `parts`: what a GPU does at one go is to be at most one such part of it, so that the page is drawn between. */
  submit(lists: readonly List[], parts?: number): void;
  /** The elements of a kept activation, or of anything that outlives a plan, after all work submitted so far. */
  read(tensor: Tensor): Promise<Elements>;
  /** Frees what is the plan's alone; pools and states stay with the executor. */
  destroy(): void;
}
