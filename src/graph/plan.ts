/**
 * Liveness and slots: activations whose lifetimes do not meet share a buffer.
 *
 * One slot is one GPU buffer, because two slices of one buffer may not be bound `read` and `read_write` in the same dispatch.
 * A node's outputs are placed before its inputs are released, so an op never writes where it reads.
 */
import { type Graph, type Node, type Tensor, tensorBytes } from './graph.ts';

export interface SlotPlan {
  /** Bytes of each slot. */
  slots: number[];
  /** Slot of every activation. */
  slotOf: Map<Tensor, number>;
  /** Sum over activations, had each its own buffer: what the plan saves against. */
  unsharedBytes: number;
}

/** Assigns slots for `nodes` in order. `keep` are activations that must still hold their values after the last node. */
export function planSlots(graph: Graph, nodes: Node[] = graph.nodes, keep: readonly Tensor[] = []): SlotPlan {
  const lastUse = new Map<Tensor, number>();
  nodes.forEach((node, i) => {
    for (const tensor of [...node.inputs, ...node.outputs]) if (tensor.role === 'activation') lastUse.set(tensor, i);
  });
  for (const tensor of keep) lastUse.set(tensor, nodes.length);

  const slots: number[] = [];
  const free: number[] = [];
  const slotOf = new Map<Tensor, number>();
  let unsharedBytes = 0;

  const take = (bytes: number): number => {
    // The smallest free slot that is large enough wastes least; else the largest free one grows least; else a new one.
    let best = -1;
    for (const slot of free) {
      if (best < 0) best = slot;
      else if (slots[slot]! >= bytes ? slots[best]! < bytes || slots[slot]! < slots[best]! : slots[best]! < bytes && slots[slot]! > slots[best]!) best = slot;
    }
    if (best < 0) return slots.push(bytes) - 1;
    free.splice(free.indexOf(best), 1);
    slots[best] = Math.max(slots[best]!, bytes);
    return best;
  };

  nodes.forEach((node, i) => {
    for (const output of node.outputs) {
      if (output.role !== 'activation' || slotOf.has(output)) continue;
      const bytes = tensorBytes(output);
      unsharedBytes += bytes;
      slotOf.set(output, take(bytes));
    }
    for (const tensor of new Set([...node.inputs, ...node.outputs])) {
      if (tensor.role !== 'activation' || lastUse.get(tensor) !== i) continue;
      const slot = slotOf.get(tensor);
      if (slot === undefined) throw new Error(`plan: ${node.op.name} reads ${tensor.name}, which no earlier node wrote`);
      free.push(slot);
    }
  });
  return { slots, slotOf, unsharedBytes };
}

/** Bytes of all slots together. */
export function planBytes(plan: SlotPlan): number {
  return plan.slots.reduce((sum, bytes) => sum + bytes, 0);
}
