import rewardWgsl from '../../../shaders/align/rewardLoss.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectShape } from '../../graph/graph.ts';
import { foldWorkgroups, read, write } from '../../graph/kernel.ts';
import { spreadOp } from '../sums.ts';

interface Attributes {
  B: number;
  T: number;
  /** Columns of the predictions, a multiple of 4, and how many of them are attributes. */
  O: number;
  outputs: number;
}

/**
 * (B): Σ m (ŷ − y)² of each row, ŷ being what is predicted at the row's last token and nowhere else. predictions (B·T, O), last (B) u32 below
 * T, labels and mask (B · outputs).
 */
export function rewardLoss(
  g: Graph,
  predictions: Tensor,
  { last, labels, mask }: { last: Tensor; labels: Tensor; mask: Tensor },
  outputs: number,
): Tensor {
  const [N, O] = predictions.shape as [number, number];
  const B = last.size;
  for (const one of [labels, mask]) expectShape('rewardLoss', one, [B * outputs], last);
  if (N % B !== 0 || outputs > O)
    throw new Error(`rewardLoss: ${outputs} labels of ${B} rows do not go with predictions (${N}, ${O})`);
  const made = [
    { name: 'row errors', shape: [B] },
    { name: 'row slopes', shape: [N, O] },
  ];
  return g.node(rewardLossOp, [predictions, last, labels, mask], made, { B, T: N / B, O, outputs })[0]!;
}

export const rewardLossOp: Op<Attributes> = {
  name: 'rewardLoss',
  twin([predictions, last, labels, mask], { attributes: { B, T, O, outputs } }) {
    const [errors, slopes] = [new Float64Array(B), new Float64Array(B * T * O)];
    for (let b = 0; b < B; b++) {
      const at = (b * T + last![b]!) * O;
      for (let o = 0; o < outputs; o++) {
        if (mask![b * outputs + o] === 0) continue;
        const error = predictions![at + o]! - labels![b * outputs + o]!;
        errors[b]! += error ** 2;
        slopes[at + o] = 2 * error;
      }
    }
    return [errors, slopes];
  },
  kernels: ({ inputs, outputs: made, attributes: { B, T, O, outputs } }) => [
    {
      source: rewardWgsl,
      entryPoint: 'rewardLoss',
      bindings: [...inputs.map(read), ...made.map(write)],
      uniforms: [B, T, O, outputs],
      workgroups: foldWorkgroups(Math.ceil(B / 64)),
    },
  ],
  backward({ graph, node: { inputs, outputs, attributes }, gradients: [dy] }) {
    const [predictions] = inputs as [Tensor];
    const outline = [{ name: `d ${predictions.name}`, shape: predictions.shape }];
    const { B, T, O } = attributes;
    return [{ share: graph.node(spreadOp, [dy!, outputs[1]!], outline, { B, T: T * O })[0]! }];
  },
};
