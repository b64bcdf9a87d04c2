/**
 * Weights of sources, or of buckets of one: how many tokens of a budget each gives. Sizes and budgets are tokens; shares sum to 1. The
 * methods are those that "Data, Data Everywhere" compares.
 */

/** Passes over a source beyond which repeating it teaches little. */
export const MANY_EPOCHS = 4;

export interface GivenWeight {
  name: string;
  tokens: number;
  share: number;
  /** Passes that a budget makes over it. */
  epochs: number;
  /** More than MANY_EPOCHS. */
  repeated: boolean;
}

/** A method's shares with the epochs they mean. */
export function weightsOf(
  sizes: Readonly<Record<string, number>>,
  shares: readonly number[],
  budget: number,
): GivenWeight[] {
  return Object.entries(sizes).map(([name, tokens], i) => {
    const epochs = (shares[i]! * budget) / tokens;
    return { name, tokens, share: shares[i]!, epochs, repeated: epochs > MANY_EPOCHS };
  });
}

/** Numbers made to sum to 1. RangeError where they are negative or all 0. */
export function normalized(values: readonly number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0);
  const bad = values.find((value) => !(value >= 0 && Number.isFinite(value)));
  if (bad !== undefined || !(sum > 0))
    throw new RangeError(`Weights are numbers from 0 that are not all 0: ${values.join(', ')}.`);
  return values.map((value) => value / sum);
}

/** Weights set by hand, and given as they are. */
export const preferenceWeights = normalized;

/**
 * p ∝ (n / Σn)^(1/α) flattens, as multilingual practice has it; with 'sharp' p ∝ (n / Σn)^α, which is how a third party has read the
 * paper's α = 1.3. The paper leaves the sign open.
 */
export function alphaSampling(sizes: readonly number[], alpha = 1.3, sign: 'flat' | 'sharp' = 'flat'): number[] {
  return normalized(normalized(sizes).map((share) => share ** (sign === 'flat' ? 1 / alpha : alpha)));
}

/**
 * UniMax (Chung et al., 2023): the budget is dealt out evenly, but no source gives more than `epochs` passes over it. Tokens of each; less
 * than the budget together where all of them reach their ends.
 */
export function unimax(sizes: readonly number[], budget: number, epochs = 1): number[] {
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[a]! - sizes[b]!);
  const tokens = sizes.map(() => 0);
  let left = budget;
  order.forEach((source, dealt) => {
    tokens[source] = Math.min(epochs * sizes[source]!, left / (order.length - dealt));
    left -= tokens[source]!;
  });
  return tokens;
}

/** The numbers a DoReMi run starts from (Xie et al., 2023): its step and its smoothing. */
export interface DoremiOptions {
  /** η: how fast weights move. */
  rate: number;
  /** c: share of the uniform weights that is mixed in after every step. */
  smoothing: number;
}
export const usualDoremi: DoremiOptions = { rate: 1, smoothing: 1e-3 };

/** Mean over a domain's tokens of how much worse the proxy is than the reference, no token counting for less than 0. Nats. */
export function clippedExcess(proxy: ArrayLike<number>, reference: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < proxy.length; i++) sum += Math.max(0, proxy[i]! - reference[i]!);
  return proxy.length === 0 ? 0 : sum / proxy.length;
}

/** One step of group DRO: α′ ∝ α · exp(η λ), then α ← (1 − c) α′ + c / k. `excess`: λ of each domain. */
export function doremiStep(
  weights: readonly number[],
  excess: readonly number[],
  given: Partial<DoremiOptions> = {},
): number[] {
  const { rate, smoothing } = { ...usualDoremi, ...given };
  // Shifted by the largest, which normalization takes out again: nothing overflows.
  const top = Math.max(...excess);
  const moved = normalized(weights.map((weight, k) => weight * Math.exp(rate * (excess[k]! - top))));
  return moved.map((weight) => (1 - smoothing) * weight + smoothing / weights.length);
}

/** DoReMi's result: the mean of the weights of all steps. */
export const doremiMean = (steps: readonly (readonly number[])[]): number[] =>
  normalized(steps[0]!.map((_, k) => steps.reduce((sum, weights) => sum + weights[k]!, 0)));

/** A part of a source, by an attribute or two: "Health · High". */
export interface Bucket {
  source: string;
  label: string;
  tokens: number;
}
export type Method = (sizes: readonly number[]) => readonly number[];

/** Fine-grained: a source's own share is dealt out to its buckets by a method. `sourceShares`: of each source. */
export function fineGrained(
  buckets: readonly Bucket[],
  sourceShares: Readonly<Record<string, number>>,
  method: Method,
): number[] {
  const shares = buckets.map(() => 0);
  for (const [source, share] of Object.entries(sourceShares)) {
    const own = buckets.flatMap((bucket, i) => (bucket.source === source && bucket.tokens > 0 ? [i] : []));
    if (own.length === 0) continue;
    const within = normalized([...method(own.map((i) => buckets[i]!.tokens))]);
    own.forEach((i, k) => (shares[i] = share * within[k]!));
  }
  return normalized(shares);
}

/** Grouped: labels are weighed over the whole corpus, and each label's buckets take of it what they have of its tokens. */
export function grouped(buckets: readonly Bucket[], method: Method): number[] {
  const totals = new Map<string, number>();
  for (const { label, tokens } of buckets) totals.set(label, (totals.get(label) ?? 0) + tokens);
  const labels = [...totals.keys()].filter((label) => totals.get(label)! > 0);
  const shares = normalized([...method(labels.map((label) => totals.get(label)!))]);
  return normalized(
    buckets.map(({ label, tokens }) =>
      tokens > 0 ? (shares[labels.indexOf(label)]! * tokens) / totals.get(label)! : 0,
    ),
  );
}
