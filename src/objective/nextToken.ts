/** Next-token prediction: the loss of pretraining and of continued pretraining. */
import type { Graph, Tensor } from '../graph/graph.ts';
import { type HeadLoss, headLoss } from '../ops/headLoss.ts';

/**
 * loss = lossWeight · Σ_n −log p(target[n] | x[n]). x (N, D) the model's last norm, head (V, D), targets (N) u32 with ids ≥ V
 * ignored, lossWeight (1) = 1 / counted targets of the step: so a step's loss is the mean over all its micro-batches' tokens.
 * Gradients are times `scale`, if given.
 */
export function nextToken(
  g: Graph,
  x: Tensor,
  head: Tensor,
  targets: Tensor,
  lossWeight: Tensor,
  training: boolean,
  scale?: Tensor,
): HeadLoss {
  return headLoss(g, x, head, targets, lossWeight, training, scale);
}
