import swigluWgsl from '../../../shaders/llama/swiglu.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectVec4 } from '../../graph/graph.ts';
import { foldWorkgroups, read, write } from '../../graph/kernel.ts';

interface Attributes {
  N: number;
  F: number;
}

/** y = silu(gate) · up (Shazeer 2020), silu(g) = g/(1 + e^−g): x (N, 2F), rows [gate | up] → (N, F). */
export function swiglu(g: Graph, x: Tensor): Tensor {
  const [N, width] = x.shape as [number, number];
  const F = width / 2;
  expectVec4('swiglu', `half the width of ${x.name}`, F);
  return g.node(swigluOp, [x], [{ name: `gated ${x.name}`, shape: [N, F], dtype: x.dtype }], { N, F })[0]!;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const groupsOf = ({ N, F }: Attributes) => foldWorkgroups(Math.ceil((N * F) / 4 / 64));

export const swigluOp: Op<Attributes> = {
  name: 'swiglu',
  twin: ([x], { attributes: { N, F } }) => [
    new Float64Array(N * F).map((_, i) => {
      const at = i + Math.floor(i / F) * F;
      return x![at]! * sigmoid(x![at]!) * x![at + F]!;
    }),
  ],
  kernels: ({ inputs: [x], outputs: [y], attributes }) => [
    {
      source: swigluWgsl,
      entryPoint: 'swiglu',
      bindings: [read(x!), write(y!)],
      uniforms: [attributes.N, attributes.F / 4],
      types: { stored: x!.dtype },
      workgroups: groupsOf(attributes),
    },
  ],
  backward({ graph, node: { inputs, attributes }, gradients: [dy] }) {
    const x = inputs[0]!;
    const outputs = [{ name: `d ${x.name}`, shape: x.shape, dtype: x.dtype }];
    return [{ share: graph.node(swigluGradientOp, [x, dy!], outputs, attributes)[0]! }];
  },
};

/** With s = 1/(1 + e^−gate): dgate = dy·up·s·(1 + gate·(1 − s)), dup = dy·gate·s; (N, 2F). */
export const swigluGradientOp: Op<Attributes> = {
  name: 'swigluGradient',
  twin: ([x, dy], { attributes: { N, F } }) => {
    const dx = new Float64Array(2 * N * F);
    dy!.forEach((d, i) => {
      const at = i + Math.floor(i / F) * F;
      const [gate, up] = [x![at]!, x![at + F]!];
      const s = sigmoid(gate);
      dx[at] = d * up * s * (1 + gate * (1 - s));
      dx[at + F] = d * gate * s;
    });
    return [dx];
  },
  kernels: ({ inputs: [x, dy], outputs: [dx], attributes }) => [
    {
      source: swigluWgsl,
      entryPoint: 'swigluGradient',
      bindings: [read(x!), write(dx!), read(dy!)],
      uniforms: [attributes.N, attributes.F / 4],
      types: { stored: x!.dtype },
      workgroups: groupsOf(attributes),
    },
  ],
};
