import backwardWgsl from '../../shaders/layerNormBackward.wgsl?raw';
import forwardWgsl from '../../shaders/layerNorm.wgsl?raw';
import parametersWgsl from '../../shaders/layerNormParameters.wgsl?raw';
import totalsWgsl from '../../shaders/layerNormParameterTotals.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape, expectVec4 } from '../graph/graph.ts';
import { f32Bits, read, write } from '../graph/kernel.ts';
import { lanesWgsl, rowGroups } from './lanes.ts';

interface Attributes {
  N: number;
  D: number;
  eps: number;
}

/** Rows one invocation sums of the parameter gradients: short enough for a GPU's latency, long enough to keep the second level small. */
const chunkRows = 32;

/**
 * y = (x − mean) / sqrt(var + eps) · (1 + weight) + bias, row by row: LayerNorm-1P, whose stored weight is γ − 1 (papers.md §5.1).
 * x (N, D), weight (D), bias (D) → (N, D). Variance is biased; statistics are f32 and kept for the backward pass.
 */
export function layerNorm(g: Graph, x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const [N, D] = x.shape as [number, number];
  expectShape('layerNorm', weight, [D], x);
  expectShape('layerNorm', bias, [D], x);
  expectVec4('layerNorm', `the width of ${x.name}`, D);
  const outputs = [
    { name: `norm ${x.name}`, shape: [N, D], dtype: x.dtype },
    { name: `stats ${x.name}`, shape: [N, 2] },
  ];
  return g.node(layerNormOp, [x, weight, bias], outputs, { N, D, eps })[0]!;
}

export const layerNormOp: Op<Attributes> = {
  name: 'layerNorm',
  kernels({ inputs: [x, weight, bias], outputs: [y, stats], attributes: { N, D, eps } }, context) {
    return [
      {
        source: lanesWgsl(context) + forwardWgsl,
        entryPoint: 'forward',
        bindings: [read(x!), read(weight!), read(bias!), write(y!), write(stats!)],
        uniforms: [N, D / 4, f32Bits(eps)],
        types: { stored: x!.dtype },
        workgroups: rowGroups(context, N),
      },
    ];
  },
  backward({ graph: g, node, gradients: [dy], partial: [dxSoFar] }) {
    const [x, weight, bias] = node.inputs as [Tensor, Tensor, Tensor];
    const stats = node.outputs[1]!;
    const { N, D } = node.attributes;
    const { gradient: dweight, accumulate } = g.claimGradient(weight);
    const { gradient: dbias } = g.claimGradient(bias);
    const chunks = Math.ceil(N / chunkRows);
    g.node(
      layerNormParametersOp,
      [x, stats, dy!],
      [dweight, dbias, { name: `sums ${weight.name}`, shape: [chunks, 2, D] }],
      { N, D, accumulate },
    );
    const inputs = dxSoFar ? [x, weight, stats, dy!, dxSoFar] : [x, weight, stats, dy!];
    const [dx] = g.node(layerNormInputOp, inputs, [{ name: `d ${x.name}`, shape: x.shape, dtype: x.dtype }], { N, D });
    return [{ total: dx! }, undefined, undefined];
  },
};

/** dx = rstd·(g − mean(g) − n·mean(g·n)) + partial, with g = dy·(1 + weight), n = (x − mean)·rstd. All (N, D). */
export const layerNormInputOp: Op<{ N: number; D: number }> = {
  name: 'layerNormInputGradient',
  kernels({ inputs: [x, weight, stats, dy, partial], outputs: [dx], attributes: { N, D } }, context) {
    return [
      {
        source: lanesWgsl(context) + backwardWgsl,
        entryPoint: 'inputGradient',
        bindings: [read(x!), read(weight!), read(stats!), read(dy!), read(partial ?? dy!), write(dx!)],
        uniforms: [N, D / 4, partial ? 1 : 0],
        types: { stored: x!.dtype },
        workgroups: rowGroups(context, N),
      },
    ];
  },
};

/** dweight (+)= Σ_rows dy·n, dbias (+)= Σ_rows dy: (N, D) → (D), (D), through chunk sums (chunks, 2, D). */
export const layerNormParametersOp: Op<{ N: number; D: number; accumulate: boolean }> = {
  name: 'layerNormParameterGradient',
  kernels({ inputs: [x, stats, dy], outputs: [dweight, dbias, sums], attributes: { N, D, accumulate } }, context) {
    const chunks = Math.ceil(N / chunkRows);
    const columnGroups = Math.ceil(D / 4 / 32);
    return [
      {
        source: parametersWgsl,
        entryPoint: 'chunkSums',
        bindings: [read(x!), read(stats!), read(dy!), write(sums!)],
        uniforms: [N, D / 4, chunkRows],
        types: { stored: x!.dtype },
        workgroups: [columnGroups, chunks, 1],
      },
      {
        source: totalsWgsl,
        entryPoint: 'totals',
        bindings: [read(sums!), write(dweight!), write(dbias!)],
        uniforms: [D / 4, chunks, accumulate || context.accumulating ? 1 : 0],
        workgroups: [columnGroups, 1, 1],
      },
    ];
  },
};
