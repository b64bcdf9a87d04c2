/**
 * From item scores to the figures that are shown: accuracies with standard error and chance level, and their plain
 * mean.
 */
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type ItemScore, longestRow, type Scorer, scoreItems } from './score.ts';
import { chanceLevel, type Item, type Suite } from './suite.ts';

export interface SuiteResult {
  name: string;
  role: Suite['role'];
  items: number;
  chance: number;
  /** acc: share of items whose likeliest choice is right, with its standard error. */
  accuracy: number;
  standardError: number;
  /** acc_norm: the same with log-likelihoods divided by bytes. */
  accuracyNormalised: number;
  /** Share of items that greedy decoding answers word for word. */
  exactMatch: number;
  /** Mean log-likelihood of the right choice, nats: smoother than accuracy. */
  logProb: number;
}

export interface BenchmarkResult {
  suites: SuiteResult[];
  /**
   * Plain mean of the accuracies of all suites that are not probes, as the paper averages its tasks, with its
   * standard error.
   */
  average: number;
  averageStandardError: number;
  /** The same without the retention suites; null where nothing else is left. */
  averageWithoutRetention: number | null;
  /** Mean accuracy of the retention suites; null without one. */
  retention: number | null;
  averageChance: number;
}

export function summarise(suite: Suite, scores: readonly ItemScore[]): SuiteResult {
  const { items } = suite;
  const share = (right: (score: ItemScore, item: Item) => boolean) =>
    scores.filter((score, i) => right(score, items[i]!)).length / scores.length;
  const correct = scores.map((score, i) => (score.chosen === items[i]!.answer ? 1 : 0));
  return {
    name: suite.name,
    role: suite.role,
    items: items.length,
    chance: chanceLevel(items),
    accuracy: share((score, item) => score.chosen === item.answer),
    standardError: clusteredStandardError(
      correct,
      items.map(({ context }) => context),
    ),
    accuracyNormalised: share((score, item) => score.chosenNormalised === item.answer),
    exactMatch: share((score) => score.exact),
    logProb: scores.reduce((sum, score, i) => sum + score.logLikelihood[items[i]!.answer]!, 0) / scores.length,
  };
}

/**
 * Standard error of a mean of 0s and 1s whose items may repeat a question: sqrt(Σ_q (Σ_{i∈q} (x_i − p))²) / n, over
 * questions q. With every question asked once this is sqrt(p (1 − p) / n).
 */
export function clusteredStandardError(correct: readonly number[], question: readonly string[]): number {
  const n = correct.length;
  const p = correct.reduce((sum, x) => sum + x, 0) / n;
  const residuals = new Map<string, number>();
  correct.forEach((x, i) => residuals.set(question[i]!, (residuals.get(question[i]!) ?? 0) + x - p));
  let sum = 0;
  for (const residual of residuals.values()) sum += residual * residual;
  return Math.sqrt(sum) / n;
}

/** Scores the items of all suites in one go, so that batches are full. */
async function scoreTogether(tokenizer: Tokenizer, suites: readonly Suite[], scorer: Scorer): Promise<SuiteResult[]> {
  const scores = await scoreItems(
    tokenizer,
    suites.flatMap(({ items }) => items),
    scorer,
  );
  let next = 0;
  return suites.map((suite) => summarise(suite, scores.slice(next, (next += suite.items.length))));
}

/** Rows are rounded up to a multiple of this many tokens: few scorers to compile, and short questions pay for little padding. */
const LENGTH_STEP = 16;

/** Row length a scorer of these suites needs. */
export function scorerLength(tokenizer: Tokenizer, suites: readonly Suite[]): number {
  const items = suites.flatMap((suite) => suite.items);
  return Math.ceil(longestRow(tokenizer, items) / LENGTH_STEP) * LENGTH_STEP;
}

/** Scores suites, those of equal row length together, and averages them. `scorerOf` gives a scorer for rows of a length. */
export async function scoreSuites(
  tokenizer: Tokenizer,
  suites: readonly Suite[],
  scorerOf: (length: number) => Promise<Scorer> | Scorer,
): Promise<BenchmarkResult> {
  const byLength = new Map<number, Suite[]>();
  for (const suite of suites) {
    const length = scorerLength(tokenizer, [suite]);
    byLength.set(length, [...(byLength.get(length) ?? []), suite]);
  }
  const results = new Map<string, SuiteResult>();
  for (const [length, group] of byLength) {
    for (const result of await scoreTogether(tokenizer, group, await scorerOf(length)))
      results.set(result.name, result);
  }
  return combine(suites.map(({ name }) => results.get(name)!));
}

export function combine(suites: SuiteResult[]): BenchmarkResult {
  const counted = suites.filter(({ role }) => role !== 'probe');
  const kept = suites.filter(({ role }) => role === 'retention');
  const rest = suites.filter(({ role }) => role === 'benchmark');
  return {
    suites,
    average: mean(counted.map(({ accuracy }) => accuracy)),
    averageStandardError:
      Math.sqrt(counted.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / counted.length,
    averageWithoutRetention: rest.length ? mean(rest.map(({ accuracy }) => accuracy)) : null,
    retention: kept.length ? mean(kept.map(({ accuracy }) => accuracy)) : null,
    averageChance: mean(counted.map(({ chance }) => chance)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
