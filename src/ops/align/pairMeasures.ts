import measuresWgsl from '../../../shaders/align/pairMeasures.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { foldWorkgroups, read, write } from '../../graph/kernel.ts';
import type { PairTensors } from './preference.ts';

/** What is told of the pairs besides their loss, (P) each; 0 where a pair does not count. */
export interface PairMeasures {
  /** log π of both answers. */
  chosen: Tensor;
  rejected: Tensor;
  /** By how much each has grown over the reference: β times it is the implicit reward. */
  chosenGain: Tensor;
  rejectedGain: Tensor;
  /** 1 where the policy prefers the chosen answer by more than the reference does. */
  right: Tensor;
}

export function pairMeasures(g: Graph, { logProbs, references, counts }: Omit<PairTensors, 'rewards'>): PairMeasures {
  const P = logProbs.size / 2;
  const names = ['chosen', 'rejected', 'chosen gain', 'rejected gain', 'right'];
  const outputs = names.map((name) => ({ name, shape: [P] }));
  const made = g.node(pairMeasuresOp, [logProbs, references, counts], outputs, { P });
  const [chosen, rejected, chosenGain, rejectedGain, right] = made as [Tensor, Tensor, Tensor, Tensor, Tensor];
  return { chosen, rejected, chosenGain, rejectedGain, right };
}

export const pairMeasuresOp: Op<{ P: number }> = {
  name: 'pairMeasures',
  twin([policy, reference, counts], { attributes: { P } }) {
    const columns = Array.from({ length: 5 }, () => new Float64Array(P));
    for (let p = 0; p < P; p++) {
      if (counts![2 * p] === 0) continue;
      const [chosen, rejected] = [policy![2 * p]!, policy![2 * p + 1]!];
      const gains = [chosen - reference![2 * p]!, rejected - reference![2 * p + 1]!] as const;
      [chosen, rejected, ...gains, gains[0] > gains[1] ? 1 : 0].forEach((value, c) => (columns[c]![p] = value));
    }
    return columns;
  },
  kernels: ({ inputs, outputs, attributes: { P } }) => [
    {
      source: measuresWgsl,
      entryPoint: 'pairMeasures',
      bindings: [...inputs.map(read), ...outputs.map(write)],
      uniforms: [P],
      workgroups: foldWorkgroups(Math.ceil(P / 64)),
    },
  ],
};
