/** The optimizer's part of the graph: global norm, clip factor, AdamW. Recorded in phase 'update', once a step. */
import type { OptimizerConfig } from '../config/run.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { PoolLayout } from '../graph/pool.ts';
import { adamw } from '../ops/adamw.ts';
import { gradientNorm } from '../ops/gradientNorm.ts';
import { writeRing } from '../ops/ringColumn.ts';
import { ringNames, ringWidth } from '../recipe/measurements.ts';
import { stepsToDouble } from './lossScale.ts';

export interface Update {
  /** (4) f32 input: η, 1/(1−β1ᵗ), 1/(1−β2ᵗ), row of the ring. */
  controls: Tensor;
  /** (rows, width): what the last steps measured, in the order of recipe/measurements.ts, then the objective's own. */
  ring: Tensor;
}

/** `own`: what the objective measures, (1) each. `scale`: what gradients have been multiplied with (lossScale.ts). */
export function update(
  g: Graph,
  layout: PoolLayout,
  loss: Tensor,
  config: OptimizerConfig,
  ringRows: number,
  own: readonly Tensor[] = [],
  scale?: Tensor,
): Update {
  g.phase = 'update';
  const gradients = g.pool('gradients', layout.trained);
  const weights = g.pool('parameters', layout.elements);
  const moments1 = g.pool('moments1', layout.trained);
  const moments2 = g.pool('moments2', layout.trained);
  const controls = g.input('controls', [4]);
  const ring = g.state('ring', [ringRows, ringWidth(own.length)]);
  const clip = gradientNorm(
    g,
    gradients,
    loss,
    controls,
    ring,
    config.max_grad_norm,
    scale && { scale, stepsToDouble },
  );
  adamw(g, { gradients, weights, moments1, moments2 }, controls, clip, ring, {
    beta1: config.beta1,
    beta2: config.beta2,
    epsilon: config.epsilon,
    weightDecay: config.weight_decay,
    regions: layout.regions,
  });
  own.forEach((value, i) => writeRing(g, value, controls, ring, ringNames.length + i));
  return { controls, ring };
}
