/** Reverse-mode differentiation of a recorded graph: walks the forward nodes back to front and lets each op record its gradient. */
import type { Graph, Node, Op, Tensor } from './graph.ts';
import { show } from './graph.ts';

/**
 * Appends the backward pass of `loss` to the graph and returns the parameters' gradients.
 *
 * `loss` must come from an op that starts the chain itself (it records d loss / d its inputs knowing d loss = 1); the head loss
 * does. `add` sums two gradients of one activation where no rule could do it inside its own kernel.
 */
export function backward(graph: Graph, loss: Tensor, add: Op): Map<Tensor, Tensor> {
  const forward = [...graph.nodes];
  const gradients = new Map<Tensor, Tensor>();
  const replayed = new Map<Tensor, Tensor>();
  const done = new Set<object>();
  const root = forward.find((node) => node.outputs.includes(loss));
  if (!root) throw new Error(`backward: ${show(loss)} was not recorded in this graph`);

  const receive = (tensor: Tensor, total: Tensor): void => {
    if (total.size !== tensor.size) {
      throw new Error(`backward: gradient ${show(total)} does not fit ${show(tensor)}`);
    }
    gradients.set(tensor, total);
  };

  for (let i = forward.length - 1; i >= 0; i--) {
    const node = forward[i]!;
    const outputGradients = node.outputs.map((output) => gradients.get(output));
    if (node !== root && outputGradients.every((gradient) => gradient === undefined)) continue;
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
      if (!result || input.role !== 'activation') return;
      if ('total' in result) return receive(input, result.total);
      const before = gradients.get(input);
      if (!before) return receive(input, result.share);
      const [sum] = graph.node(add, [before, result.share], [{ name: `d ${input.name}`, shape: input.shape }], {});
      receive(input, sum!);
    });
  }
  return graph.gradients;
}

/** Records the nodes of a checkpointed segment once more, reading kept tensors from outside the segment. */
function replay(graph: Graph, nodes: Node[], replayed: Map<Tensor, Tensor>): void {
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => replayed.get(input) ?? input);
    const outputs = graph.node(node.op, inputs, node.outputs.map(({ name, shape, dtype }) => ({ name: `${name} again`, shape, dtype })), node.attributes);
    node.outputs.forEach((output, k) => replayed.set(output, outputs[k]!));
  }
}
