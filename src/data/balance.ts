/**
 * With which probability a source must be drawn so that its share of the *tokens* is the blend's. A row of T tokens is
 * filled by draws and the last draw is cut, which costs long documents more than short ones: p ∝ weight / mean length
 * would miss the shares by several points where documents are about as long as rows. The row's filling is a renewal
 * process, so its expectations are exact:
 *
 *   visits(r) = expected number of draws made with r tokens still to fill:  visits(T) = 1,
 *               visits(r) = Σ_{j ≥ 1} visits(r + j) · Σ_s p_s · P_s(length = j)
 *   m_s(r)    = E[min(length_s, r)] = Σ_{j ≤ r} P_s(length ≥ j)
 *   share_s   = p_s · Σ_r visits(r) · m_s(r) / T
 */

/** P(contributed length = j) for j = 0 … T, lengths above T counted as T. */
export type LengthDistribution = Float64Array;

/** Realised share of each source when it is drawn with probability `draws[s]`. Sums to 1. */
export function realisedShares(draws: Float64Array, lengths: readonly LengthDistribution[], T: number): Float64Array {
  const visits = new Float64Array(T + 1);
  visits[T] = 1;
  const mixed: [length: number, probability: number][] = [];
  for (let j = 1; j <= T; j++) {
    let probability = 0;
    for (let s = 0; s < draws.length; s++) probability += draws[s]! * lengths[s]![j]!;
    if (probability > 0) mixed.push([j, probability]);
  }
  for (let r = T; r > 0; r--) {
    const here = visits[r]!;
    if (here === 0) continue;
    for (const [j, probability] of mixed) {
      if (j >= r) break;
      visits[r - j]! += here * probability;
    }
  }
  return draws.map((draw, s) => {
    if (draw === 0) return 0;
    let atLeast = 1;
    let mean = 0;
    let tokens = 0;
    for (let r = 1; r <= T; r++) {
      mean += atLeast;
      atLeast -= lengths[s]![r]!;
      tokens += visits[r]! * mean;
    }
    return (draw * tokens) / T;
  });
}

/**
 * Draw probabilities whose realised shares are `shares`, by the fixed point p_s ← p_s · wanted_s / realised_s. It
 * starts at weight / mean length and contracts quickly; 1e-7 is far below what any run can measure.
 */
export function drawProbabilities(
  shares: Float64Array,
  lengths: readonly LengthDistribution[],
  T: number,
): Float64Array {
  const mean = (length: LengthDistribution) => length.reduce((sum, probability, j) => sum + probability * j, 0);
  let draws = normalised(shares.map((share, s) => (share === 0 ? 0 : share / mean(lengths[s]!))));
  const MOST_TURNS = 100;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const realised = realisedShares(draws, lengths, T);
    if (realised.every((share, s) => Math.abs(share - shares[s]!) < 1e-7)) break;
    draws = normalised(draws.map((draw, s) => (draw === 0 ? 0 : (draw * shares[s]!) / realised[s]!)));
  }
  return draws;
}

function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Running sum, scaled to end at exactly 1. */
export function runningSum(weights: Float64Array): Float64Array {
  let sum = 0;
  const sums = weights.map((weight) => (sum += weight));
  return sums.map((value) => value / sum);
}

/**
 * Index of the first entry above u in [0, 1); entries ascend to 1. An entry equal to the one before it is never found.
 */
export function indexAbove(cumulative: Float64Array, u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}
