import backwardWgsl from '../../shaders/layerNormBackward.wgsl?raw';
import forwardWgsl from '../../shaders/layerNorm.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape, expectVec4 } from '../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../graph/kernel.ts';
import { invocationsOf, vectorRows } from './lanes.ts';
import { stripsOf } from './strips.ts';
import { plusOptional } from './doubles.ts';

interface Attributes {
  N: number;
  D: number;
  eps: number;
}

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
  twin: ([x, weight, bias], { attributes: { N, D, eps } }) => {
    const y = new Float64Array(N * D);
    const stats = new Float64Array(N * 2);
    for (let n = 0; n < N; n++) {
      const row = x!.subarray(n * D, (n + 1) * D);
      const mean = row.reduce((sum, v) => sum + v, 0) / D;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / D;
      const rstd = 1 / Math.sqrt(variance + eps);
      for (let i = 0; i < D; i++) y[n * D + i] = (row[i]! - mean) * rstd * (1 + weight![i]!) + bias![i]!;
      stats.set([mean, rstd], n * 2);
    }
    return [y, stats];
  },
  kernels({ inputs: [x, weight, bias], outputs: [y, stats], attributes: { N, D, eps } }, context) {
    const rows = vectorRows(context, D / 4);
    return [
      {
        source: rows.wgsl + forwardWgsl,
        entryPoint: 'forward',
        bindings: [read(x!), read(weight!), read(bias!), write(y!), write(stats!)],
        uniforms: [N, D / 4, f32Bits(eps)],
        types: { stored: x!.dtype },
        workgroups: foldWorkgroups(rows.groups(N)),
      },
    ];
  },
  backward({ graph: g, node, gradients: [dy], partial: [dxSoFar] }) {
    const [x, weight, bias] = node.inputs as [Tensor, Tensor, Tensor];
    const stats = node.outputs[1]!;
    const { N, D } = node.attributes;
    const { gradient: dweight, accumulate } = g.claimGradient(weight);
    const { gradient: dbias } = g.claimGradient(bias);
    const inputs = dxSoFar ? [x, weight, stats, dy!, dxSoFar] : [x, weight, stats, dy!];
    const outputs = [{ name: `d ${x.name}`, shape: x.shape, dtype: x.dtype }, dweight, dbias];
    const [dx] = g.node(layerNormGradientOp, inputs, outputs, { N, D, accumulate });
    return [{ total: dx! }, undefined, undefined];
  },
};

/**
 * dx = rstd·(g − mean(g) − n·mean(g·n)) + partial, with g = dy·(1 + weight), n = (x − mean)·rstd, all (N, D); dweight (+)=
 * Σ_rows dy·n and dbias (+)= Σ_rows dy, (D).
 */
export const layerNormGradientOp: Op<{ N: number; D: number; accumulate: boolean }> = {
  name: 'layerNormGradient',
  twin: ([x, weight, stats, dy, partial], { attributes: { N, D } }) => {
    const dx = new Float64Array(N * D);
    const dweight = new Float64Array(D);
    const dbias = new Float64Array(D);
    for (let n = 0; n < N; n++) {
      const [mean, rstd] = [stats![n * 2]!, stats![n * 2 + 1]!];
      let meanG = 0;
      let meanGN = 0;
      const g = (i: number): number => dy![n * D + i]! * (1 + weight![i]!);
      const norm = (i: number): number => (x![n * D + i]! - mean) * rstd;
      for (let i = 0; i < D; i++) {
        meanG += g(i) / D;
        meanGN += (g(i) * norm(i)) / D;
        dweight[i]! += dy![n * D + i]! * norm(i);
        dbias[i]! += dy![n * D + i]!;
      }
      for (let i = 0; i < D; i++) dx[n * D + i] = rstd * (g(i) - meanG - norm(i) * meanGN);
    }
    return [plusOptional(dx, partial), dweight, dbias];
  },
  kernels({ inputs, outputs: [dx, dweight, dbias], attributes: { N, D, accumulate } }, context) {
    const [x, weight, stats, dy, partial] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor?];
    const rows = vectorRows(context, D / 4);
    const strips = context.software && context.quads ? 4 : invocationsOf(context);
    const columnGroups = Math.ceil(((D / 4) * strips) / invocationsOf(context));
    return [
      {
        source: rows.wgsl + stripsOf(strips) + backwardWgsl,
        entryPoint: 'layerNormGradient',
        bindings: [
          read(x),
          read(weight),
          read(stats),
          read(dy),
          read(partial ?? dy),
          write(dx!),
          write(dweight!),
          write(dbias!),
        ],
        uniforms: [N, D / 4, partial ? 1 : 0, accumulate || context.accumulating ? 1 : 0, columnGroups],
        types: { stored: x.dtype },
        workgroups: foldWorkgroups(columnGroups + rows.groups(N)),
      },
    ];
  },
};
