/**
 * The oracle: runs a recorded graph on CPU doubles, each op by its twin, so that a GPU result that differs is traced to the first
 * differing tensor. Parameters' gradients accumulate exactly where the graph says they do.
 */
import type { Graph, Tensor } from './graph.ts';

export type Values = Map<Tensor, Float64Array>;

/** Where values are found and put: a map, or what an executor holds. */
type Store = Pick<Values, 'get' | 'set'>;

/** Runs the nodes of a graph in their order. */
export function interpret<S extends Store>(
  { nodes, constants }: Pick<Graph, 'nodes' | 'constants'>,
  values: S,
  accumulating = false,
): S {
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => {
      const constant = constants.get(input);
      const all = input.copy && values.get(input.copy.in);
      const value =
        all?.subarray(input.copy!.start, input.copy!.start + input.size) ??
        values.get(input) ??
        (constant && Float64Array.from(constant));
      if (!value) throw new Error(`${node.op.name} reads ${input.name}, which has no value`);
      return value;
    });
    const before = node.outputs.map((output) => values.get(output));
    const outputs = node.op.twin(inputs, node, { before, accumulating });
    const accumulate = accumulating || (node.attributes as { accumulate?: boolean }).accumulate;
    node.outputs.forEach((output, k) => {
      const value = outputs[k]!;
      if (value.length !== output.size) {
        throw new Error(
          `${node.op.name}: twin made ${value.length} elements for ${output.name}, which has ${output.size}`,
        );
      }
      const earlier = output.role === 'gradient' && accumulate ? before[k] : undefined;
      values.set(output, earlier ? earlier.map((x, i) => x + value[i]!) : value);
    });
  }
  return values;
}

/** Normalised mean squared error Σ(got − want)² / Σ want²; where want is all zero, the mean square of got. */
export function nmse(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let error = 0;
  let norm = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = got[i]! - want[i]!;
    error += difference * difference;
    norm += want[i]! * want[i]!;
  }
  return norm > 0 ? error / norm : error / Math.max(want.length, 1);
}
