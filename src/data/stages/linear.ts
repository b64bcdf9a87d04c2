/**
 * A small linear classifier: softmax regression on hashed words and pairs, trained by stochastic gradient descent on labelled documents,
 * with a card that says how good it is on documents it has not seen.
 */
import { exponential } from '../../util/elementary.ts';
import { RandomStream } from '../../util/random.ts';
import { bucketsOf } from './words.ts';

export interface LabelledDocument {
  text: string;
  label: number;
}

export interface LinearOptions {
  buckets: number;
  epochs: number;
  rate: number;
  /** Share of a weight that each touch takes from it: keeps rare features small. */
  decay: number;
  /** Share of the labelled documents that training does not see. */
  heldOut: number;
  seed: number;
}

export const usualLinear: LinearOptions = { buckets: 4096, epochs: 30, rate: 0.5, decay: 1e-4, heldOut: 0.2, seed: 1 };

/** What is known of a classifier. */
export interface Card {
  attribute: string;
  labels: readonly string[];
  /** What it was trained on, in words. */
  trainedOn: string;
  training: number;
  heldOut: number;
  /** Of the held-out documents, and the 95 % interval (Wilson) of it. */
  accuracy: number;
  interval: [low: number, high: number];
  /** Share of the held-out documents that have the commonest label: what guessing it would give. */
  commonest: number;
}

export class Linear {
  readonly labels: number;
  readonly #buckets: number;
  /** Weight of label k at bucket b: b · labels + k; the last bucket is always on. */
  readonly #weights: Float32Array;
  readonly #scores: Float64Array;

  constructor(labels: number, buckets: number) {
    this.labels = labels;
    this.#buckets = buckets;
    this.#weights = new Float32Array((buckets + 1) * labels);
    this.#scores = new Float64Array(labels);
  }

  /** Probability of each label, in an array that the next call overwrites. */
  probabilities(text: string): Float64Array {
    const features = bucketsOf(text, this.#buckets);
    const { labels } = this;
    const scores = this.#scores.fill(0);
    // Long documents have more features, each of which says less.
    const scale = 1 / Math.sqrt(features.length + 1);
    for (const bucket of features) for (let k = 0; k < labels; k++) scores[k]! += this.#weights[bucket * labels + k]!;
    for (let k = 0; k < labels; k++) scores[k] = (scores[k]! + this.#weights[this.#buckets * labels + k]!) * scale;
    const top = scores.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let k = 0; k < labels; k++) sum += scores[k] = exponential(scores[k]! - top);
    for (let k = 0; k < labels; k++) scores[k]! /= sum;
    return scores;
  }

  label(text: string): number {
    const found = this.probabilities(text);
    let best = 0;
    for (let k = 1; k < found.length; k++) if (found[k]! > found[best]!) best = k;
    return best;
  }

  /** One step down the gradient of the log-likelihood. */
  learn({ text, label }: LabelledDocument, rate: number, decay: number): void {
    const found = this.probabilities(text);
    const features = bucketsOf(text, this.#buckets);
    const { labels } = this;
    const scale = rate / Math.sqrt(features.length + 1);
    for (let k = 0; k < labels; k++) {
      const step = scale * (found[k]! - (k === label ? 1 : 0));
      for (const bucket of features) this.#touch(bucket * labels + k, step, decay);
      this.#touch(this.#buckets * labels + k, step, decay);
    }
  }

  #touch(at: number, step: number, decay: number): void {
    this.#weights[at]! -= step + decay * this.#weights[at]!;
  }
}

/** A classifier of an attribute with its card. RangeError where a label has no name. */
export function trainLinear(
  attribute: string,
  labels: readonly string[],
  examples: readonly LabelledDocument[],
  trainedOn: string,
  given: Partial<LinearOptions> = {},
): { classifier: Linear; card: Card } {
  const options = { ...usualLinear, ...given };
  const stray = examples.find(({ label }) => labels[label] === undefined);
  if (stray) throw new RangeError(`${attribute} has ${labels.length} labels and no label ${stray.label}.`);
  const draws = new RandomStream(options.seed, `curation.classifier.${attribute}`);
  const order = draws.shuffle([...examples]);
  const apart = Math.round(options.heldOut * order.length);
  const [heldOut, training] = [order.slice(0, apart), order.slice(apart)];
  const classifier = new Linear(labels.length, options.buckets);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    // The rate falls to nothing, so that the last document seen does not count for more than the first.
    const rate = options.rate * (1 - epoch / options.epochs);
    for (const example of draws.shuffle(training)) classifier.learn(example, rate, options.decay);
  }
  const right = heldOut.filter(({ text, label }) => classifier.label(text) === label).length;
  const times = labels.map((_, k) => heldOut.filter(({ label }) => label === k).length);
  return {
    classifier,
    card: {
      ...{ attribute, labels, trainedOn, training: training.length, heldOut: heldOut.length },
      accuracy: right / heldOut.length,
      interval: wilson(right, heldOut.length),
      commonest: Math.max(...times) / heldOut.length,
    },
  };
}

/** 95 % interval of a share (Wilson, 1927): good for few trials and shares near 0 or 1. */
export function wilson(right: number, of: number): [low: number, high: number] {
  if (of === 0) return [0, 1];
  const z = 1.959964;
  const share = right / of;
  const centre = share + (z * z) / (2 * of);
  const reach = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (centre - reach) / scale), Math.min(1, (centre + reach) / scale)];
}
