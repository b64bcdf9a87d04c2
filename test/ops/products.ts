/** Linear layers and MLPs of some size, held against their twins: N rows, I or D columns in, O or F out. */
import { linear } from '../../src/ops/linear.ts';
import { squaredReluMlp } from '../../src/ops/mlp.ts';
import { checkOp } from './checkOp.ts';

/** `forward`: gradients are left out. */
interface Options {
  residual?: boolean;
  forward?: boolean;
}

export const checkLinear = (N: number, I: number, O: number, { residual, forward }: Options = {}): Promise<void> =>
  checkOp({
    inputs: {
      x: { shape: [N, I] },
      weight: { shape: [O, I], role: 'parameter' },
      ...(residual && { residual: { shape: [N, O] } }),
    },
    record: (g, inputs) => linear(g, inputs.x!, inputs.weight!, inputs.residual),
    ...(forward && { differentiate: [] }),
  });

export const checkMlp = (N: number, D: number, F: number, { forward }: Options = {}): Promise<void> =>
  checkOp({
    inputs: {
      x: { shape: [N, D] },
      up: { shape: [F, D], role: 'parameter' },
      down: { shape: [D, F], role: 'parameter' },
      residual: { shape: [N, D] },
    },
    record: (g, { x, up, down, residual }) => squaredReluMlp(g, x!, up!, down!, residual!),
    ...(forward && { differentiate: [] }),
  });
