/** What a run tells while it trains: alerts, checks of its first step, and what was done about a fault. */

const nats = (value: number): string => value.toFixed(3);
const percent = (share: number): string => `${Math.round(100 * share)} %`;
/** Names enough to find the place. */
const listed = (names: readonly string[]): string =>
  names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');

export const alertWords = {
  deadUnits: (layer: number, share: number, step: number) =>
    `Layer ${layer}: in step ${step}, ${percent(share)} of its squared-ReLU units were zero for every token. Lower the rate, or choose a smaller intermediate_size.`,
  attentionScores: (layer: number, score: number, step: number, most: number) =>
    `Layer ${layer}: the largest attention score of step ${step} is ${score.toFixed(0)}. Above ${most} a query sees a single key and learns nothing from the others. Lower the rate.`,
  largeUpdate: (tensor: string, ratio: number, step: number) =>
    `${tensor} changed by ${percent(ratio)} of its size in step ${step}: lower the peak rate or lengthen the warm-up.`,
  smallUpdate: (tensor: string, ratio: number, step: number) =>
    `${tensor} changed by ${ratio.toExponential(1)} of its size in step ${step}: at that pace a thousand steps hardly change it. Raise the rate unless you want that.`,
  /** `limit` 0: nothing is clipped. */
  gradientSpike: (step: number, norm: number, median: number, limit: number) =>
    `Step ${step}: the gradient norm is ${norm.toPrecision(3)}, ${(norm / median).toFixed(0)} times its recent median (${median.toPrecision(3)}). ${
      limit > 0
        ? `It was scaled down to ${limit}, and not for the first time`
        : 'Nothing scaled it down (optimizer.max_grad_norm is 0)'
    }: look at the batches or lower the rate.`,
  clipped: (share: number, steps: number, median: number, limit: number) =>
    `${percent(share)} of the last ${steps} steps were clipped (median gradient norm ${median.toPrecision(3)}, limit ${limit}): every step has the same length, whatever the gradient says. Raise optimizer.max_grad_norm, or lower the rate.`,
  plateau: (steps: number, before: number, now: number, step: number) =>
    `No progress in ${steps} steps up to step ${step}: the mean loss was ${nats(before)} in the first half of them and is ${nats(now)} in the second. Lower the rate, or continue with other data.`,
  badStep: (step: number, what: string) =>
    `Step ${step}: ${what} was not finite, so its update and its batch were skipped.`,
  spike: (from: number, to: number, step: number) =>
    `The loss jumped from ${nats(from)} to ${nats(to)} at step ${step}.`,
  // What was not finite.
  weightOrMoment: 'a weight or moment',
  loss: (value: number) => `the loss (${value})`,
  gradientNorm: (value?: number) => `the gradient norm${value === undefined ? '' : ` (${value})`}`,
  and: ' and ',
  diverged: (steps: number, what: string, step: number, loss: number, norm: number, rate: number) =>
    `The run was ended after ${steps} steps in a row with numbers that are not finite (${what} at step ${step}, loss ${loss}, gradient norm ${norm}, rate ${rate}): start again with a lower peak rate or a longer warm-up.`,
};

/** `cause`: what may be wrong; null where the loss is as expected. */
const firstLoss = (found: string, cause: string | null) => (cause === null ? `${found}.` : `${found}: ${cause}.`);

export const firstStepWords = {
  untrained: (loss: number, vocabulary: number, expected: number, allowed: number, cause: string | null) =>
    firstLoss(
      `The first loss is ${nats(loss)}. Untrained weights give ${nats(expected)} ± ${nats(allowed)}: ln ${vocabulary} = ${nats(Math.log(vocabulary))}, and ${nats(expected - Math.log(vocabulary))} for the spread of their logits`,
      cause,
    ),
  targetsLeak: 'the targets may be among the inputs',
  largeWeights:
    'the initial weights may be too large (model.initializer_range) or the targets may not belong to the inputs',
  continued: (loss: number, expected: number, allowed: number, vocabulary: number, cause: string | null) =>
    firstLoss(
      `The first loss is ${nats(loss)}. On held-out text of this blend the base has ${nats(expected)} ± ${nats(allowed)} (nothing learnt: ln ${vocabulary} = ${nats(Math.log(vocabulary))})`,
      cause,
    ),
  rowsRepeated: 'the base may have been trained on these very rows many times',
  otherWeights: 'the weights, the tokenizer or the text may not be those of the base',
  sound: (tensors: number, least: number, most: number) =>
    `All ${tensors} tensors have a finite gradient above zero, with norms from ${least.toPrecision(2)} to ${most.toPrecision(2)}.`,
  unsound: (broken: readonly string[], silent: readonly string[]) =>
    `After the first step ${[
      broken.length > 0 && `${listed(broken)} got a gradient that is not finite: lower the rate or the initial spread`,
      silent.length > 0 && `${listed(silent)} got no gradient: the loss does not depend on it`,
    ]
      .filter(Boolean)
      .join('; ')}.`,
};

export const noticeWords = {
  noSave: 'There is no save to go back to: the run continues.',
  wentBack: (why: string, step: number, batches: number) =>
    `${why} The run went back to step ${step} and skips ${batches === 1 ? '1 batch' : `${batches} batches`}.`,
  asked: 'As you asked:',
  slept: (time: string, step: number) =>
    `The browser or the computer slept for ${time}: the run is at step ${step}, and nothing was lost.`,
  lost: {
    lost: 'The graphics driver restarted',
    hung: 'The GPU stopped answering and was given up',
    refused: 'The GPU dropped a command and was given up',
    thread: 'A thread of the processor died',
  },
  internal: (error: string) => `Internal error (${error})`,
  continues: (what: string, step: number) => `${what}: the run continues from step ${step}, and nothing was lost.`,
  /** What was lost, in a sentence. */
  aThread: 'a thread of the processor',
  theGpu: 'the GPU',
  device: { gpu: 'the GPU', cpu: 'the processor', f64: 'the reference' },
  otherDevice: (before: string, step: number, now: string) =>
    `This run was on ${before} until step ${step} and continues on ${now}: just as good, but not equal to the last bit.`,
  paused: (then: string, seconds: number) =>
    `The browser has paused graphics after crashes: leave this tab open, and ${then} in ${seconds} s.`,
  thenRun: (step: number) => `the run continues from step ${step}`,
  runKept: (step: number) => `the run is saved at step ${step}`,
  notSaved: (cause: string) => `This run is not saved. ${cause}`,
  saveFailed: (step: number, cause: string) => `Step ${step} could not be saved. ${cause}`,
  madeRoom: (preset: string, seed: number, steps: number, size: string) =>
    `The browser’s storage is full: the saves of a finished run were deleted to make room (${preset}, seed ${seed}, ${steps} steps, ${size} each). Its curve stays in the list of runs.`,
  tabClosed:
    'The tab that trained this run was closed: the run is kept as it was last saved, and you can resume it here.',
  tabAsleep: (step: number | null) =>
    `The tab that trains this run does not answer: the browser may have put it to sleep.${step === null ? '' : ` This page shows what it saved at step ${step}.`}`,
  slowVariant: (why: string, without: string) => `${why}: a safer and slower variant without ${without} is used.`,
  miscalculates: (kernel: string) => `This graphics driver miscalculates the kernel ${kernel}`,
  doesNotCompile: (kernel: string) => `This graphics driver does not compile the kernel ${kernel}`,
  acrossLanes: 'operations across lanes',
  largeTiles: 'large tiles',
  both: (first: string, second: string) => `${first} and ${second}`,
  unreadMessage: 'a message of the page could not be read',
  baseText: (sources: string) =>
    `The base was trained on ${sources}, which is not given: its held-out loss is not measured.`,
  unknownRate: (peak: number) =>
    `The folder does not say at what rate its training ended: this run starts at ${peak}, the preset’s own. Set continued.schedule.peak to change it.`,
};

export const experimentWords = {
  armOfSeed: (arm: string, seed: number) => `arm ${arm} of seed ${seed}`,
  startsAgain: (at: string) => `${at || 'the experiment'} starts again`,
  keptRows: (rows: number) =>
    rows === 0
      ? 'no row was finished yet'
      : rows === 1
        ? 'the one row measured so far is kept'
        : `the ${rows} rows measured so far are kept`,
  lost: (what: string, then: string, kept: string) => `${what}: ${then}, and ${kept}.`,
};

/** What is being done before steps are taken. */
export const progressWords = {
  world: 'Making the world',
  text: 'Loading text',
  waitingForGpu: 'Waiting for the GPU',
  reading: (file: string) => `Reading ${file}`,
  tokenizing: (source?: string) => (source === undefined ? 'Tokenizing' : `Tokenizing ${source}`),
  trainingTokenizer: 'Training the tokenizer',
};
