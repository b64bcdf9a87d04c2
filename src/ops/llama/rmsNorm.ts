import backwardWgsl from '../../../shaders/llama/rmsNormBackward.wgsl?raw';
import forwardWgsl from '../../../shaders/llama/rmsNorm.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectShape, expectVec4 } from '../../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../../graph/kernel.ts';
import { invocationsOf, vectorRows, wideGroups } from '../lanes.ts';
import { stripsOf } from '../strips.ts';

interface Attributes {
  N: number;
  D: number;
  eps: number;
}

/**
 * y = x · weight / √(mean(x²) + eps), row by row (Zhang and Sennrich 2019); the stored weight is γ itself. x (N, D), weight (D) →
 * (N, D). Each row's factor is f32 and kept for the backward pass.
 */
export function rmsNorm(g: Graph, x: Tensor, weight: Tensor, eps: number): Tensor {
  const [N, D] = x.shape as [number, number];
  expectShape('rmsNorm', weight, [D], x);
  expectVec4('rmsNorm', `the width of ${x.name}`, D);
  const outputs = [
    { name: `norm ${x.name}`, shape: [N, D], dtype: x.dtype },
    { name: `scales ${x.name}`, shape: [N] },
  ];
  return g.node(rmsNormOp, [x, weight], outputs, { N, D, eps })[0]!;
}

export const rmsNormOp: Op<Attributes> = {
  name: 'rmsNorm',
  twin: ([x, weight], { attributes: { N, D, eps } }) => {
    const scales = new Float64Array(N);
    for (let n = 0; n < N; n++) {
      const squares = x!.subarray(n * D, (n + 1) * D).reduce((sum, value) => sum + value * value, 0);
      scales[n] = 1 / Math.sqrt(squares / D + eps);
    }
    return [x!.map((value, i) => value * scales[Math.floor(i / D)]! * weight![i % D]!), scales];
  },
  kernels({ inputs: [x, weight], outputs: [y, scales], attributes: { N, D, eps } }, context) {
    const rows = vectorRows(context, D / 4);
    return [
      {
        source: rows.wgsl + forwardWgsl,
        entryPoint: 'rmsNorm',
        bindings: [read(x!), read(weight!), write(y!), write(scales!)],
        uniforms: [N, D / 4, f32Bits(eps)],
        types: { stored: x!.dtype },
        workgroups: foldWorkgroups(rows.groups(N)),
      },
    ];
  },
  backward({ graph: g, node, gradients: [dy], partial: [dxSoFar] }) {
    const [x, weight] = node.inputs as [Tensor, Tensor];
    const { N, D } = node.attributes;
    const { gradient: dweight, accumulate } = g.claimGradient(weight);
    const inputs = [x, weight, node.outputs[1]!, dy!, ...(dxSoFar ? [dxSoFar] : [])];
    const outputs = [{ name: `d ${x.name}`, shape: x.shape, dtype: x.dtype }, dweight];
    const [dx] = g.node(rmsNormGradientOp, inputs, outputs, { N, D, accumulate });
    return [{ total: dx! }, undefined];
  },
};

/** dx = rstd·(g − n·mean(g·n)) + partial, with g = dy·weight, n = x·rstd, all (N, D); dweight (+)= Σ_rows dy·n, (D). */
export const rmsNormGradientOp: Op<{ N: number; D: number; accumulate: boolean }> = {
  name: 'rmsNormGradient',
  twin: ([x, weight, scales, dy, partial], { attributes: { N, D } }) => {
    const dx = new Float64Array(N * D);
    const dweight = new Float64Array(D);
    for (let n = 0; n < N; n++) {
      const rstd = scales![n]!;
      let mean = 0;
      for (let i = 0; i < D; i++) {
        const [d, norm] = [dy![n * D + i]!, x![n * D + i]! * rstd];
        mean += (d * weight![i]! * norm) / D;
        dweight[i]! += d * norm;
      }
      for (let k = n * D, i = 0; i < D; k++, i++)
        dx[k] = rstd * (dy![k]! * weight![i]! - x![k]! * rstd * mean) + (partial?.[k] ?? 0);
    }
    return [dx, dweight];
  },
  kernels({ inputs, outputs: [dx, dweight], attributes: { N, D, accumulate } }, context) {
    const [x, weight, scales, dy, partial] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor?];
    const rows = vectorRows(context, D / 4);
    const strips = wideGroups(context) ? invocationsOf(context) : 1;
    const columnGroups = Math.ceil(((D / 4) * strips) / invocationsOf(context));
    return [
      {
        source: rows.wgsl + stripsOf(strips) + backwardWgsl,
        entryPoint: 'rmsNormGradient',
        bindings: [...[x, weight, scales, dy, partial ?? dy].map(read), ...[dx!, dweight!].map(write)],
        uniforms: [N, D / 4, partial ? 1 : 0, accumulate || context.accumulating ? 1 : 0, columnGroups],
        types: { stored: x.dtype },
        workgroups: foldWorkgroups(columnGroups + rows.groups(N)),
      },
    ];
  },
};
