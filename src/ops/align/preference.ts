import preferenceWgsl from '../../../shaders/align/preference.wgsl?raw';
import { type Distance, dpoLoss, pairLoss, rpoLoss } from '../../align/losses.ts';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectShape } from '../../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../../graph/kernel.ts';
import { spreadOp } from '../sums.ts';

/** `dpo` has no distance to a reward: it is RPO's backward one with a certain reward. In the order of the kernels' numbers. */
export const preferenceKinds = ['dpo', 'backward', 'forward', 'squared', 'ipo'] as const;
export type PreferenceKind = 'dpo' | Distance;

export interface PreferenceSettings {
  kind: PreferenceKind;
  beta: number;
  /** η, what a reward gap is multiplied with; of no account to `dpo` and `ipo`. */
  eta: number;
  /** λ: weight of −log π(chosen). */
  sftWeight: number;
}

type Attributes = PreferenceSettings & { P: number };

/** Rows 2p and 2p + 1 are pair p’s chosen and rejected answer; (2P) each. */
export interface PairTensors {
  /** log π of every answer. */
  logProbs: Tensor;
  /** log π_ref. */
  references: Tensor;
  /** r* of both answers. */
  rewards: Tensor;
  /** 1, or 0 for rows that fill a batch up. */
  counts: Tensor;
}

/** (P): what each pair loses (align/losses.ts); 0 for pairs that do not count. */
export function preference(g: Graph, pairs: PairTensors, settings: PreferenceSettings): Tensor {
  const { logProbs, references, rewards, counts } = pairs;
  const rows = logProbs.size;
  for (const one of [references, rewards, counts]) expectShape('preference', one, [rows], logProbs);
  const P = rows / 2;
  if (!Number.isInteger(P)) throw new Error(`preference: ${rows} answers are no pairs`);
  const outputs = [
    { name: 'pair losses', shape: [P] },
    { name: 'pair slopes', shape: [rows] },
  ];
  return g.node(preferenceOp, [logProbs, references, rewards, counts], outputs, { P, ...settings })[0]!;
}

export const preferenceOp: Op<Attributes> = {
  name: 'preference',
  twin([policy, reference, rewards, counts], { attributes: { P, kind, beta, eta, sftWeight } }) {
    const [losses, slopes] = [new Float64Array(P), new Float64Array(2 * P)];
    for (let p = 0; p < P; p++) {
      if (counts![2 * p] === 0) continue;
      const [of, r] = [policy!, reference!].map((all) => ({ chosen: all[2 * p]!, rejected: all[2 * p + 1]! }));
      const gap = rewards![2 * p]! - rewards![2 * p + 1]!;
      const by = (delta: number) => (kind === 'dpo' ? dpoLoss(delta, beta) : rpoLoss(delta, gap, beta, eta, kind));
      const { loss, slopes: slope } = pairLoss(of!, r!, by, sftWeight);
      losses[p] = loss;
      slopes.set([slope.chosen, slope.rejected], 2 * p);
    }
    return [losses, slopes];
  },
  kernels({ inputs, outputs, attributes: { P, kind, beta, eta, sftWeight } }) {
    return [
      {
        source: preferenceWgsl,
        entryPoint: 'preference',
        bindings: [...inputs.map(read), ...outputs.map(write)],
        uniforms: [P, preferenceKinds.indexOf(kind), f32Bits(beta), f32Bits(eta), f32Bits(sftWeight)],
        workgroups: foldWorkgroups(Math.ceil(P / 64)),
      },
    ];
  },
  backward({ graph, node: { inputs, outputs, attributes }, gradients: [dy] }) {
    const [logProbs] = inputs as [Tensor];
    const outline = [{ name: `d ${logProbs.name}`, shape: logProbs.shape }];
    return [{ share: graph.node(spreadOp, [dy!, outputs[1]!], outline, { B: attributes.P, T: 2 })[0]! }];
  },
};
