/** The executor on a GPU. */
import type { CompileOptions, Executor } from '../graph/executor.ts';
import type { Graph } from '../graph/graph.ts';
import { compile } from './compile.ts';
import { Memory } from './memory.ts';
import type { Plan } from './plan.ts';

export class GpuExecutor extends Memory implements Executor {
  readonly kind = 'gpu';

  compile(graph: Graph, options: CompileOptions = {}): Promise<Plan> {
    return compile(this, graph, options);
  }
}

/** A GPU's executor as what it is. */
export function gpuExecutor(executor: Executor): GpuExecutor {
  if (executor instanceof GpuExecutor) return executor;
  throw new Error(`This can be done on a GPU's executor only, and not on one of kind ${executor.kind}.`);
}
