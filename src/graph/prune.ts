/** Drops nodes nobody needs: what a checkpointed segment recomputes but no gradient reads, a scoring pass's unused statistics. */
import { type Node, storageOf, type Tensor } from './graph.ts';

/** Nodes that write anything but activations stay, as do those whose activations a staying node reads or the caller keeps. */
export function pruneDead(nodes: readonly Node[], keep: readonly Tensor[]): Node[] {
  const needed = new Set<Tensor>(keep);
  const alive: Node[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (node.outputs.every((output) => output.role === 'activation' && !needed.has(output))) continue;
    for (const input of node.inputs) needed.add(storageOf(input));
    alive.push(node);
  }
  return alive.reverse();
}
