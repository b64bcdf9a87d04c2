/** Trials as a worker would tell of them, played by formula. */
import type { GridEvent, GridRequest, Inspection, OverfitResult, TrialProgress } from '../../../src/protocol.ts';
import { hasDiverged, type RangePoint, sweepRates } from '../../../src/recipe/rangeTest.ts';
import { randomNormal } from '../../../src/util/random.ts';

const STREAM = 9;

/** Falls from 10^−3.5 on and rises from 10^−1.3 on. */
function lossAt(rate: number, i: number): number {
  const power = Math.log10(rate);
  return (
    5.6 -
    2.6 / (1 + Math.exp(-4 * (power + 2.6))) +
    30 * Math.max(0, power + 1.3) ** 2 +
    0.06 * randomNormal(1, STREAM, i)
  );
}

export async function playRange(
  tell: (progress: TrialProgress) => void,
  beat: () => Promise<boolean>,
): Promise<RangePoint[]> {
  const points: RangePoint[] = [];
  for (const [i, rate] of sweepRates().entries()) {
    points.push({ rate, loss: lossAt(rate, i), gradNorm: 1 });
    if (i % 20 > 0) continue;
    tell({ kind: 'sweeping', points: [...points] });
    if (!(await beat()) || hasDiverged(points)) break;
  }
  return points;
}

export async function playOverfit(
  tell: (progress: TrialProgress) => void,
  beat: () => Promise<boolean>,
): Promise<OverfitResult> {
  const losses: number[] = [];
  for (let step = 0; step < 60; step++) {
    losses.push(5.6 * Math.exp(-step / 22));
    if (step % 12 > 0) continue;
    tell({ kind: 'overfitting', losses: [...losses] });
    if (!(await beat())) break;
  }
  return { losses, rate: 4e-3, learnt: losses.at(-1)! < 0.1 * losses[0]! };
}

/** Best in the middle, one diverged, neighbours within the noise of the seeds. */
export async function playGrid(
  { plan, done }: GridRequest,
  tell: (event: GridEvent) => void,
  beat: () => Promise<boolean>,
): Promise<boolean> {
  const middle = plan.rates[plan.rates.length >> 1]!;
  for (const sequences of plan.batches) {
    for (const seed of plan.seeds) {
      for (const [i, rate] of plan.rates.entries()) {
        if (done.some((row) => row.rate === rate && row.sequences === sequences && row.seed === seed)) continue;
        tell({ kind: 'running', rate, sequences, seed, step: 40, endStep: 100 });
        if (!(await beat())) return false;
        const far = Math.log2(rate / middle);
        const noise = 0.03 * randomNormal(seed, STREAM, 0) + 0.01 * randomNormal(seed, STREAM + i, sequences);
        const loss = far >= 2 ? null : 2.4 + 0.03 * far * far + 0.01 * sequences + noise;
        tell({ kind: 'row', row: { rate, sequences, seed, loss } });
      }
    }
  }
  return true;
}

/** A look inside a model of this many layers. */
export function inspectionAt(step: number, layers: number): Inspection {
  const reading = (name: string, i: number) => ({
    name,
    gradNorm: 0.02 + 0.3 * (1 + step / 200) ** -0.5 * (1 + (i % 3)),
    finite: true,
    weightNorm: 3 + (i % 5),
    updateRatio: name.endsWith('norm.bias') && step === 0 ? null : 0.02 * (1 + step / 60) ** -0.7 * (1 + (i % 4) / 3),
  });
  const inside = [
    'input_layernorm.weight',
    'self_attn.q_proj.weight',
    'self_attn.k_proj.weight',
    'self_attn.v_proj.weight',
    'self_attn.o_proj.weight',
    'post_attention_layernorm.weight',
    'mlp.up_proj.weight',
    'mlp.down_proj.weight',
  ];
  const names = [
    'model.embed_tokens.weight',
    ...Array.from({ length: layers }, (_, layer) => inside.map((name) => `model.layers.${layer}.${name}`)).flat(),
    'model.norm.weight',
    'model.norm.bias',
    'lm_head.weight',
  ];
  return {
    step,
    clipRate: 0.6 * (1 + step / 40) ** -1,
    tensors: names.map(reading),
    layers: Array.from({ length: layers }, (_, layer) => ({
      dead: 0.02 + 0.03 * layer,
      highestScore: 2 + 6 * (1 - Math.exp(-step / 200)) + layer,
    })),
  };
}
