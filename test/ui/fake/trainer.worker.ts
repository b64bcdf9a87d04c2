/**
 * A worker that keeps the page's contract (src/protocol.ts) and trains nothing: it plays a run whose numbers are made
 * by formula, so that every state of the page can be looked at within a second or two. Only tests put it in the real
 * worker's place; the scenario is the global they define before it.
 */
import { expose } from 'comlink';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { RunConfig } from '../../../src/config/run.ts';
import { parameterCount } from '../../../src/model/parameters.ts';
import { rate } from '../../../src/optim/schedule.ts';
import type {
  ExperimentRequest,
  DeletedRun,
  DeviceChoice,
  HeldOutPoint,
  MetricColumns,
  PhaseName,
  RunEvents,
  RunState,
  Sample,
  ListedRun,
  TrainerApi,
  UserFile,
} from '../../../src/protocol.ts';
import { baseMetadata } from '../../../src/recipe/baseCheckpoint.ts';
import { planRun, type RunPart, type RunPlan } from '../../../src/recipe/phases.ts';
import { randomNormal } from '../../../src/util/random.ts';
import { benchmarkPoint, playExperiment } from './experiment.ts';
import { inspectionAt, playGrid, playOverfit, playRange } from './trials.ts';
import { wholeColumns } from '../../../src/recipe/measurements.ts';

/** A recorded run: the loss of every step, and what was measured and written along it. */
export interface Recording {
  loss: number[];
  heldOut: HeldOutPoint[];
  samples: Sample[];
}

export interface Scenario {
  /** The sheet of alignment has a played worker too (align.worker.ts). */
  align?: true;
  machine?: 'gpu' | 'software' | 'insecure-address' | 'no-webgpu' | 'no-adapter' | 'device-refused';
  /** Where the run stops by itself: pauses, diverges or fails at this share of its steps. */
  end?: { kind: 'paused' | 'diverged' | 'failed' | 'compiling'; at: number };
  /** Steps a batch of events. */
  stride?: number;
  /** The run of this number, from 1, holds still after its first batch until it is paused or ended: time to act in, whatever the machine. */
  held?: number;
  /** Steps told at once, in the first batch. */
  prefill?: number;
  /** Batches of events after which an experiment holds still, fails, or (by itself) is stopped. */
  experiment?: { kind: 'held' | 'failed'; at: number };
  /** Results lie beside the page, as fake/recorded.ts makes them. */
  /** The page opens on its recorded run, as it does for a visitor. */
  firstVisit?: boolean;
  recorded?: boolean;
  /** A real run, as `npm run recipe` wrote it (recordings/), told in place of the formulas'. */
  recording?: Recording;
  /** Runs that an earlier visit left unfinished. */
  saved?: number;
  /** So many of them are at their end. */
  finished?: number;
  /** Alerts come with the run's third batch of events. */
  alerts?: boolean;
  /** Beats after which a trial or a grid holds still until it is ended. */
  trial?: { held: number };
  /** What the recipe needs of the machine while it has sixteen rows or more. */
  needs?: 'heavy' | 'too-large';
  /** So many of them are trained by another tab, which lets go of them but does not answer where it is asleep. */
  elsewhere?: number;
  asleep?: true;
  /** Names of the saved runs' presets, as a damaged disk might give them. */
  presets?: string[];
  /** Said of the list of saved runs. */
  notes?: string[];
  /**
   * Milliseconds between a run's batches of events. Unsaid, the protocol's 100 for a run with a stride, which is one to act in, and 20
   * for one that is only waited for.
   */
  beat?: number;
}

const scenario = (globalThis as { scenario?: Scenario }).scenario ?? {};
const NOISE_STREAM = 7;

/** Of the shipped text and of the world's sources, roughly. */
const SOURCE_TOKENS = {
  legal: 1.1e6,
  news: 2.1e6,
  books: 1.1e6,
  encyclopedia: 1e6,
  docs: 1.1e6,
  code: 6e5,
  'qa-definitions': 1.5e6,
  'qa-facts': 1.2e6,
  web: null,
  wiki: null,
  forum: null,
  'web-recent': null,
  'wiki-recent': null,
  qa: 840,
};

const pause = () =>
  new Promise((resolve) => setTimeout(resolve, scenario.beat ?? (scenario.stride === undefined ? 20 : 100)));

/** Falls like a power law, drops by 0.25 nats after the switch, with noise of 0.1. */
function lossAt(step: number, switchStep: number | null, seed: number): number {
  const fallen = 1.9 + 3.7 * (1 + step / 6) ** -0.55;
  const dropped = switchStep !== null && step >= switchStep ? 0.25 * (1 - Math.exp((switchStep - step) / 4)) + 0.1 : 0;
  return fallen - dropped + 0.1 * randomNormal(seed, NOISE_STREAM, step);
}

/** Runs of an earlier visit. */
let saved: ListedRun[] = Array.from({ length: scenario.saved ?? 0 }, (_, i) => ({
  id: `saved-${i}`,
  preset: scenario.presets?.[i] ?? 'smoke',
  seed: i + 1,
  part: 'all',
  step: 40 + i,
  endStep: 360,
  phase: 'base',
  loss: 4,
  state: i >= (scenario.saved ?? 0) - (scenario.finished ?? 0) ? 'done' : 'training',
  startedAt: Date.now() - 3_600_000,
  savedAt: Date.now() - 300_000 * (i + 1),
  bytes: scenario.finished ? 3e7 : 1e6,
  generation: 3,
  elsewhere: i < (scenario.elsewhere ?? 0),
}));

let deleted: DeletedRun[] = [];

/** All of a run's events as one. */
function joined(all: readonly RunEvents[]): RunEvents {
  const columns = all.flatMap(({ metrics }) => metrics ?? []);
  const column = <K extends Exclude<keyof MetricColumns, 'own'>>(name: K) => columns.flatMap((one) => [...one[name]]);
  const list = <K extends 'heldOut' | 'samples' | 'switches' | 'inspections' | 'checks' | 'benchmarks'>(name: K) =>
    all.flatMap((events) => (events[name] ?? []) as unknown[]) as NonNullable<RunEvents[K]>;
  return {
    metrics: wholeColumns({
      step: Float64Array.from(column('step')),
      tokens: Float64Array.from(column('tokens')),
      loss: Float64Array.from(column('loss')),
      lr: Float64Array.from(column('lr')),
      gradNorm: Float64Array.from(column('gradNorm')),
      tokensPerSecond: Float64Array.from(column('tokensPerSecond')),
      phase: Uint8Array.from(column('phase')),
    }),
    heldOut: list('heldOut'),
    samples: list('samples'),
    switches: list('switches'),
    inspections: list('inspections'),
    checks: list('checks'),
    benchmarks: list('benchmarks'),
    sources: all.findLast(({ sources }) => sources)?.sources,
    state: all.at(-1)!.state,
  };
}

let command: 'run' | 'pause' | 'step' | 'stop' = 'run';
const commanded = () => command;

/** Everything that was told of a recorded run, at once. */
function tell({ loss, heldOut, samples }: Recording, plan: RunPlan, emit: (events: RunEvents) => void): void {
  const steps = Float64Array.from(loss, (_, i) => plan.firstStep + i);
  emit({
    metrics: wholeColumns({
      step: steps,
      tokens: steps.map((step) => (step + 1) * plan.tokensPerStep),
      loss: Float64Array.from(loss),
      lr: steps.map((step) => plan.at(step).lr),
      gradNorm: steps.map(() => 1),
      tokensPerSecond: steps.map(() => 12_000),
      phase: Uint8Array.from(steps, (step) => ['base', 'general', 'qa'].indexOf(plan.at(step).phase.name)),
    }),
    heldOut,
    samples,
    state: { kind: 'done' },
  });
}

let runs = 0;

async function play(config: RunConfig, part: RunPart, emit: (events: RunEvents) => void, rest = pause): Promise<void> {
  const plan = planRun(config, part);
  if (scenario.recording) return tell(scenario.recording, plan, emit);
  const isHeld = ++runs === scenario.held;
  const stride = scenario.stride ?? Math.ceil((plan.endStep - plan.firstStep) / 20);
  const say = (state: RunState) => emit({ state });
  say({ kind: 'preparing', what: 'text', done: 0, total: 2 });
  await rest();
  say({ kind: 'preparing', what: 'text', done: 1, total: 2 });
  await rest();
  for (let done = 0; done < 12; done += 4) {
    say({ kind: 'compiling', done, total: 12 });
    if (scenario.end?.kind === 'compiling') {
      say({ kind: 'compiling', done: 7, total: 12 });
      return;
    }
    await rest();
  }
  const names = Object.keys(plan.phases.reduce((all, { blend }) => ({ ...all, ...blend }), {}));
  const drawn = Object.fromEntries(names.map((name) => [name, 0]));
  const isBetween = (step: number) => step === plan.endStep || plan.phases.some(({ firstStep }) => firstStep === step);
  const lossOf = (step: number, i: number) => lossAt(step, plan.switchStep, 1) + 0.15 * (i - 3);
  const measure = (step: number) =>
    emit({
      heldOut: [
        {
          step,
          tokens: step * plan.tokensPerStep,
          loss: Object.fromEntries(names.map((name, i) => [name, lossOf(step, i)])),
          ...(isBetween(step) && {
            rows: Object.fromEntries(
              names.map((name, i) => [
                name,
                [-0.2, -0.1, 0.1, 0.2].map(
                  (offset, row) => lossOf(step, i) + offset + 0.02 * randomNormal(step, i, row),
                ),
              ]),
            ),
          }),
        },
      ],
      ...(isBetween(step) &&
        step > 0 && {
          samples: ['Question: What is a whale?\nAnswer:', 'CHAPTER 1.\n\nCall me'].map((prompt, i) => ({
            step,
            prompt,
            text: ` a fish & the sea, at step ${step}`,
            question: { source: names.at(-1 - i)!, expected: i === 0 ? 'a mammal' : ' Ishmael.' },
          })),
        }),
      ...(config.data.world && {
        benchmarks: [benchmarkPoint(step, step * plan.tokensPerStep, 0, config.seed, step / plan.endStep)],
      }),
    });
  measure(plan.firstStep);
  const stopAt = scenario.end ? Math.round(scenario.end.at * plan.endStep) : Infinity;
  let phase: PhaseName = plan.phases[0]!.name;
  for (let step = plan.firstStep; step < plan.endStep;) {
    const ahead = step === plan.firstStep ? (scenario.prefill ?? stride) : stride;
    const end = Math.min(command === 'step' ? step + 1 : step + ahead, plan.endStep, Math.max(step + 1, stopAt));
    const n = end - step;
    const columns: MetricColumns = wholeColumns({
      step: new Float64Array(n),
      tokens: new Float64Array(n),
      loss: new Float64Array(n),
      lr: new Float64Array(n),
      gradNorm: new Float64Array(n),
      tokensPerSecond: new Float64Array(n),
      phase: new Uint8Array(n),
    });
    for (let i = 0; i < n; i++, step++) {
      const current = plan.at(step).phase;
      if (step === current.firstStep && step > plan.firstStep) measure(step);
      if (step === plan.switchStep) emit({ switches: [{ step, lr: plan.at(step).lr }] });
      phase = current.name;
      columns.step[i] = step;
      columns.tokens[i] = (step + 1) * plan.tokensPerStep;
      columns.loss[i] = lossAt(step, plan.switchStep, config.seed);
      columns.lr[i] = plan.at(step).lr;
      columns.gradNorm[i] = rate(config.base.schedule, step, plan.endStep);
      columns.tokensPerSecond[i] = 12_000 + 800 * randomNormal(config.seed, NOISE_STREAM + 1, step);
      columns.phase[i] = ['base', 'general', 'qa'].indexOf(current.name);
      for (const name of names) drawn[name] += ((current.blend[name] ?? 0) / 100) * plan.tokensPerStep;
    }
    emit({
      state: { kind: 'training', phase },
      metrics: columns,
      sources: names.map((name) => ({ name, tokens: drawn[name], epochs: drawn[name] / 150_000 })),
    });
    measure(step);
    if (step - n === plan.firstStep) {
      emit({
        checks: [
          {
            name: 'loss',
            sound: true,
            message:
              'The first loss is 5.584; untrained weights give ln 260 = 5.561 and 0.080 for the spread of their logits, give or take 0.301.',
          },
          {
            name: 'gradients',
            sound: true,
            message: 'All 54 tensors have a finite gradient that is not zero, norms from 0.021 to 1.3.',
          },
        ],
      });
    }
    emit({ inspections: [inspectionAt(step - 1, config.model.num_hidden_layers)] });
    if (scenario.alerts && step - n === plan.firstStep + 2 * stride) {
      emit({
        notices: [
          { code: 'spike', step: step - 4, message: `The loss jumped from 3.214 to 4.876 at step ${step - 4}.` },
          {
            code: 'clip-rate',
            step: step - 2,
            message:
              '97 % of the last 100 steps were clipped (median gradient norm 2.31, limit 1): every step has the same length whatever the gradient says. Raise optimizer.max_grad_norm, or lower the rate.',
          },
          { code: 'not-saved', step: null, message: 'This run is not saved. The browser offers no storage.' },
          {
            code: 'plateau',
            step: step - 1,
            message: `No progress in 200 steps up to step ${step - 1}: the mean loss was 3.214 in the first half of them and is 3.220 in the second. Lower the rate, or continue with other data.`,
          },
        ],
      });
    }
    if (step % (4 * stride) < stride) {
      emit({
        samples: [{ step, prompt: 'The ', text: 'whale <b>is</b> not\na fish that the sea of the states, and of the' }],
      });
    }
    if (step >= stopAt && scenario.end) {
      const message = `The loss is not a number at step ${step}: the update was not applied.`;
      if (scenario.end.kind === 'diverged') return say({ kind: 'diverged', step, message });
      if (scenario.end.kind === 'failed') {
        return say({
          kind: 'failed',
          message: 'books.txt holds 40 tokens, fewer than one row of 64: add text or lower the row length.',
        });
      }
      if (scenario.end.kind === 'paused') command = 'pause';
    }
    if (command === 'step') command = 'pause';
    if (command === 'pause') say({ kind: 'paused', phase });
    if (isHeld) while (commanded() === 'run') await pause();
    while (commanded() === 'pause') await pause();
    if (commanded() === 'stop') return say({ kind: 'stopped' });
    await rest();
  }
  emit({ state: { kind: 'done' }, log: [`Finished ${plan.endStep} steps.`] });
}

let trialIsEnded = false;
const hasEnded = () => trialIsEnded;

/** Paces a trial; false once it is to end. */
function trialBeat(): () => Promise<boolean> {
  let beats = 0;
  trialIsEnded = false;
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (++beats > (scenario.trial?.held ?? Infinity)) while (!hasEnded()) await pause();
    return !trialIsEnded;
  };
}

let device: DeviceChoice = 'auto';

const api: TrainerApi = {
  async beat() {},
  async choose(choice) {
    device = choice;
  },
  async adapter() {
    const machine = scenario.machine ?? 'gpu';
    if (machine !== 'gpu' && machine !== 'software') {
      return { cause: machine, message: 'requestAdapter() returned null (played by a test).' };
    }
    const software = machine === 'software';
    return {
      adapter: {
        ...(device === 'cpu' && { processor: { threads: 3, because: 'chosen' as const } }),
        vendor: software ? 'google' : 'acme',
        architecture: software ? 'swiftshader' : 'one',
        description: software ? 'SwiftShader' : 'Example GPU',
        software,
        features: [],
        maxBufferSize: 1 << 28,
        maxStorageBufferBindingSize: 1 << 27,
      },
    };
  },
  async start(config: RunConfig, _files: UserFile[], onEvents, base) {
    command = 'run';
    void play(config, base ? 'continued' : 'all', onEvents);
  },
  async experiment(request: ExperimentRequest, onEvents) {
    command = 'run';
    let batches = 0;
    const { kind, at } = scenario.experiment ?? { kind: 'held', at: Infinity };
    const beat = async () => {
      batches++;
      if (batches > at && kind === 'failed')
        throw new Error('Arm recipe of seed 1 diverged: lower the peak learning rate.');
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (batches > at) while (commanded() !== 'stop') await pause();
      return commanded() !== 'stop';
    };
    onEvents({ state: { kind: 'preparing' } });
    playExperiment(request, onEvents, beat).catch((error: Error) =>
      onEvents({ state: { kind: 'failed', message: error.message } }),
    );
  },
  async describeModel() {
    throw new Error('No model is opened in a played run.');
  },
  async tryModel() {
    throw new Error('No model is tried in a played run.');
  },
  /** As if the first three seeds of ci had shipped bases. */
  async shippedBase(config) {
    const { preset, seed } = config;
    return preset === 'ci' && seed <= 3 ? { bytes: 150_000, metadata: baseMetadata(config, '0'.repeat(64)) } : null;
  },
  /** A world as small as can be. */
  async worldCard() {
    return {
      people: { qa: 14, current: 13, archive: 13 },
      facts: 160,
      vocabulary: 186,
      dictionaryWords: 0,
      sources: [
        {
          name: 'wiki',
          description: 'facts in sentences',
          averageTokens: 25,
          averageBytes: 120,
          pool: null,
          heldOutRepeated: 0.01,
        },
        {
          name: 'qa',
          description: 'clean questions and answers',
          averageTokens: 14,
          averageBytes: 70,
          pool: { documents: 60, distinct: 58, tokens: 840 },
          heldOutRepeated: 0,
        },
      ],
      suites: [{ name: 'facts', role: 'benchmark', description: 'facts of current people', items: 52, chance: 0.125 }],
    };
  },
  async pause() {
    command = 'pause';
  },
  async resume() {
    command = 'run';
  },
  async step() {
    command = 'step';
  },
  async stop() {
    command = 'stop';
  },
  async checkFile({ name, bytes, column }, onProgress) {
    onProgress(bytes.size, bytes.size);
    if (name.includes('damaged')) return { kind: 'damaged', places: 12, at: 88_123, in: name };
    if (name.includes('refused'))
      return { kind: 'refused', code: 'text-utf32', message: `${name} is UTF-32: save it as UTF-8.` };
    if (name.includes('columns') && !column) {
      return {
        kind: 'column',
        columns: ['id', 'title', 'body'],
        message: `${name} has the columns "id", "title", "body", and more than one looks like text: choose the one to read.`,
      };
    }
    const text = 'The number after 12 is 13, and the one after 13 is 14.';
    const notes = column ? [`${name}: 2 rows without text are left out.`] : [];
    return {
      kind: 'good',
      documents: 3,
      first: [
        { text, length: 2_400 },
        { text: 'A short one.', length: 12 },
      ],
      notes,
      columns: column ? ['id', 'title', 'body'] : [],
      column: column ?? null,
      languages: { shares: { eng: 0.93, deu: 0.05, und: 0.02 }, passages: 300 },
    };
  },
  async savedRuns() {
    return { runs: saved, deleted, notes: scenario.notes ?? [], waiting: false };
  },
  async savedConfig() {
    return resolveConfig({ preset: 'smoke' });
  },
  async resumeSaved(_id, onEvents) {
    command = 'run';
    void play(resolveConfig({ preset: 'smoke' }), 'all', onEvents);
  },
  async openSaved() {
    const config = resolveConfig({ preset: 'smoke' });
    const all: RunEvents[] = [];
    command = 'run';
    await play(
      config,
      'all',
      (events) => all.push(events),
      () => Promise.resolve(),
    );
    return { config, part: 'all', events: joined(all) };
  },
  async deleteSaved(ids, at) {
    deleted = [...saved.filter(({ id }) => ids.includes(id)).map((run) => ({ ...run, deletedAt: at })), ...deleted];
    saved = saved.filter(({ id }) => !ids.includes(id));
  },
  async restoreSaved(ids) {
    saved = [...saved, ...deleted.filter(({ id }) => ids.includes(id)).map((run) => ({ ...run, elsewhere: false }))];
    deleted = deleted.filter(({ id }) => !ids.includes(id));
  },
  async emptyDeleted() {
    deleted = [];
  },
  async saveSoon() {},
  async watchSaved(_id, onEvents) {
    command = 'run';
    void play(resolveConfig({ preset: 'smoke' }), 'all', onEvents);
    await new Promise(() => {});
  },
  async unwatch() {
    command = 'stop';
  },
  async claimSaved() {
    await pause();
    if (scenario.asleep)
      throw new Error('The tab that trains this run does not answer, perhaps because it is asleep (played by a test).');
    command = 'stop';
    await pause();
  },
  async goBack() {},
  async sample(prompt) {
    return `${prompt.length} letters were asked, and so it goes on`;
  },
  async exportModel() {
    return [{ name: 'config.json', bytes: new TextEncoder().encode('{}') }];
  },
  rangeTest: (_request, onProgress) => playRange(onProgress, trialBeat()),
  overfit: (_request, onProgress) => playOverfit(onProgress, trialBeat()),
  grid: (request, onEvent) => playGrid(request, onEvent, trialBeat()),
  async endTrial() {
    trialIsEnded = true;
  },
  /** Formulas near the real ones. */
  async preflight(config) {
    const parameters = parameterCount(config.model);
    const { sequences, accumulation } = config.batch;
    const verdict = sequences >= 16 ? (scenario.needs ?? 'fits') : 'fits';
    const largest = { name: 'logits', bytes: verdict === 'too-large' ? 2 ** 28 : 4 * parameters };
    const change = (key: string, label: string, from: number, to: number) => ({
      key,
      label,
      from: `${from}`,
      to: `${to}`,
    });
    return {
      needs: {
        parameters,
        bytes: verdict === 'heavy' ? 3e9 : 30 * parameters,
        largest,
        limit: 2 ** 27,
        recomputed: false,
        verdict,
        instead:
          verdict === 'fits'
            ? null
            : {
                changes: [
                  change('batch.sequences', 'rows', sequences, sequences / 2),
                  change('batch.accumulation', 'micro-batches', accumulation, 2 * accumulation),
                ],
                bytes: 25 * parameters,
                largest,
              },
      },
      sourceTokens: SOURCE_TOKENS,
      calibration: null,
    };
  },
  async warmUp() {},
  async calibrate() {
    await pause();
    return {
      prepare: 1,
      compile: 2,
      step: 0.02,
      stepLow: 0.018,
      stepHigh: 0.025,
      firstEvaluation: 1,
      evaluation: 0.5,
      save: 0.1,
      saveEvery: 20,
      sourceTokens: SOURCE_TOKENS,
    };
  },
  async checkMachine() {
    throw new Error('Nothing is computed here: a check of the machine is played by nobody.');
  },
};

expose(api);
