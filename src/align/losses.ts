/**
 * The losses of alignment in doubles, each with its derivative (papers.md §4.2, §4.4): what the graph's kernels are held against, and what
 * the figures of a run are computed with. Log-probabilities are sums over an answer's tokens, nats.
 */

/** σ(x) without overflow. */
export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** ln σ(x), exact for large |x| too. */
export const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

/** A loss and its derivative by one number. */
export interface Slope {
  loss: number;
  slope: number;
}

/** How far the policy's gap a = βΔ is from the reward's gap b = η·Δr. */
export const distances = ['backward', 'forward', 'squared', 'ipo'] as const;
export type Distance = (typeof distances)[number];

/** KL(Bern(σ(p)) ‖ Bern(σ(q))); p = ∞ is the certain outcome, whose own entropy is 0. */
function bernoulliKl(p: number, q: number): number {
  const entropy = p === Infinity ? 0 : sigmoid(p) * logSigmoid(p) + sigmoid(-p) * logSigmoid(-p);
  return entropy - sigmoid(p) * logSigmoid(q) - (p === Infinity ? 0 : sigmoid(-p) * logSigmoid(-q));
}

/** −ln σ(βΔ), by Δ. */
export const dpoLoss = (delta: number, beta: number): Slope => ({
  loss: -logSigmoid(beta * delta),
  slope: -beta * sigmoid(-beta * delta),
});

/**
 * D[βΔ ‖ η·Δr], by Δ. `backward` is the published one, KL(Bern(σ(ηΔr)) ‖ Bern(σ(βΔ))), whose slope by βΔ is σ(βΔ) − σ(ηΔr) and whose
 * limit for ηΔr → ∞ is DPO; `forward` the same KL the other way, `squared` (βΔ − ηΔr)²; `ipo` (Δ − 1/(2β))² asks for no reward.
 */
export function rpoLoss(delta: number, rewardGap: number, beta: number, eta: number, distance: Distance): Slope {
  const [a, b] = [beta * delta, eta * rewardGap];
  switch (distance) {
    case 'backward':
      // As a difference of what is small where both are large.
      return { loss: bernoulliKl(b, a), slope: beta * (sigmoid(-b) - sigmoid(-a)) };
    case 'forward':
      return { loss: bernoulliKl(a, b), slope: beta * sigmoid(a) * sigmoid(-a) * (a - b) };
    case 'squared':
      return { loss: (a - b) ** 2, slope: 2 * beta * (a - b) };
    case 'ipo': {
      const short = delta - 1 / (2 * beta);
      return { loss: short ** 2, slope: 2 * short };
    }
  }
}

/** Log-probabilities of a pair's two answers. */
export interface PairLogProbs {
  chosen: number;
  rejected: number;
}

/** Δ: by how much more than the reference the policy prefers the chosen answer. */
export const policyGap = (policy: PairLogProbs, reference: PairLogProbs): number =>
  policy.chosen - reference.chosen - (policy.rejected - reference.rejected);

/** Loss of a pair and its derivatives by the policy's two log-probabilities; λ = `sftWeight` keeps the chosen answer likely. */
export function pairLoss(
  policy: PairLogProbs,
  reference: PairLogProbs,
  of: (delta: number) => Slope,
  sftWeight: number,
): { loss: number; slopes: PairLogProbs } {
  const { loss, slope } = of(policyGap(policy, reference));
  return {
    loss: loss - sftWeight * policy.chosen,
    slopes: { chosen: slope - sftWeight, rejected: -slope },
  };
}

/** Mean −log p over the counted tokens, and its derivative by each log-probability. */
export function maskedSftLoss(logProbs: ArrayLike<number>, counted: ArrayLike<boolean | number>) {
  let [sum, count] = [0, 0];
  for (let n = 0; n < logProbs.length; n++) {
    if (!counted[n]) continue;
    sum -= logProbs[n]!;
    count++;
  }
  const each = -1 / Math.max(count, 1);
  return { loss: sum / Math.max(count, 1), slopes: Array.from(counted, (one) => (one ? each : 0)) };
}

/** Σ m (ŷ − y)² / Σ m with its derivative by ŷ: masked labels count nothing, a step without labels is 0. */
export function maskedSquaredError(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  mask: ArrayLike<boolean | number>,
) {
  const count = Math.max(
    Array.from(mask).reduce<number>((sum, one) => sum + (one ? 1 : 0), 0),
    1,
  );
  const errors = Array.from(predicted as ArrayLike<number>, (value, i) => (mask[i] ? value - labels[i]! : 0));
  return {
    loss: errors.reduce((sum, error) => sum + error ** 2, 0) / count,
    slopes: errors.map((error) => (2 * error) / count),
  };
}
