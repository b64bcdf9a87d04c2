/** What compiling a graph will allocate and dispatch, worked out without a device: the memory estimate is this and nothing else. */
import type { List } from '../graph/executor.ts';
import { type Graph, type Node, tensorBytes } from '../graph/graph.ts';
import type { Kernel } from '../graph/kernel.ts';
import type { BufferNeed, PlanContext, PlanOptions } from '../graph/memory.ts';
import { planSlots, type SlotPlan } from '../graph/plan.ts';
import { pruneDead } from '../graph/prune.ts';
import { listsOf, placeInputs } from '../graph/replay.ts';
import { type PoolLayout, type PoolName, poolSize } from '../graph/pool.ts';

/** Inputs and uniform blocks are bound at their own offset; 256 bytes is the alignment every device takes. */
export const bindingStride = 256;

export interface PlanLayout {
  slotPlan: SlotPlan;
  /** Byte offset of every input in the one buffer of all inputs, and that buffer's size. */
  inputs: ReturnType<typeof placeInputs>;
  uniformBytes: number;
  /** What the kernel that needs most leaves for the next; 0: none does. */
  scratchBytes: number;
  lists: Record<List, Lowered[]>;
  /** The plan's own buffers: slots, inputs, constants, uniforms, scratch; the processor's where that is to run it (`context.memory`). */
  own: BufferNeed[];
  ownBytes: number;
  /** The pools and named states it uses, which plans on one memory share. */
  shared: BufferNeed[];
  sharedBytes: number;
}

interface Lowered {
  node: Node;
  kernel: Kernel;
}

export const sumBytes = (buffers: readonly BufferNeed[]): number => buffers.reduce((sum, { bytes }) => sum + bytes, 0);

export function layoutPlan(
  graph: Graph,
  pools: PoolLayout,
  context: PlanContext,
  options: PlanOptions = {},
): PlanLayout {
  const nodes = pruneDead(graph.nodes, options.keep ?? []);
  const slotPlan = planSlots(graph, nodes, options.keep);

  const inputs = placeInputs(graph, bindingStride);
  inputs.bytes = Math.max(inputs.bytes, bindingStride); // no buffer is empty
  const lists = listsOf(nodes, options.accumulation === true, (node, accumulating): Lowered[] =>
    node.op.kernels(node, { ...context, accumulating }).map((kernel) => ({ node, kernel })),
  );
  const dispatches = lists.step.length + lists.accumulate.length + lists.update.length;
  const uniformBytes = Math.max(dispatches, 1) * bindingStride;

  const used = new Map<string, number>();
  const usePool = (name: PoolName): void => void used.set(name, poolSize(pools, name) * 4);
  let scratchBytes = 0;
  for (const { kernel } of Object.values(lists).flat()) {
    for (const { tensor } of kernel.bindings) {
      if (tensor.role === 'parameter') usePool('parameters');
      if (tensor.role === 'gradient') usePool('gradients');
      if (tensor.role === 'pool') usePool(tensor.name as PoolName);
      if (tensor.role === 'state') used.set(tensor.name, tensorBytes(tensor));
      if (tensor.role === 'scratch') scratchBytes = Math.max(scratchBytes, tensorBytes(tensor));
    }
  }
  // The planner puts tensors into slots largest first.
  const inSlot = new Map([...slotPlan.slotOf].reverse().map(([tensor, slot]) => [slot, tensor.name]));
  const { own, shared } = context.memory?.(graph, pools, options) ?? {
    own: [
      ...slotPlan.slots.map((bytes, slot) => ({ name: inSlot.get(slot)!, bytes })),
      { name: 'inputs', bytes: inputs.bytes },
      ...[...graph.constants.keys()].map((tensor) => ({ name: tensor.name, bytes: tensorBytes(tensor) })),
      { name: 'uniforms', bytes: uniformBytes },
      ...(scratchBytes > 0 ? [{ name: 'scratch', bytes: scratchBytes }] : []),
    ],
    shared: [...used].map(([name, bytes]) => ({ name, bytes })),
  };
  return {
    slotPlan,
    inputs,
    uniformBytes,
    scratchBytes,
    lists,
    own,
    ownBytes: sumBytes(own),
    shared,
    sharedBytes: sumBytes(shared),
  };
}
