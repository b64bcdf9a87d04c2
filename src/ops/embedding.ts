import gatherWgsl from '../../shaders/embedding.wgsl?raw';
import scatterWgsl from '../../shaders/embeddingGradient.wgsl?raw';
import type { DType, Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape, expectVec4 } from '../graph/graph.ts';
import { foldWorkgroups, read, write } from '../graph/kernel.ts';
import { invocationsOf, wideGroups } from './lanes.ts';
import { stripsOf } from './strips.ts';

interface Attributes {
  N: number;
  V: number;
  D: number;
}

/** The positions of every token id, grouped by id: `order` (N) holds positions, those of id v from rowStart[v] to rowStart[v + 1]. */
export interface TokenIndexTensors {
  rowStart: Tensor;
  order: Tensor;
}

/**
 * y[n] = weight[tokens[n]]. weight (V, D), tokens (N) u32 below V → (N, D).
 * The gradient needs `index`, which the host sorts once a batch; a graph that is never differentiated goes without.
 */
export function embedding(
  g: Graph,
  weight: Tensor,
  tokens: Tensor,
  index?: TokenIndexTensors,
  dtype: DType = 'f32',
): Tensor {
  const [V, D] = weight.shape as [number, number];
  const N = tokens.size;
  expectVec4('embedding', 'hidden_size', D);
  if (index) {
    expectShape('embedding', index.rowStart, [V + 1], weight);
    expectShape('embedding', index.order, [N], tokens);
  }
  const inputs = index ? [weight, tokens, index.rowStart, index.order] : [weight, tokens];
  return g.node(embeddingOp, inputs, [{ name: 'embedded', shape: [N, D], dtype }], { N, V, D })[0]!;
}

export const embeddingOp: Op<Attributes> = {
  name: 'embedding',
  twin: ([weight, tokens], { attributes: { N, D } }) => {
    const y = new Float64Array(N * D);
    for (let n = 0; n < N; n++) y.set(weight!.subarray(tokens![n]! * D, (tokens![n]! + 1) * D), n * D);
    return [y];
  },
  kernels({ inputs: [weight, tokens], outputs: [y], attributes: { N, D } }) {
    return [
      {
        source: gatherWgsl,
        entryPoint: 'gather',
        bindings: [read(weight!), read(tokens!), write(y!)],
        uniforms: [N, D / 4],
        types: { stored: y!.dtype },
        workgroups: foldWorkgroups(Math.ceil((N * D) / 4 / 64)),
      },
    ];
  },
  backward({ graph: g, node, gradients: [dy] }) {
    const [weight, , rowStart, order] = node.inputs;
    if (!rowStart || !order) throw new Error('embedding: its gradient needs the token index; pass one to embedding()');
    const { gradient, accumulate } = g.claimGradient(weight!);
    g.node(embeddingGradientOp, [rowStart, order, dy!], [gradient], { ...node.attributes, accumulate });
    return [];
  },
};

/** dweight[v] (+)= Σ_{n: tokens[n] = v} dy[n]: dy (N, D) → (V, D). Rows of absent tokens become zero (or stay, when accumulating). */
export const embeddingGradientOp: Op<Attributes & { accumulate: boolean }> = {
  name: 'embeddingGradient',
  twin: ([rowStart, order, dy], { attributes: { V, D } }) => {
    const dweight = new Float64Array(V * D);
    for (let v = 0; v < V; v++)
      for (let k = rowStart![v]!; k < rowStart![v + 1]!; k++)
        for (let i = 0; i < D; i++) dweight[v * D + i]! += dy![order![k]! * D + i]!;
    return [dweight];
  },
  kernels({ inputs: [rowStart, order, dy], outputs: [dweight], attributes: { V, D, accumulate } }, context) {
    const invocations = invocationsOf(context);
    // Eight: the commonest token, some twentieth of a text, is soon done, and the many rows without positions cost little.
    const strips = wideGroups(context) ? 8 : 1;
    return [
      {
        source: `const INVOCATIONS = ${invocations}u;\n${stripsOf(strips)}${scatterWgsl}`,
        entryPoint: 'scatter',
        bindings: [read(rowStart!), read(order!), read(dy!), write(dweight!)],
        uniforms: [V, D / 4, accumulate || context.accumulating ? 1 : 0],
        types: { stored: dy!.dtype },
        workgroups: foldWorkgroups(Math.ceil((((V * D) / 4) * strips) / invocations)),
      },
    ];
  },
};
