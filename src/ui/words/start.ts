/** What stands before a run: preset, machine, needs, recorded and unfinished runs, and how a run ended. */
import type { DeviceChoice, ListedRun, NoGpuCause, ProcessorFacts } from '../../protocol.ts';
import * as format from '../format.ts';

/** Where a run's buffers lie: in a GPU's memory, or in that of everything else. */
const memory = (onGpu: boolean) => (onGpu ? 'graphics memory' : 'memory');
/** What lies in a buffer, in words where there are some. */
const BUFFERS: Readonly<Record<string, string>> = {
  parameters: 'All weights together',
  gradients: 'All gradients together',
  moments1: 'Adam’s averages',
  moments2: 'Adam’s averages',
  logits: 'Logits',
};
const bufferName = (name: string) => (Object.hasOwn(BUFFERS, name) ? BUFFERS[name] : name);

export const startWords = {
  machine: {
    asking: 'Looking for a GPU …',
    on: (name: string) => `Runs on ${name}.`,
    software: 'This is a software adapter: correct, but slow.',
    nameless: 'a GPU without a name',
    processor: (threads: number) => `Runs on the processor (WebAssembly${threads > 1 ? `, ${threads} threads` : ''}).`,
    because: {
      chosen: '',
      none: 'The browser offers no GPU.',
      software: 'The browser offers only a software GPU, which is slower.',
      slower: 'A test at the start ran faster here than on the GPU.',
      wrong: 'The GPU gave wrong numbers in a test at the start.',
    } satisfies Record<NonNullable<ProcessorFacts['because']>, string>,
    alone: 'It uses one core, because this page is not isolated in the browser; opening it again may change that.',
    check: 'Check this machine',
    computeOn: 'Compute on',
    devices: { auto: 'automatic choice', gpu: 'GPU', cpu: 'processor' } satisfies Record<DeviceChoice, string>,
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
      `The preset ${preset} takes about ${format.duration(seconds)} on this machine.`,
    changed: (from: string, to: string, seconds: number) =>
      `The preset ${from} would take about ${format.duration(seconds)} on this machine, so ${to} is chosen.`,
    choose: (preset: string) => `Use ${preset}, which takes seconds`,
  },
  recorded: {
    stage: 'Recorded run',
    says: (preset: string, steps: number, tokens: number, adapter: string) =>
      `This run was recorded: preset ${preset}, ${format.integer(steps)} steps on ${format.short(tokens)} tokens, trained on ${adapter.replace(/^processor.*/, 'a processor')}.`,
    start: 'Press Start to continue its base model in this tab.',
    again: 'Play again',
    findings: 'See what the experiments found',
  },
  before: {
    summary: (bytes: number, onGpu: boolean, seconds: number | null) =>
      `Needs ${format.bytes(bytes)} of ${memory(onGpu)}` +
      (seconds === null ? '' : `, takes about ${format.duration(seconds)}`),
    parameters: 'Parameters',
    memory: 'Total memory',
    recomputed: 'Activations are recomputed in the backward pass to save memory.',
    largest: 'Largest buffer',
    largestOf: (name: string, bytes: number, limit: number) =>
      `${bufferName(name)}: ${format.bytes(bytes)} of ${format.bytes(limit)} this machine allows`,
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
      `${bufferName(name)} would be one buffer of ${format.bytes(bytes)}; this machine allows ${format.bytes(limit)}.`,
    heavy: (bytes: number, onGpu: boolean) =>
      `${format.bytes(bytes)} of ${memory(onGpu)} may be more than this machine has free; the browser cannot tell.`,
    wouldFit: (changes: readonly { label: string; from: string; to: string }[], bytes: number) =>
      `It would fit with ${changes.map(({ label, from, to }) => `${label} ${from} → ${to}`).join(', ')}: ${format.bytes(bytes)}.`,
    nothingFits: 'A smaller batch, vocabulary or depth alone would not fit: choose a smaller preset.',
    useThese: 'Use these settings',
  },
  lesson: {
    unknown: (parameter: 'hide' | 'lock', name: string, known: readonly string[]) =>
      `The link wants to ${parameter} “${name}”, which this page does not have: use ${known.join(', ')}, or the key of a setting.`,
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
      return `The browser has paused graphics after crashes: leave this page open; it tries again at ${time}.`;
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
        'Turn on “Use graphics acceleration when available” in the browser’s system settings, then restart the ' +
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
    rest: 'Training needs WebGPU, or WebAssembly with SIMD. You can still watch a recorded run here and read what the experiments found.',
    remedies: 'How to get it working',
    said: (message: string) => `The browser said: ${message}`,
  },
  ending: {
    failed: 'The run could not continue',
    diverged: (step: number) => `The run diverged at step ${format.integer(step)}`,
    divergedHelp: 'Lower the peak learning rate, or lengthen the warm-up, and start again.',
    failedHelp: 'Fix what it says, then start again.',
  },
};
