/** Reverse-mode differentiation of a recorded graph: walks the forward nodes back to front and lets each op record its gradient. */
import type { Graph, Node, Op, Tensor } from './graph.ts';
import { show } from './graph.ts';

/**
 * Appends the backward pass to the graph. `seeds` are the tensors it starts from, each with its gradient, or with null where the
 * op that made it starts the chain itself (the head loss, which knows d loss = 1). Returns the gradient of every activation and
 * input that one flows to; parameters' gradients are in `graph.gradients`. Gradients nobody reads are pruned when compiled.
 * `add` sums two gradients of one tensor where no rule could do it inside its own kernel.
 */
export function backward(graph: Graph, seeds: Map<Tensor, Tensor | null>, add: Op): Map<Tensor, Tensor> {
  const forward = [...graph.nodes];
  const gradients = new Map<Tensor, Tensor>();
  const replayed = new Map<Tensor, Tensor>();
  const done = new Set<object>();

  const receive = (tensor: Tensor, total: Tensor): void => {
    if (total.size !== tensor.size) {
      throw new Error(`backward: gradient ${show(total)} does not fit ${show(tensor)}`);
    }
    gradients.set(tensor, total);
  };
  for (const [tensor, gradient] of seeds) {
    if (!forward.some((node) => node.outputs.includes(tensor))) {
      throw new Error(`backward: ${show(tensor)} was not recorded in this graph`);
    }
    if (gradient) receive(tensor, gradient);
  }

  for (let i = forward.length - 1; i >= 0; i--) {
    const node = forward[i]!;
    const outputGradients = node.outputs.map((output) => gradients.get(output));
    const starts = node.outputs.some((output) => seeds.get(output) === null);
    if (!starts && outputGradients.every((gradient) => gradient === undefined)) continue;
    if (!node.op.backward) throw new Error(`backward: ${node.op.name} has no gradient, but the loss depends on it`);

    if (node.segment && !done.has(node.segment)) {
      done.add(node.segment);
      replay(graph, node.segment.nodes, replayed);
    }
    const recomputed = (tensor: Tensor): Tensor => replayed.get(tensor) ?? tensor;
    const view: Node = { ...node, inputs: node.inputs.map(recomputed), outputs: node.outputs.map(recomputed) };
    const results = node.op.backward({
      graph,
      node: view,
      gradients: outputGradients,
      partial: node.inputs.map((input) => gradients.get(input)),
    });
    node.inputs.forEach((input, k) => {
      const result = results[k];
      if (!result || input.role === 'parameter') return;
      if ('total' in result) return receive(input, result.total);
      const before = gradients.get(input);
      if (!before) return receive(input, result.share);
      const { name, shape, dtype } = input;
      const [sum] = graph.node(add, [before, result.share], [{ name: `d ${name}`, shape, dtype }], {});
      receive(input, sum!);
    });
  }
  return gradients;
}

/** Records the nodes of a checkpointed segment once more, reading kept tensors from outside the segment. */
function replay(graph: Graph, nodes: Node[], replayed: Map<Tensor, Tensor>): void {
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => replayed.get(input) ?? input);
    const outputs = graph.node(
      node.op,
      inputs,
      node.outputs.map(({ name, shape, dtype }) => ({ name: `${name} again`, shape, dtype })),
      node.attributes,
    );
    node.outputs.forEach((output, k) => replayed.set(output, outputs[k]!));
  }
}
