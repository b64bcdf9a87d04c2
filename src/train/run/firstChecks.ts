/** What the first step of a run must look like. Pure: measurements in, verdicts in words out. */
import type { Blend, ModelConfig } from '../../config/run.ts';
import { LORA_A } from '../../model/family.ts';
import { expectedInitialLoss } from '../../model/estimate.ts';
import type { FirstCheck, TensorReading } from '../../protocol.ts';
import { firstStepWords } from '../../words/notices.ts';

/** Standard deviations that a sound first loss may stray: one run in 16,000 is wronged by 4. */
const deviations = 4;

/**
 * The loss of untrained weights. Expected: ln V + Dσ²/2, for the logits of normalised rows have a variance of Dσ². A target's logit
 * strays by √(Dσ²), and positions of one target share that deviation however many they are; so the mean over a batch in which
 * target v has the share p_v strays by at most √(Dσ² Σ p_v²). Four times that is allowed, and 0.01 for rounding and the tail.
 */
export function untrainedLoss(loss: number, model: ModelConfig, targets: Uint32Array): FirstCheck {
  const { vocab_size: V, hidden_size: D, initializer_range: sigma } = model;
  const expected = expectedInitialLoss(model);
  const allowed = deviations * Math.sqrt(D * sigma ** 2 * concentration(targets, V)) + 0.01;
  const sound = Math.abs(loss - expected) <= allowed;
  const cause = sound ? null : loss < expected ? firstStepWords.targetsLeak : firstStepWords.largeWeights;
  return { name: 'loss', sound, message: firstStepWords.untrained(loss, V, expected, allowed, cause) };
}

/** Σ p_v² over the targets that count. */
function concentration(targets: Uint32Array, V: number): number {
  const counts = new Map<number, number>();
  let counted = 0;
  for (const target of targets) {
    if (target >= V) continue;
    counts.set(target, (counts.get(target) ?? 0) + 1);
    counted++;
  }
  return [...counts.values()].reduce((sum, count) => sum + (count / Math.max(counted, 1)) ** 2, 0);
}

/** Nats by which the mean losses of rows of one source differ (standard deviation; the shipped texts have 0.3 to 0.5). */
const rowSpread = 0.5;

/**
 * The first loss of a base's weights against their own held-out losses, which are measured before it: of the sources of the first
 * blend, by their shares. A batch of B rows strays by √((spread between sources² + within²)/B). Null where no source was measured.
 */
export function continuedLoss(
  loss: number,
  model: ModelConfig,
  heldOut: Readonly<Record<string, number>>,
  blend: Blend,
  rows: number,
): FirstCheck | null {
  const known = Object.entries(blend).filter(([name, weight]) => weight > 0 && name in heldOut);
  const total = known.reduce((sum, [, weight]) => sum + weight, 0);
  if (total === 0) return null;
  const over = (of: (heldOutLoss: number) => number): number =>
    known.reduce((sum, [name, weight]) => sum + (weight / total) * of(heldOut[name]!), 0);
  const expected = over((value) => value);
  const between = over((value) => (value - expected) ** 2);
  const allowed = deviations * Math.sqrt((between + rowSpread ** 2) / rows);
  const sound = Math.abs(loss - expected) <= allowed;
  const cause = sound ? null : loss < expected ? firstStepWords.rowsRepeated : firstStepWords.otherWeights;
  return { name: 'loss', sound, message: firstStepWords.continued(loss, expected, allowed, model.vocab_size, cause) };
}

/** Every tensor gets a gradient, and a finite one: in this architecture no initial value cuts a tensor off. */
export function firstGradients(tensors: readonly TensorReading[]): FirstCheck {
  const broken = tensors.filter(({ finite }) => !finite).map(({ name }) => name);
  // An adapter's B begins at 0, which cuts its A off for one step.
  const silent = tensors
    .filter(({ name, finite, gradNorm }) => finite && gradNorm === 0 && !name.endsWith(LORA_A))
    .map(({ name }) => name);
  if (broken.length === 0 && silent.length === 0) {
    const norms = tensors.map(({ gradNorm }) => gradNorm);
    const message = firstStepWords.sound(tensors.length, Math.min(...norms), Math.max(...norms));
    return { name: 'gradients', sound: true, message };
  }
  return { name: 'gradients', sound: false, message: firstStepWords.unsound(broken, silent) };
}
