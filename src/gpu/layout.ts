/** What compiling a graph will allocate and dispatch, worked out without a device: the memory estimate is this and nothing else. */
import { type Graph, type Node, type Tensor, tensorBytes } from '../graph/graph.ts';
import type { Kernel, KernelContext } from '../graph/kernel.ts';
import { planBytes, planSlots, type SlotPlan } from '../graph/plan.ts';
import { pruneDead } from '../graph/prune.ts';
import type { PoolLayout, PoolName } from '../graph/pool.ts';

/** Inputs and uniform blocks are bound at their own offset; 256 bytes is the alignment every device takes. */
export const bindingStride = 256;

export interface LayoutOptions {
  /** Activations to be read back after a replay. */
  keep?: readonly Tensor[];
  /** Also the pass that adds to gradients instead of overwriting them, for the 2nd and later micro-batches. */
  accumulation?: boolean;
}

interface Lowered {
  node: Node;
  kernel: Kernel;
}

export interface PlanLayout {
  slotPlan: SlotPlan;
  /** Byte offset of every input in the one buffer of all inputs, and that buffer's size. */
  inputOffsets: Map<Tensor, number>;
  inputBytes: number;
  uniformBytes: number;
  lists: { step: Lowered[]; accumulate: Lowered[]; update: Lowered[] };
  /** Bytes of the plan's own buffers: slots, inputs, constants, uniforms. */
  ownBytes: number;
  /** Bytes of the pools and named states it uses, which plans on one memory share. */
  sharedBytes: number;
}

export function layoutPlan(
  graph: Graph,
  pools: PoolLayout,
  context: Omit<KernelContext, 'accumulating'>,
  options: LayoutOptions = {},
): PlanLayout {
  const nodes = pruneDead(graph.nodes, options.keep ?? []);
  const slotPlan = planSlots(graph, nodes, options.keep);

  const inputOffsets = new Map<Tensor, number>();
  let inputBytes = 0;
  for (const input of graph.inputs) {
    inputOffsets.set(input, inputBytes);
    inputBytes += Math.ceil(tensorBytes(input) / bindingStride) * bindingStride;
  }
  inputBytes = Math.max(inputBytes, bindingStride);

  const lower = (accumulating: boolean, phase: Node['phase']): Lowered[] =>
    nodes
      .filter((node) => node.phase === phase)
      .flatMap((node) => node.op.kernels(node, { ...context, accumulating }).map((kernel) => ({ node, kernel })));
  const lists = {
    step: lower(false, 'step'),
    accumulate: options.accumulation ? lower(true, 'step') : [],
    update: lower(false, 'update'),
  };
  const dispatches = lists.step.length + lists.accumulate.length + lists.update.length;
  const uniformBytes = Math.max(dispatches, 1) * bindingStride;

  const poolsUsed = new Set<PoolName>();
  const states = new Map<string, number>();
  for (const { kernel } of Object.values(lists).flat()) {
    for (const { tensor } of kernel.bindings) {
      if (tensor.role === 'parameter') poolsUsed.add('parameters');
      if (tensor.role === 'gradient') poolsUsed.add('gradients');
      if (tensor.role === 'pool') poolsUsed.add(tensor.name as PoolName);
      if (tensor.role === 'state') states.set(tensor.name, tensorBytes(tensor));
    }
  }
  const constantBytes = [...graph.constants.keys()].reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  return {
    slotPlan,
    inputOffsets,
    inputBytes,
    uniformBytes,
    lists,
    ownBytes: planBytes(slotPlan) + inputBytes + constantBytes + uniformBytes,
    sharedBytes: poolsUsed.size * pools.elements * 4 + [...states.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
}
