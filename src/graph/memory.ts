/** What plans take of a device, by name: known before anything is allocated. */
import type { CompileOptions } from './executor.ts';
import type { Graph } from './graph.ts';
import type { KernelContext } from './kernel.ts';
import type { PoolLayout } from './pool.ts';

/** A buffer or a piece of memory by the name of what it is made for; a slot's is that of the largest tensor that lies in it. */
export interface BufferNeed {
  name: string;
  bytes: number;
}

export type PlanOptions = Pick<CompileOptions, 'keep' | 'accumulation'>;

/** What is the plan's own, and what plans on one executor share: of a name as much as the plan takes that needs most. */
export interface PlanNeeds {
  own: BufferNeed[];
  shared: BufferNeed[];
}
export type PlanMemory = (graph: Graph, pools: PoolLayout, options: PlanOptions) => PlanNeeds;

/** What a plan depends on besides its graph. */
export interface PlanContext extends Omit<KernelContext, 'accumulating'> {
  /** Of an executor that has no buffers of a GPU. */
  memory?: PlanMemory;
}
