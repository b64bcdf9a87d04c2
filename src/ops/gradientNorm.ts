import badWgsl from '../../shaders/lib/bad.wgsl?raw';
import clipWgsl from '../../shaders/clip.wgsl?raw';
import normWgsl from '../../shaders/gradientNorm.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { f32Bits, read, write } from '../graph/kernel.ts';
import { ringColumn, ringNames, updateCode, updateWords } from '../recipe/measurements.ts';
import { invocationsOf, longRows, oneRow, wideGroups } from './lanes.ts';

/** Partial sums of squares, an invocation each: enough to fill a software adapter, few enough for one workgroup to add up. */
const mostSums = 4096;
/** The most of them where a workgroup makes each: 262,144 invocations, as many as the largest GPUs run at once. */
const groupSums = 1024;

/** The ring's columns and the words for what became of an update, as constants of a shader. */
export const ringWgsl = [
  ...ringNames.map((name) => `const RING_${name} = ${ringColumn(name)}u;`),
  ...updateWords.map((word) => `const UPDATE_${word} = ${updateCode(word)}u;`),
  '',
].join('\n');

interface Attributes {
  /** Norm above which gradients are scaled down to it; 0 = never. */
  maxNorm: number;
  /** Steps after which the loss scale doubles; 0: gradients carry none. */
  stepsToDouble: number;
}

/**
 * factor = min(1, maxNorm / ‖g‖) over the whole gradient pool, 0 where ‖g‖ or the loss is not finite; without a readback.
 * gradients (P), loss (1), controls (4) → clip (4) = [factor, ‖g‖, 1 / scale, –] and one row of the ring (rows, width), in the order of
 * recipe/measurements.ts. Gradients times a loss scale (4) have it divided out of ‖g‖ and, through clip's factor, of what the optimizer makes of them; the scale is
 * halved where they are not finite and doubled after `stepsToDouble` steps in which they were.
 */
export function gradientNorm(
  g: Graph,
  gradients: Tensor,
  loss: Tensor,
  controls: Tensor,
  ring: Tensor,
  maxNorm: number,
  scaling: { scale: Tensor; stepsToDouble: number } = { scale: g.state('no loss scale', [4]), stepsToDouble: 0 },
): Tensor {
  const { scale, stepsToDouble } = scaling;
  const outputs = [g.state('clip', [4]), ring, scale, { name: 'squares', shape: [mostSums] }];
  return g.node(gradientNormOp, [gradients, loss, controls], outputs, { maxNorm, stepsToDouble })[0]!;
}

export const gradientNormOp: Op<Attributes> = {
  name: 'gradientNorm',
  twin: ([gradients, loss, controls], { outputs, attributes: { maxNorm, stepsToDouble } }, { before }) => {
    const [ring, lossScale] = [before[1]!.slice(), before[2]!.slice()];
    const [lr, , , row] = controls!;
    const scaled = stepsToDouble > 0;
    const scale = scaled ? lossScale[0]! : 1;
    const norm = Math.sqrt(gradients!.reduce((sum, g) => sum + g * g, 0)) / scale;
    const sound = Number.isFinite(norm) && Number.isFinite(loss![0]);
    const factor = sound ? (maxNorm > 0 && norm > maxNorm ? maxNorm / norm : 1) : 0;
    const overflowed = scaled && !Number.isFinite(norm) && Number.isFinite(loss![0]) && scale > 1;
    if (scaled) {
      const steps = overflowed ? 0 : lossScale[1]! + 1;
      const doubled = steps >= stepsToDouble;
      lossScale.set([scale * (overflowed ? 0.5 : doubled ? 2 : 1), doubled ? 0 : steps]);
    }
    const measured = {
      ...{ loss: loss![0]!, gradNorm: norm, clip: factor, lr: lr! },
      update: updateCode(overflowed ? 'overflow' : sound ? 'made' : 'suppressed'),
    };
    const width = outputs[1]!.shape[1]!;
    ring.set(
      ringNames.map((name) => measured[name]),
      width * row!,
    );
    const clip = Float64Array.of(factor / scale, norm, 1 / scale, 0);
    return [clip, ring, lossScale, new Float64Array(outputs[3]!.size)];
  },
  kernels({ inputs: [gradients, loss, controls], outputs: [clip, ring, scale, squares], attributes }, context) {
    const { maxNorm, stepsToDouble } = attributes;
    const vectors = gradients!.size / 4;
    const invocations = invocationsOf(context);
    const sums = wideGroups(context) ? Math.min(Math.ceil(vectors / invocations), groupSums) : mostSums;
    const { wgsl, groups } = longRows(context);
    return [
      {
        source: wgsl + normWgsl,
        entryPoint: 'squareSums',
        bindings: [read(gradients!), write(squares!)],
        uniforms: [vectors, groups(sums) * invocations],
        workgroups: [groups(sums), 1, 1],
      },
      {
        source: oneRow(context).wgsl + badWgsl + ringWgsl + clipWgsl,
        entryPoint: 'clipFactor',
        bindings: [read(squares!), read(loss!), read(controls!), write(clip!), write(ring!), write(scale!)],
        uniforms: [sums, f32Bits(maxNorm), stepsToDouble, ring!.shape[1]!],
        workgroups: [1, 1, 1],
      },
    ];
  },
};
