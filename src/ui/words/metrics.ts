/** What every drawn or tabled number means, and the formula or the place in the paper it stands on. */
import { type SettingSource, reuse } from '../../config/option.ts';

export interface Metric {
  explanation: string;
  formula?: string;
  source?: SettingSource;
}

export const METRICS = {
  loss: {
    explanation:
      'Mean −ln p of the next token over a step’s batch, in nats: 0 is certainty, ln V is a guess among all V tokens.',
    formula: 'L = −1/N · Σ ln p(token | tokens before it)',
  },
  smoothed: {
    explanation: 'Moving average of the loss. It restarts with each phase, so that the switch stays visible.',
    formula:
      'm = s^d · m + (1 − s^d) · L over its mass, the same sum with 1 for L; d: thousandths of the run since the last point',
  },
  rate: {
    explanation:
      'η, how far a step moves the weights. The continued run starts at the base’s last rate and falls along a cosine.',
    source: reuse('Figure 3 and Table 8', 'T'),
  },
  blend: {
    explanation: 'Share of the training tokens drawn from each source, phase by phase.',
    source: reuse('Figure 1 and Table 7', 'T'),
  },
  switch: {
    explanation: 'The first step on the QA blend: where the rate has fallen to its peak divided by f.',
    formula: 't/T = arccos(2(1/f − m)/(1 − m) − 1)/π',
    source: reuse('Table 9', 'T'),
  },
  heldOut: {
    explanation: 'The same loss on documents of a source that were kept out of training.',
    formula: 'L = −1/N · Σ ln p(token | tokens before it), N held-out tokens',
  },
  change: {
    explanation:
      'Held-out loss now minus that at the start: below 0 the model learnt this source, above 0 it forgot it.',
    formula: 'ΔL = L(now) − L(start)',
  },
  sinceSwitch: {
    explanation:
      'Held-out loss now minus that at the switch, with its standard error over the held-out rows. The same rows are measured every time.',
    formula: 'ΔL = L(now) − L(switch), ± s(d)/√R with d the change of each of R rows',
  },
  tokens: {
    explanation: 'Training tokens drawn so far.',
    formula: 'steps · rows · row length · micro-batches, by the blend’s shares = tokens of a source',
  },
  passes: {
    explanation: 'Tokens drawn as a share of the source’s own: 200 % means that it was read twice.',
    formula: 'share = tokens drawn / tokens of the source',
  },
  tokensPerSecond: {
    explanation: 'Speed of training, without the time for measuring and saving.',
    formula: 'tokens of a step / its seconds = tokens a second',
  },
  seconds: {
    explanation: 'Time spent training; pauses and measuring do not count.',
    formula: 'Σ tokens of a step / tokens a second = seconds',
  },
  accuracy: {
    explanation:
      'Share of questions for which the model gives the right answer the highest probability of those offered.',
    formula: 'right / questions = accuracy',
  },
  chance: {
    explanation: 'Accuracy of guessing among the answers offered.',
    formula: 'mean of 1 / answers = chance',
  },
  gradNorm: {
    explanation: 'Length of the gradient, all of a tensor’s elements taken as one vector, before clipping.',
    formula: '‖g‖ = √Σ g²',
  },
  weightNorm: {
    explanation: 'Length of a tensor, all of its elements taken as one vector, after the update.',
    formula: '‖w‖ = √Σ w²',
  },
  clipRate: {
    explanation: 'Share of steps whose gradient was longer than the clip and was shortened to it.',
    formula: 'g ← g · min(1, clip / ‖g‖)',
  },
  updateRatio: {
    explanation:
      'Size of an update relative to the tensor: about a thousandth in large models, a few hundredths in small ones at first.',
    formula: '‖Δw‖ / ‖w‖ = ratio',
  },
  deadUnits: {
    explanation: 'Share of a layer’s squared-ReLU units that are zero on every token looked at: they learn nothing.',
    formula: 'max over tokens of relu(x)² = 0',
  },
  attentionScore: {
    explanation: 'Largest attention logit of a layer. In the hundreds, attention has collapsed onto single tokens.',
    formula: 'max q·k / √d = score',
  },
  seedsRun: {
    explanation: 'Number of seeds in this row: each has its own world, first weights and order of data.',
    formula: 'standard error = s / √seeds',
  },
  benchmarks: {
    explanation: 'Mean accuracy of the suites that continued pretraining should teach.',
    formula: 'Σ accuracy of a suite / suites = mean',
  },
  retention: {
    explanation:
      'Accuracy on what the base knew and the continued text hardly mentions: what is not forgotten. The paper does not measure it.',
    formula: 'Σ accuracy of a retention suite / suites = retention',
  },
  average: {
    explanation: 'Mean accuracy of benchmarks and retention together; probes do not count.',
    formula: 'Σ accuracy of a suite / suites = mean',
  },
  paperAverage: {
    explanation:
      'The paper’s figure for the same comparison, with its table. Its models and tasks are different: compare signs and order.',
    source: reuse('Tables 5 to 9', 'T'),
  },
  logProb: {
    explanation: 'Mean ln p of the right answer: it moves before accuracy does.',
    formula: 'Σ ln p(answer | question) / questions = log p',
  },
  difference: {
    explanation:
      'This arm minus the control from the same base, in points, with the 95 % interval over seeds. An interval that includes zero shows no difference.',
    formula: 'interval = mean of d ± t · s / √seeds, Student’s t of paired differences d',
  },
  seedsWon: {
    explanation: 'In how many seeds this arm’s average is above the control’s.',
    formula: 'Σ [arm > control] over seeds = seeds won',
  },
  forgotten: {
    explanation:
      'Held-out loss of this source at the end of the arm minus that of its base: below 0 it was learnt, above 0 forgotten.',
    formula: 'ΔL = L(end) − L(base)',
  },
  documentTokens: {
    explanation: 'Mean length of the source’s documents.',
    formula: 'tokens / documents = tokens each',
  },
  pool: {
    explanation: 'Documents before they repeat, and how many of them are different; an endless source never repeats.',
    formula: 'documents = |pool|, different ones = |set of their texts|',
  },
  heldOutMet: {
    explanation:
      'Share of held-out documents that also occur in the training text, word for word: short ones repeat by chance.',
    formula: 'held-out documents found in training / held-out documents = share',
  },
  items: {
    explanation: 'Questions of the suite. Each counts the same.',
    formula: 'accuracy = right / items',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
