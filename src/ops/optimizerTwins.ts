/** f64 twins of what an optimizer step does to the pools. */
import type { Twin } from '../graph/interpret.ts';
import { ringColumn, ringNames, updateCode } from '../recipe/measurements.ts';

export const optimizerTwins: Record<string, Twin> = {
  gradientNorm: ([gradients, loss, controls], { outputs, attributes: { maxNorm, stepsToDouble } }, { before }) => {
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

  adamw: ([gradients, controls, clip], { outputs, attributes }, found) => {
    const { beta1, beta2, epsilon, weightDecay, decayed } = attributes;
    const [weights, moments1, moments2, ring] = found.before.map((value) => value!.slice());
    const changed = [weights!, moments1!, moments2!];
    const [lr, c1, c2, row] = controls!;
    if (clip![0] === 0) return [...changed, ring!];
    for (let i = 0; i < gradients!.length; i += 4) {
      const next = changed.map((pool) => pool.slice(i, i + 4));
      const [w, m, v] = next;
      for (let j = 0; j < 4; j++) {
        const g = gradients![i + j]! * clip![0]!;
        m![j] = beta1 * m![j]! + (1 - beta1) * g;
        v![j] = beta2 * v![j]! + (1 - beta2) * g * g;
        const decay = i < decayed ? weightDecay : 0;
        w![j]! -= lr! * ((m![j]! * c1!) / (Math.sqrt(v![j]! * c2!) + epsilon) + decay * w![j]!);
      }
      if (next.every((vector) => vector.every(Number.isFinite))) {
        next.forEach((vector, pool) => changed[pool]!.set(vector, i));
      } else ring![outputs[3]!.shape[1]! * row! + ringColumn('update')] = updateCode('partial');
    }
    return [...changed, ring!];
  },
};
