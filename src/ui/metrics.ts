/** What every drawn or tabled number means, and the formula or the section of the paper notes it stands on. */
export interface Metric {
  explanation: string;
  /** A formula, or a section of the project's paper notes. */
  source: string;
}

export const METRICS = {
  loss: {
    explanation: 'Mean −ln p of the next token over a step’s batch, in nats: 0 is certainty, ln V a guess among all V tokens.',
    source: 'L = −1/N · Σ ln p(token | tokens before it)',
  },
  smoothed: {
    explanation: 'An average of the losses so far that fades with distance. It begins anew with each phase, so that the switch stays visible.',
    source: 'm = s^d · m + (1 − s^d) · L over its mass, the same sum with 1 for L; d: thousandths of the run since the last point',
  },
  rate: {
    explanation: 'η, how far a step moves the weights. The continued run starts at the base’s last rate and falls along a cosine.',
    source: 'papers.md §1.8',
  },
  blend: {
    explanation: 'Which share of the training tokens is drawn from which source, phase by phase.',
    source: 'papers.md §1.5 and §1.7',
  },
  switch: {
    explanation: 'The first step on the QA blend: where the rate has fallen to its peak divided by f.',
    source: 'papers.md §1.9: t/T = arccos(2(1/f − m)/(1 − m) − 1)/π',
  },
  heldOut: {
    explanation: 'The same loss on documents of a source that were kept out of training.',
    source: 'L = −1/N · Σ ln p(token | tokens before it), N held-out tokens',
  },
  change: {
    explanation: 'Held-out loss now less that at the start: below 0 the source was learnt, above 0 forgotten.',
    source: 'ΔL = L(now) − L(start)',
  },
  sinceSwitch: {
    explanation:
      'Held-out loss now less that at the switch, with its standard error over the held-out rows: the same rows are measured every time.',
    source: 'ΔL = L(now) − L(switch), ± s(d)/√R with d the change of each of R rows',
  },
  tokens: {
    explanation: 'Training tokens drawn so far.',
    source: 'steps · rows · row length · micro-batches, by the blend’s shares = tokens of a source',
  },
  passes: {
    explanation: 'How often the tokens drawn have gone over the source’s own. The paper keeps most sources to about four.',
    source: 'passes = tokens drawn / tokens of the source; papers.md §1.2',
  },
  tokensPerSecond: {
    explanation: 'Speed of training, without the time for measuring and saving.',
    source: 'tokens of a step / its seconds = tokens a second',
  },
  seconds: {
    explanation: 'Time spent training; pauses and measuring do not count.',
    source: 'Σ tokens of a step / tokens a second = seconds',
  },
  accuracy: {
    explanation: 'Share of questions whose right answer the model finds the likeliest of those offered.',
    source: 'papers.md §1.3',
  },
  chance: {
    explanation: 'What guessing among the answers offered would get.',
    source: 'mean of 1 / answers = chance',
  },
  gradNorm: {
    explanation: 'Length of the gradient, all of a tensor’s elements taken as one vector, before clipping.',
    source: '‖g‖ = √Σ g²',
  },
  weightNorm: {
    explanation: 'Length of a tensor, all of its elements taken as one vector, after the update.',
    source: '‖w‖ = √Σ w²',
  },
  clipRate: {
    explanation: 'Share of steps whose gradient was longer than the clip and was shortened to it.',
    source: 'g ← g · min(1, clip / ‖g‖); papers.md §1.1',
  },
  updateRatio: {
    explanation: 'How far an update moves a tensor beside its own length: about a thousandth in large models, some hundredths in small ones at first.',
    source: '‖Δw‖ / ‖w‖ = ratio',
  },
  deadUnits: {
    explanation: 'Share of a layer’s squared-ReLU units that are zero on every token looked at: they learn nothing.',
    source: 'max over tokens of relu(x)² = 0',
  },
  attentionScore: {
    explanation: 'Largest attention logit of a layer; in the hundreds, attention has collapsed onto single tokens.',
    source: 'max q·k / √d = score',
  },
  seedsRun: {
    explanation: 'How many seeds the row is of: each has its own world, first weights and order of data.',
    source: 'standard error = s / √seeds',
  },
  benchmarks: {
    explanation: 'Mean accuracy of the suites that continued pretraining is to teach.',
    source: 'plain mean over suites; papers.md §1.3',
  },
  retention: {
    explanation: 'Accuracy on what the base knew and the continued text hardly mentions: what is left of it. The paper measures none.',
    source: 'Σ accuracy of a retention suite / suites = retention',
  },
  average: {
    explanation: 'Mean accuracy of benchmarks and retention together; probes do not count.',
    source: 'plain mean over suites; papers.md §1.3',
  },
  paperAverage: {
    explanation: 'What the paper has for the same comparison, with its table: other models on other tasks, so compare signs and order.',
    source: 'papers.md §1.5 to §1.9',
  },
  logProb: {
    explanation: 'Mean ln p of the right answer: it moves before accuracy does.',
    source: 'Σ ln p(answer | question) / questions = log p',
  },
  difference: {
    explanation: 'This arm less the control from the same base, in points, with the 95 % interval over seeds; where that spans zero, no difference is shown.',
    source: 'interval = mean of d ± t · s / √seeds, Student’s t of paired differences d',
  },
  seedsWon: {
    explanation: 'In how many seeds this arm’s average is above the control’s.',
    source: 'Σ [arm > control] over seeds = seeds won',
  },
  forgotten: {
    explanation: 'Held-out loss of this source at the end of the arm less that of its base: below 0 it was learnt, above 0 forgotten.',
    source: 'ΔL = L(end) − L(base)',
  },
  documentTokens: {
    explanation: 'Mean length of the source’s documents.',
    source: 'tokens / documents = tokens each',
  },
  pool: {
    explanation: 'Documents before they repeat, and how many of them differ; an endless source never repeats.',
    source: 'documents = |pool|, different ones = |set of their texts|',
  },
  heldOutMet: {
    explanation: 'Share of held-out documents that stand in the training text word for word: chance makes a short one twice.',
    source: 'held-out documents met in training / held-out documents = share',
  },
  items: {
    explanation: 'Questions of the suite; each adds to the accuracy alike.',
    source: 'accuracy = right / items',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
