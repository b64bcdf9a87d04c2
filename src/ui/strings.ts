/** Every sentence of the page, in one place, so that a translation is one more file of this shape. */
import type { ListedRun, NoGpuCause, PhaseName, RunState } from '../protocol.ts';
import type { Unit } from './chart/scale.ts';
import type { RecordState } from './runs/record.ts';
import type { Column } from './runs/rows.ts';
import { isTouch } from './state/pointer.ts';
import * as format from './format.ts';

const phase: Record<PhaseName, string> = { base: 'Base run', general: 'General blend', qa: 'QA blend' };
/** Inside a sentence. */
const phaseWithin: Record<PhaseName, string> = { base: 'base run', general: 'general blend', qa: 'QA blend' };

/** What lies in a GPU buffer, in words where there are some. */
const BUFFERS: Readonly<Record<string, string>> = {
  parameters: 'All weights together',
  gradients: 'All gradients together',
  moments1: 'Adam’s averages',
  moments2: 'Adam’s averages',
  logits: 'Logits',
};
const bufferName = (name: string) => (Object.hasOwn(BUFFERS, name) ? BUFFERS[name] : name);

export const text = {
  name: 'Rekindle',
  lead:
    'Train a small language model in this tab, then rekindle it: a second run that moves from general text to ' +
    'questions and answers as its learning rate falls.',
  skip: 'Skip to the chart',

  sheets: { label: 'Sheets', run: 'Train', experiments: 'Experiments', instruments: 'Instruments' },
  sheetMissing: 'This part of the page could not be fetched: check the connection and reload.',

  theme: { label: 'Theme', auto: 'Auto', light: 'Light', dark: 'Dark' },
  help: 'Help',

  source: { own: 'Chosen by this project', label: 'Source: ' },

  phase,
  phaseShort: { base: 'Base', general: 'General', qa: 'QA' } satisfies Record<PhaseName, string>,
  stage(state: RunState): string {
    switch (state.kind) {
      case 'idle':
        return 'Ready';
      case 'preparing':
        return state.what || 'Preparing';
      case 'compiling':
        return `Compiling kernels ${state.done}/${state.total}`;
      case 'training':
        return `Training — ${phaseWithin[state.phase]}`;
      case 'evaluating':
        return 'Measuring held-out loss';
      case 'paused':
        return 'Paused';
      case 'done':
        return 'Done';
      case 'stopped':
        return 'Stopped';
      case 'moved':
        return 'Continued in another tab';
      case 'diverged':
        return 'Diverged';
      case 'failed':
        return 'Failed';
    }
  },

  machine: {
    asking: 'Looking for a GPU …',
    on: (name: string) => `Runs on ${name}.`,
    software: 'This is a software adapter: correct, but slow.',
    nameless: 'a GPU without a name',
  },

  run: {
    heading: 'Run',
    preset: 'Preset',
    start: 'Start',
    again: 'Start again',
    pause: 'Pause',
    resume: 'Resume',
    step: 'Step',
    stop: 'Stop',
    reset: 'Back to the preset',
    changed: (parameters: number) => `Changed from the preset: ${format.short(parameters)} parameters.`,
    linkProblems: 'Some settings in the link could not be used:',
    nextRun: 'You changed the settings: the next run will use them.',
    presetOption: (name: string, parameters: number, seconds: number | null) =>
      `${name} · ${format.short(parameters)}${seconds === null ? '' : ` · about ${format.duration(seconds)}`}`,
    size: (layers: number, width: number) => `${layers} ${layers === 1 ? 'layer' : 'layers'} of width ${width}`,
    work: (steps: number, tokens: number) => `${format.integer(steps)} steps on ${format.short(tokens)} tokens`,
  },

  fitted: {
    kept: (preset: string, seconds: number) =>
      `No GPU here, so the processor does the work. The preset ${preset} takes about ${format.duration(seconds)}; smoke takes under a minute.`,
    changed: (from: string, to: string, seconds: number) =>
      `No GPU here, so the processor does the work. The preset ${from} would take about ${format.duration(seconds)}: ${to} is chosen instead.`,
    choose: (preset: string) => `Use ${preset}`,
  },

  recorded: {
    stage: 'Recorded run',
    says: (preset: string, steps: number, seconds: number, adapter: string) =>
      `This run was recorded: preset ${preset}, ${format.integer(steps)} steps in ${format.duration(seconds)} on ${adapter}.`,
    start: 'Press Start to continue its base model in this tab.',
    again: 'Play again',
    findings: 'See what the experiments found',
  },

  before: {
    summary: (bytes: number, seconds: number | null) =>
      `Needs ${format.bytes(bytes)} of graphics memory` +
      (seconds === null ? '' : `, takes about ${format.duration(seconds)}`),
    parameters: 'Parameters',
    memory: 'Total memory',
    recomputed: 'Activations are recomputed in the backward pass to save memory.',
    largest: 'Largest buffer',
    largestOf: (name: string, bytes: number, limit: number) =>
      `${bufferName(name)}: ${format.bytes(bytes)} of ${format.bytes(limit)} this adapter allows`,
    time: 'Time',
    unmeasured: 'not measured on this machine yet',
    seconds: ({ seconds, low, high }: { seconds: number; low: number; high: number }) =>
      `about ${format.duration(seconds)}, between ${format.duration(low)} and ${format.duration(high)}`,
    parts: ({ start, train, measure, save }: { start: number; train: number; measure: number; save: number }) =>
      `Preparing ${format.duration(start)}, training ${format.duration(train)}, evaluating ${format.duration(measure)}, ` +
      `saving ${format.duration(save)}.`,
    measure: 'Time its first steps',
    measureAgain: 'Time them again',
    measuring: 'Preparing, then timing a few steps …',
    failed: (message: string) => `The time could not be measured: ${message}`,
    endless: 'endless',
    passesNote: (exact: boolean) =>
      'Tokens the whole run will draw from each source, and what share of the source that is' +
      (exact ? '.' : ' (estimated from the size of the text).'),
    tooLarge: (name: string, bytes: number, limit: number) =>
      `${bufferName(name)} would be one buffer of ${format.bytes(bytes)}; this adapter allows ${format.bytes(limit)}.`,
    heavy: (bytes: number) =>
      `${format.bytes(bytes)} of graphics memory may be more than this machine has free; a browser cannot find out.`,
    wouldFit: (changes: readonly { label: string; from: string; to: string }[], bytes: number) =>
      `It would fit with ${changes.map(({ label, from, to }) => `${label} ${from} → ${to}`).join(', ')}: ${format.bytes(bytes)}.`,
    nothingFits: 'A smaller batch, vocabulary or depth alone would not fit: choose a smaller preset.',
    useThese: 'Use these settings',
  },

  lesson: {
    unknown: (parameter: 'hide' | 'lock', name: string, known: readonly string[]) =>
      `The link wants to ${parameter} “${name}”, which this page has not: use ${known.join(', ')}, or the key of a setting.`,
    locked: 'Some settings are fixed by the link.',
  },

  saved: {
    heading: (runs: number) => (runs === 1 ? 'Unfinished run' : 'Unfinished runs'),
    sentence({ preset, seed, step, endStep, savedAt, elsewhere }: ListedRun): string {
      const at = `step ${format.integer(step)} of ${format.integer(endStep)}`;
      const ago = format.ago((Date.now() - savedAt) / 1000);
      return elsewhere
        ? `Run ${preset}, seed ${seed}, is open in another tab: saved at ${at}, ${ago}.`
        : `Run ${preset}, seed ${seed}, stopped at ${at}, ${ago}.`;
    },
    finished: (runs: number, bytes: number) =>
      `${runs === 1 ? 'The saves of a finished run take' : `The saves of ${runs} finished runs take`} ${format.bytes(bytes)} in this browser.`,
    deleteFinished: (runs: number) => (runs === 1 ? 'Delete them; its curve stays' : 'Delete them; their curves stay'),
    watch: 'Watch',
    watching: 'This run trains in another tab.',
    leave: 'Stop watching',
    takeOver: 'Take over',
    takingOver: 'Asking the other tab …',
    resume: 'Resume',
    discard: 'Discard',
    noGpu(refused: number | 'off' | null): string {
      if (refused === null) return 'Kept in this browser until it has a GPU again.';
      if (refused === 'off')
        return 'The browser switched graphics off after repeated crashes: close all its windows and open it again; what is saved stays.';
      const time = new Date(refused).toLocaleTimeString('en', {
        hour: 'numeric',
        minute: '2-digit',
        second: '2-digit',
      });
      return `The browser has paused graphics after crashes: leave this page open, it asks again at ${time}.`;
    },
  },

  queue: {
    heading: 'Queue several seeds',
    seeds: 'Seeds',
    add: 'Queue',
    note: 'Runs these settings once for each seed, one run after another. Change a setting and queue again to compare.',
    waiting: (count: number, seconds: number | null) =>
      `${count === 1 ? 'One run waits' : `${count} runs wait`}` +
      (seconds === null ? '.' : `; all done in about ${format.duration(seconds)}.`),
    goOn: 'Resume queue',
    empty: 'Clear queue',
  },

  progress: {
    label: 'Progress of the run',
    planned: 'The plan, before training starts',
    step: (step: number, total: number) => `step ${format.integer(step)} of ${format.integer(total)}`,
    tokens: (tokens: number) => `${format.short(tokens)} tokens`,
    speed: (perSecond: number) => `${format.short(perSecond)} tokens/s`,
    left: (seconds: number) => `about ${format.duration(seconds)} left`,
    spread: (low: number, high: number) =>
      `Between ${format.duration(low)} and ${format.duration(high)}, at the speed of recent steps`,
  },

  chart: {
    heading: 'The run as a picture',
    loss: 'Loss',
    blend: 'Data blend',
    rate: 'Learning rate',
    step: 'step',
    switchAt: (step: number) => `switch at step ${format.integer(step)}`,
    switchRate: (divisor: number) => (divisor > 1 ? `rate down to 1/${divisor}` : 'from the first step'),
    planBase: (steps: number) => `From random weights, ${format.integer(steps)} steps on mixed text.`,
    planFromBase: (steps: number) =>
      `Already trained: this run starts from a checkpoint after ${format.integer(steps)} steps.`,
    planGeneral: (steps: number) =>
      `Continues at the base run’s final rate, without warm-up: ${format.integer(steps)} steps on cleaner text.`,
    planQa: (divisor: number, step: number) =>
      divisor > 1
        ? `Once that rate has fallen to 1/${divisor}, at step ${format.integer(step)}, questions and answers join in.`
        : `Questions and answers from step ${format.integer(step)} on.`,
    planSame: 'The same blend as before, so nothing switches.',
    planNoSwitch: 'With these settings the blend never switches.',
    empty: 'No step has been logged yet.',
    planned: (steps: number, switchStep: number | null) =>
      `Planned: ${format.integer(steps)} steps` +
      (switchStep === null ? ', one blend.' : `; the blend switches at step ${format.integer(switchStep)}.`),
    summary: (first: number, last: number, step: number) =>
      `Loss, in nats a token, went from ${format.loss(first)} to ${format.loss(last)} in ${format.integer(step)} ` +
      'steps.',
    summarySwitch: (step: number, past: boolean) =>
      `The blend ${past ? 'switched' : 'switches'} at step ${format.integer(step)}.`,
    get readHint() {
      return isTouch.value
        ? 'Touch the chart to read values.'
        : 'Point at the chart, or use the arrow keys, to read values.';
    },
    keys:
      'Arrow keys move along the curve, with Shift ten times as far; Home and End go to its ends; plus and minus zoom, ' +
      '0 shows all of the run.',
    readout: (step: number, name: PhaseName, raw: number, smooth: number, rate: number) =>
      `Step ${format.integer(step)}, ${phaseWithin[name]}: loss ${format.loss(raw)}, ` +
      `smoothed ${format.loss(smooth)}, learning rate ${format.rate(rate)}`,
    readoutBeside: (readings: readonly (readonly [name: string, loss: number])[]) =>
      readings.map(([name, loss]) => ` · ${name} ${format.loss(loss)}`).join(''),
    readoutPlan: (step: number, name: PhaseName, rate: number) =>
      `Step ${format.integer(step)}, ${phaseWithin[name]}: planned learning rate ${format.rate(rate)}`,
    freeze: 'Freeze',
    wholeRun: 'Whole run',
    axes: 'Axes and downloads',
    unit: 'X axis',
    units: { step: 'steps', tokens: 'tokens', seconds: 'seconds of training', flops: 'FLOPs' } satisfies Record<
      Unit,
      string
    >,
    logX: 'Log X axis',
    logLoss: 'Log loss axis',
    fullScreen: 'Full screen',
    get zoomHint() {
      return isTouch.value ? 'Zooming in takes a mouse or a keyboard.' : 'Drag across the chart to zoom in.';
    },
    table: 'Table',
    drawn: 'In the chart:',
    legend: 'Lines and sources; press one to hide it',
    lines: { average: 'loss, smoothed', raw: 'loss of each step' },
    heldOut: 'Held-out losses',
    bent: 'The scale changes at the mark //: the base run is drawn narrower.',
    even: 'Same scale for all phases',
    wholeRange: 'Whole range',
    smoothing: 'Smoothing',
    columns: ['Step', 'Phase', 'Loss', 'Smoothed', 'Learning rate', 'Tokens/s'],
  },

  alerts: {
    heading: 'Alerts',
    none: 'No alerts.',
  },

  files: {
    save: 'Save as',
    picture: 'rekindle-picture',
    title: (preset: string, seed: number) => `Rekindle · preset ${preset}, seed ${seed}`,
    group: (name: string) => `seeds of ${name}: mean and range`,
    thisRun: 'this run',
    noPng: 'The PNG could not be made: save the picture as SVG.',
  },

  report: {
    save: 'Everything as one .zip',
    file: 'rekindle-run.zip',
    title: (preset: string, seed: number) => `Rekindle: preset ${preset}, seed ${seed}`,
    repeat: 'Open the page with these settings:',
    machine: (name: string) => `Trained in a browser tab on ${name}.`,
    settings: 'Changed from the preset',
    unchanged: 'Nothing: the preset as it is.',
    settingColumns: ['Setting', 'Preset', 'This run'],
    phases: 'Phases',
    phaseColumns: ['Phase', 'First step', 'Steps', 'Tokens', 'Rate at first', 'Rate at last'],
    heldOutColumns: ['Source', 'Start', 'At the switch', 'End', 'Since the switch'],
    unmeasured: 'Not measured.',
    others: 'Other runs in the picture',
    otherColumns: ['Run', 'Difference to the baseline', 'Loss', 'Held-out'],
    files: 'Files',
    fileList: [
      ['config.json', 'every setting; repeats the run bit for bit on the same device'],
      ['metrics.csv, metrics.jsonl', 'every logged step; losses in nats a token, seconds of training'],
      ['held-out.jsonl', 'held-out losses by source, as they were measured'],
      ['other-runs.csv', 'the runs drawn beside it, where there were any'],
      ['picture.svg, picture.png', 'the picture as it was shown'],
      ['model/', 'the weights as a HuggingFace folder, unless the run ended without them'],
    ],
  },

  runs: {
    heading: 'Runs',
    columns: {
      name: 'Run',
      loss: 'Loss',
      heldOut: 'Held-out',
      tokens: 'Tokens',
      seconds: 'Training',
      switch: 'Switch',
    } satisfies Record<Column, string>,
    heldOutOf: 'Held-out loss of',
    allSources: 'all sources, on average',
    together: 'Seeds together',
    seedsOf: (n: number, name: string) => `${n} seeds of ${name}`,
    show: (name: string) => `Show ${name}`,
    state(state: RecordState, startsIn: number | null): string {
      if (state.kind !== 'queued') return text.stage(state);
      return startsIn === null ? 'Queued' : `Queued, in about ${format.duration(startsIn)}`;
    },
    pinned: 'pinned',
    isBaseline: '★ baseline',
    never: 'never',
    edit: 'Edit',
    editOf: (name: string) => `Edit ${name}`,
    name: 'Name',
    noteField: 'Note',
    pin: 'Pin',
    unpin: 'Unpin',
    makeBaseline: '★ Use as baseline',
    takeOver: 'Use these settings',
    remove: 'Delete',
    notKept: (name: string) => `${name} could not be written into this browser's list of runs.`,
  },

  sources: {
    heading: 'Held-out loss, source by source',
    note: 'Nats a token on documents that were never trained on. Lower is better.',
    empty: 'Measured at the start, along the way and at the end of every phase.',
    unmeasured: 'not measured yet',
    unmeasuredApart: 'not measured by itself',
    source: 'Source',
    start: 'Start',
    switch: 'At the switch',
    now: 'Now',
    end: 'End',
    change: 'Change',
    sinceSwitch: 'Since the switch',
    withError: (change: number, error: number | null) =>
      error === null ? format.change(change) : `${format.change(change)} ± ${error.toFixed(3)}`,
    trend: 'Trend',
    tokens: 'Tokens',
    epochs: 'Share read',
    trendOf: (name: string, from: number, to: number) =>
      `Held-out loss of ${name}: ${format.loss(from)} at first, ${format.loss(to)} now`,
  },

  answers: {
    heading: 'The same questions after each phase',
    note: 'Held-out text that was never trained on, with the same random draws each time.',
    prompt: 'Prompt',
    expected: 'The text goes on',
    answer: 'Answer',
    at: (step: number) => `Step ${format.integer(step)}`,
    baseEnd: 'After the base run',
    beforeSwitch: 'Before the switch',
    afterSwitch: 'After the switch',
    end: 'At the end',
  },

  samples: {
    heading: 'What the model writes',
    empty: 'Samples appear here during training. Pause the run to try a prompt of your own.',
    at: (step: number) => `Step ${format.integer(step)}`,
    own: 'Your prompt',
    prompt: 'Prompt',
    temperature: 'Temperature',
    write: 'Generate',
    writing: 'Generating …',
  },

  setup: {
    heading: 'Recipe',
    seed: 'Seed',
    seedNote: 'Same seed, same machine: the same run.',
    switch: 'Switch when the rate is down to',
    switchOff: 'never',
    switchOf: (divisor: number) => `1/${divisor}`,
    switchLands: (step: number, steps: number, tokensPerStep: number) =>
      `Step ${format.integer(step)} of ${format.integer(steps)}: ${format.percent(step / steps)} of the continued run, ` +
      `after ${format.short(step * tokensPerStep)} tokens; ${format.short((steps - step) * tokensPerStep)} follow.`,
    switchByShare: 'Switch after',
    switchShareOf: (share: number) => `${format.percent(share)} of the steps`,
    switchShared: 'At this share of the steps, whatever the rate. Set it to “none” to switch by rate.',
    get switchHint() {
      return isTouch.value
        ? 'Drag the marker with a finger, or move the slider.'
        : 'Drag the marker, or move the slider.';
    },
    switchNever: 'The rate never falls that far: the blend would stay as it is.',
    preview: (switchShare: number | null) =>
      'Learning rate of the continued run' +
      (switchShare === null ? ', no switch' : `, switch at ${format.percent(switchShare)} of its length`),
    blends: 'Data blends',
    weights: 'Edit the data mix',
    weightOf: (source: string, blend: string) => `Weight of ${source} in the blend ${blend}`,
    more: 'All settings',
    experimentUnderWay: 'An experiment is under way on the other sheet: stop it there first.',
    files: 'Your own text',
    filesNote:
      'Choose or drop files: .txt, .md, .docx, .csv, .tsv, .json or .jsonl, also as .zip or .gz. They are read in this tab ' +
      'and never leave your machine.',
    missing: (source: string) => `The text “${source}” is not here: choose its file under “Your own text”.`,
    badName: (name: string) =>
      `“${name}” cannot name a source: use up to 40 letters, digits, hyphens and underscores, starting with a ` +
      'letter or digit.',
    taken: (name: string) => `There is a source named “${name}” already: choose another name.`,
    empty: (name: string) => `${name} is empty: choose a file with text in it.`,
    refused: (sentence: string, code: string) => `${sentence.replace(/\.$/, '')} (code ${code}).`,
    unread: (name: string, cause: string) => `${name} could not be read (${cause}): add it again.`,
  },

  model: {
    export: 'Download the model',
    exportNote: 'A HuggingFace folder as one .zip.',
    exporting: 'Packing …',
    file: 'rekindle-model.zip',
  },

  base: {
    shipped: 'Continue the shipped base model',
    shippedNote: (bytes: number, steps: number) =>
      `${format.bytes(bytes)} to fetch instead of ${format.integer(steps)} steps to train.`,
    heading: 'A model to continue',
    note: 'The files of a model folder, or the .zip this page saves: config, weights, tokenizer and rekindle.json.',
    use: (name: string, preset: string, seed: number, steps: number, rate: number) =>
      `${name}: preset ${preset}, seed ${seed}, ${format.integer(steps)} steps, ended at a rate of ${format.rate(rate)}.`,
    folder: 'Model folder',
    remove: 'Train a base instead',
    lacks: (names: readonly string[]) => `The model folder lacks ${names.join(', ')}: choose all of its files.`,
    tooLarge: (bytes: number, most: number) =>
      `The folder has ${format.bytes(bytes)}, of which at most ${format.bytes(most)} are read: choose a folder that a run here has written.`,
    tooMany: (most: number) => `The zip lists more than ${format.integer(most)} files: zip the model folder alone.`,
    notJson: 'rekindle.json is not JSON: choose a folder that a run has written.',
  },

  benchmarks: {
    heading: 'What the model can answer',
    note: 'Share of right answers to questions that stand in no training text. Retention asks for people that continued training hardly mentions; probes are in no average.',
    suite: 'Suite',
    start: 'Start',
    now: 'Now',
    chance: 'Chance',
    trend: 'Trend',
    benchmarks: 'Benchmarks',
    retention: 'Retention',
    role: { benchmark: '', retention: 'retention', probe: 'probe' },
    trendOf: (name: string, from: number, to: number) =>
      `Accuracy in ${name}: ${format.percent(from)} at first, ${format.percent(to)} now`,
  },

  ending: {
    failed: 'The run could not go on',
    diverged: (step: number) => `The run diverged at step ${format.integer(step)}`,
    divergedHelp: 'Lower the peak learning rate, or lengthen the warm-up, and start again.',
    failedHelp: 'Change what the sentence names, then start again.',
  },

  noGpu: {
    heading: {
      'insecure-address': 'This address is not secure, so the browser does not offer WebGPU',
      'no-webgpu': 'This browser has no WebGPU',
      'no-adapter': 'The browser offers no GPU',
      'device-refused': 'The GPU refused to start',
    } satisfies Record<NoGpuCause, string>,
    advice: {
      'insecure-address': ['Open the page through https:// or through http://localhost.'],
      'no-webgpu': [
        'Chrome or Edge 113 and later on Windows, macOS and ChromeOS; on Linux from 144, depending on the ' +
          'GPU; on Android from 121.',
        'Safari 26 and later, on macOS, iPadOS and iOS.',
        'Firefox 141 and later on Windows, 145 and later on Macs with Apple silicon.',
      ],
      'no-adapter': [
        'Switch on “Use graphics acceleration when available” in the browser’s system settings, then restart the ' +
          'browser.',
        'In Chrome or Edge, chrome://gpu says whether WebGPU is blocked for this driver; an update of the driver ' +
          'often lifts the block.',
        'On Linux the flags chrome://flags/#enable-unsafe-webgpu and #enable-vulkan may be needed. Remote ' +
          'desktops and virtual machines often have no GPU at all.',
      ],
      'device-refused': [
        'Close other tabs and programs that use the GPU, then reload this page.',
        'If that does not help, restart the browser.',
      ],
    } satisfies Record<NoGpuCause, string[]>,
    rest: 'Training needs WebGPU. You can still watch a recorded run here and read what the experiments found.',
    remedies: 'How to get it working',
    said: (message: string) => `The browser said: ${message}`,
  },

  keys: {
    heading: 'Keys',
    list: [
      ['Space', 'pause or resume'],
      ['.', 'one step, while paused'],
      ['?', 'this list'],
      ['← →', 'move along the curve, when the chart has the focus; with Shift ten times as far'],
      ['Home End', 'to its first and its last step'],
      ['+ −', 'zoom in and out, when the chart has the focus'],
      ['0', 'show the whole run again'],
      ['l L', 'log scale for the loss, with Shift for the X axis; press again for linear'],
      ['Esc', 'close an explanation, a dialog or the tour'],
    ],
    enabled: 'Enable single-key shortcuts (when no field or button has the focus)',
    about:
      'The base run learns from random weights. The continued run takes over its last learning rate without a ' +
      'warm-up, ' +
      'lets it fall along a cosine to a hundredth, and changes the data once the rate is down to the fraction ' +
      'you chose. ' +
      'The recipe is that of “Reuse, Don’t Retrain” (Parmar et al., 2024).',
    close: 'Close',
  },

  tour: {
    invitation: 'Here for the first time?',
    begin: 'What am I looking at?',
    decline: 'No, thanks',
    place: (at: number, of: number) => `${at} of ${of}`,
    back: 'Back',
    next: 'Next',
    close: 'Close',
    parts: {
      figure: {
        title: 'The picture of a run',
        say:
          'From left to right, one run. On top the loss, which falls as the model learns to guess the next token; below it ' +
          'the mix of texts it reads, and its learning rate. Before a start you see the plan.',
      },
      run: {
        title: 'Starting a run',
        say:
          'A preset is a model and a plan for it. Start trains it in this tab, on your own GPU; you can pause, ' +
          'take single steps, and close the page: it goes on where it was.',
      },
      switch: {
        title: 'The switch',
        say:
          'The first run is over, a second one goes on from its last rate. When that rate has fallen to a fraction of itself, ' +
          'the texts change to questions and answers. Move the mark and see where that happens.',
      },
      blends: {
        title: 'What it reads',
        say: 'One bar a phase: which share of the tokens comes from which source. All weights can be edited, or bring texts of your own.',
      },
      results: {
        title: 'What the run achieved',
        say: 'For every source what was learnt and what was forgotten, on texts it never trained on, and what the model writes.',
      },
      evidence: {
        title: 'Whether it works',
        say: 'Experiments run the paper’s comparisons arm by arm with several seeds, or show recorded ones at once.',
      },
    },
  },

  embed: { whole: 'Open the whole page' },

  offline: {
    kept: 'Kept in this browser: it opens without a connection too.',
    newVersion: 'A newer version of this page is available. Close its other tabs first.',
    take: 'Update now',
    taking: 'Updating; this can take half a minute.',
  },

  log: 'Log',
  footer: 'Everything runs in this tab: no account, no server, nothing is sent.',
  /** Without a full stop: what becomes of the run follows. */
  workerLost: (why: string) => `The training process ended unexpectedly${why && ` (${why})`}`,
  workerSilent: (seconds: number) =>
    `The training process did not answer for ${format.duration(seconds)} and was ended`,
  workerReplaced: (what: string, step: number) =>
    `${what}: the run goes on from step ${format.integer(step)} in a new one, and nothing was lost.`,
  workerReplacedExperiment: (what: string) =>
    `${what}: the arm under way starts again in a new one, and finished rows are kept.`,
  unreadable: 'a message of it could not be read',
  pageError: (what: string) =>
    `Something on this page went wrong (${what}); what trains goes on. If something does not respond, reload the page: saved runs are offered again.`,

  title: {
    idle: 'Rekindle: train a language model in a browser tab',
    running: (share: number, loss: number | null) =>
      `${Math.floor(share * 100)} %${loss === null ? '' : ` · ${format.loss(loss)}`} · Rekindle`,
    paused: (share: number) => `Paused at ${Math.floor(share * 100)} % · Rekindle`,
    done: (loss: number | null) => `✓ ${loss === null ? '' : `${format.loss(loss)} – `}done · Rekindle`,
    ended: (what: string) => `${what} · Rekindle`,
  },

  announce: (stage: string, step: number, total: number, loss: number) =>
    `${stage}. Step ${format.integer(step)} of ${format.integer(total)}, loss ${format.loss(loss)}.`,
};
