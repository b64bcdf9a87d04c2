/** Trials as a worker would tell of them, played by formula. */
import type {
  CellsEvent,
  CellsRequest,
  Inspection,
  OverfitResult,
  Reading,
  TrialProgress,
} from '../../../src/protocol.ts';
import { COORDINATE_STEPS } from '../../../src/recipe/widths/widths.ts';
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

/**
 * Best in the middle, one diverged, neighbours within the noise of the seeds. Of wider models in the standard parametrization the best
 * rate falls as one over width.
 */
export async function playCells(
  { cells }: CellsRequest,
  tell: (event: CellsEvent) => void,
  beat: () => Promise<boolean>,
): Promise<boolean> {
  const rates = [...new Set(cells.map(({ base }) => base.schedule.peak))].sort((a, b) => a - b);
  const middle = rates[rates.length >> 1]!;
  const narrowest = Math.min(...cells.map(({ model }) => model.hidden_size));
  for (const [cell, { model, base, batch, seed }] of cells.entries()) {
    tell({ kind: 'running', cell, step: 40, endStep: 100 });
    if (!(await beat())) return false;
    const { peak } = base.schedule;
    const doublings = Math.log2(model.hidden_size / narrowest);
    const far = Math.log2(peak / middle) + (model.mup_base_hidden_size ? 0 : doublings);
    const noise =
      0.03 * randomNormal(seed, STREAM, 0) + 0.01 * randomNormal(seed, STREAM + rates.indexOf(peak), batch.sequences);
    const loss = far >= 2 ? null : 2.4 + 0.03 * far * far + 0.01 * batch.sequences - 0.1 * doublings + noise;
    tell({ kind: 'end', cell, loss });
  }
  return true;
}

/** Activations that grow with width in the standard parametrization and not in µP. */
export async function playCoordinates(
  { cells }: CellsRequest,
  tell: (cell: number, readings: Reading[]) => void,
  beat: () => Promise<boolean>,
): Promise<boolean> {
  const narrowest = Math.min(...cells.map(({ model }) => model.hidden_size));
  for (const [cell, { model }] of cells.entries()) {
    if (!(await beat())) return false;
    const wider = model.mup_base_hidden_size ? 1 : model.hidden_size / narrowest;
    const sites = [...Array.from({ length: model.num_hidden_layers }, (_, i) => `layer ${i + 1}`), 'logits'];
    tell(
      cell,
      COORDINATE_STEPS.flatMap((step) =>
        sites.map((site, i) => ({ step, site, rms: 0.1 * (i + 1) + 0.2 * step * wider, change: 0.2 * step * wider })),
      ),
    );
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
