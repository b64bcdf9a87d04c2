/**
 * `npm run bench`: training steps and matrix products on this machine's adapter, through Dawn for Node or (`--browser`) in headless
 * Chromium. `--peers`, which runs in the browser, sets jax-js, TensorFlow.js and genai-nanogpt beside them, in turns, or those named by `--peer`; `--scaling` takes
 * steps of models and vocabularies of growing size. Our own engine on the processor, `cpu`, is always beside them. `--page` serves the page from a folder that an earlier run built (out/bench).
 *
 * CPU seconds are those of the whole process tree: on the software adapter they are the work itself and steadier than wall time, so
 * engines are compared by them. On a GPU they are compared by wall time: steps awaited one by one and with several between two waits,
 * as the page trains; products in batches, whose quickest counts, since one awaited alone measures the wait.
 *
 * The engines of a row share its `--seconds`, in two turns each; whoever does not answer within `--patience` seconds is given up.
 * `--only` takes rows whose name contains the text.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DEFAULT_PRESET, presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { parameterCount } from '../../src/model/parameters.ts';
import type { BenchReport, MatmulResult, ScalingResult, StepResult } from './contract.ts';
import { UserError } from '../../src/util/errors.ts';
import { browserHost, dawnHost, type Host } from './setup/hosts.ts';
import { shareBesides } from './kernelShares.ts';
import { type Ceiling, ceilingUnits } from './ceilings.ts';
import type { Depth, Work } from './setup/laboratory.ts';
import { bestRate, measure, type Measured, type Outcome, quantile, ratesOf, type Timing } from './setup/measure.ts';
import { type Ceilings, flopsOf, formulas, leastBytesOf, tokensOf } from './setup/roofline.ts';
import {
  configOf,
  hardwarePresets,
  hardwareStepShapes,
  productsFor,
  sizeShapes,
  stepShapes,
  type StepShape,
  vocabularyShapes,
} from './shapes.ts';
import type { KernelShare, Product } from './setup/subject.ts';

const usage =
  'npm run bench -- [--json FILE] [--only TEXT]… [--browser] [--peers | --peer NAME…] [--scaling] [--seconds N] [--patience N] [--page FOLDER]';

function readArguments() {
  try {
    return parseArgs({
      options: {
        json: { type: 'string' },
        only: { type: 'string', multiple: true },
        browser: { type: 'boolean' },
        peers: { type: 'boolean' },
        peer: { type: 'string', multiple: true },
        scaling: { type: 'boolean' },
        seconds: { type: 'string' },
        patience: { type: 'string' },
        page: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} Usage: ${usage}`);
  }
}
const given = readArguments();
if (!(Number(given.seconds ?? 1) >= 0 && Number(given.patience ?? 1) > 0)) {
  throw new UserError('--seconds and --patience take numbers of seconds.');
}
const wanted = (name: string): boolean => given.only === undefined || given.only.some((text) => name.includes(text));
const allPeers = ['jax-js', 'jax-js wasm', 'TensorFlow.js', 'genai-nanogpt'];
for (const name of given.peer ?? []) {
  if (!allPeers.includes(name)) throw new UserError(`There is no peer '${name}': choose from ${allPeers.join(', ')}.`);
}
const peerNames = given.peer ?? (given.peers ? allPeers : []);
/** Who is set beside ours: our own engine on the processor always. */
const others = ['cpu', ...peerNames];

const host: Host = await (given.browser || peerNames.length > 0 ? browserHost(given.page) : dawnHost());
const { software } = host;
// On a GPU some 25 rows with peers then end within three minutes; a step on a software adapter takes up to a second.
const seconds = Number(given.seconds ?? (software ? 12 : 3));
const patience = Number(given.patience ?? (software ? 120 : 12));
/** By CPU time, where cores are the device; by wall time elsewhere. */
const byCpu = software && host.cpuSeconds() !== null;

/** Steps of a row between two waits: awaited one by one, and on a GPU also as the page trains. */
const inFlight = 8;
const stepDepths: readonly Depth[] = software ? [1] : [1, inFlight];
const productDepths: readonly Depth[] = software ? [1] : ['batch'];

const number = (value: number | null, digits = 0): string => (value === null ? '–' : value.toFixed(digits));
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** How a product's rates are told: of the best batch by wall time on a GPU. */
function productRates(timing: Timing, unitsPerRun: number) {
  const { perSecond, perCpuSecond } = ratesOf(timing, unitsPerRun);
  return { perSecond: software ? perSecond : bestRate(timing, unitsPerRun), perCpuSecond };
}

/** By the time that this adapter is measured in. */
const comparable = ({ perSecond, perCpuSecond }: ReturnType<typeof ratesOf>): number =>
  byCpu ? perCpuSecond! : perSecond;

async function measureCeiling(ceiling: Ceiling) {
  const plan = { engines: ['rekindle'], rounds: 1, depths: productDepths, seconds: 0.5, patience };
  const measured = oursOf(await measure(host, { ceiling }, plan), 'rekindle');
  return productRates(measured.timings[0]!, ceilingUnits(ceiling, software) / 1e9);
}

async function measureCeilings(): Promise<Ceilings> {
  const [f32, copy] = [await measureCeiling('f32'), await measureCeiling('copy')];
  return {
    f32PerSecond: f32.perSecond,
    f32PerCpuSecond: f32.perCpuSecond,
    copyPerSecond: copy.perSecond,
    copyPerCpuSecond: copy.perCpuSecond,
  };
}

/** Of the f32 ceiling, for 10⁹ FLOP a second; of the copy rate, for 10⁹ bytes a second. */
const shareOfF32 = (rate: number): number => rate / (byCpu ? ceilings.f32PerCpuSecond! : ceilings.f32PerSecond);
const shareOfCopy = (rate: number): number => rate / (byCpu ? ceilings.copyPerCpuSecond! : ceilings.copyPerSecond);

console.log(`adapter: ${host.adapter}\nin ${host.name}`);
if (host.cpuSeconds() === null) console.log('CPU seconds are not available on this system: wall time only.');
const ceilings = await measureCeilings();
console.log(
  `measured ceilings: f32 ${number(ceilings.f32PerSecond, 1)} GFLOP/s (${number(ceilings.f32PerCpuSecond, 1)} a CPU-s), ` +
    `copy ${number(ceilings.copyPerSecond, 1)} GB/s (${number(ceilings.copyPerCpuSecond, 1)} a CPU-s)\n${formulas}`,
);
const report: BenchReport = {
  adapter: host.adapter,
  host: host.name,
  ceilings,
  start: null,
  steps: [],
  matmul: [],
  scaling: [],
  peerErrors: [],
};

/** Peers' rates beside ours, one entry for every depth; whoever failed goes into peerErrors. */
function besides(
  work: string,
  outcomes: Map<string, Outcome>,
  rates: (timing: Timing) => ReturnType<typeof ratesOf>,
): Map<string, ReturnType<typeof ratesOf>[]> {
  const peers = new Map<string, ReturnType<typeof ratesOf>[]>();
  for (const engine of others) {
    const outcome = outcomes.get(engine);
    if (!outcome) continue;
    if ('error' in outcome) {
      const message = outcome.error;
      report.peerErrors.push({ engine, work, message });
      console.log(`  ${engine}: ${message.split('\n')[0]}`);
    } else {
      peers.set(engine, outcome.measured.timings.map(rates));
    }
  }
  return peers;
}

type Peers = ReturnType<typeof besides>;

/** One rate of every peer, by name. */
const named = <T>(peers: Peers, pick: (rates: ReturnType<typeof ratesOf>[]) => T): Record<string, T> =>
  Object.fromEntries([...peers].map(([engine, rates]) => [engine, pick(rates)]));

/** `by wall time, 8 in flight: jax-js 1234 (ours 3.1×)`: the peer's rate, and ours as a multiple of it. */
function printRatios(ours: ReturnType<typeof ratesOf>, peers: Peers, depth: number, how: string, digits = 0): void {
  const lines = [...peers].map(([engine, rates]) => {
    const theirs = comparable(rates[depth]!);
    return `${engine} ${theirs.toFixed(digits)} (ours ${(comparable(ours) / theirs).toFixed(2)}×)`;
  });
  if (lines.length > 0) console.log(`  by ${byCpu ? 'CPU' : 'wall'} time${how}: ${lines.join(', ')}`);
}

function oursOf(outcomes: Map<string, Outcome>, engine: string): Measured {
  const outcome = outcomes.get(engine)!;
  if ('error' in outcome) throw new Error(`Our own engine failed in the bench: ${outcome.error}`);
  return outcome.measured;
}

function stepResult(
  shape: string,
  config: RunConfig,
  measured: Measured,
  kernels: KernelShare[],
  peers: Peers,
): StepResult {
  const units = tokensOf(config);
  const [alone, flying] = measured.timings;
  const { perSecond, perCpuSecond } = ratesOf(alone!, units);
  const tokensPerSecondInFlight = flying ? ratesOf(flying, units).perSecond : null;
  const stepsPerSecond = (byCpu ? perCpuSecond! : (tokensPerSecondInFlight ?? perSecond)) / units;
  const { dispatches, submits, gpuBytes } = measured.facts!;
  return {
    shape,
    msP50: quantile(alone!.millis, 0.5),
    msP95: quantile(alone!.millis, 0.95),
    tokensPerSecond: perSecond,
    tokensPerCpuSecond: perCpuSecond,
    tokensPerSecondInFlight,
    dispatches,
    submits,
    gpuBytes,
    firstStepMs: measured.firstMs,
    shareOfPeak: null,
    shareOfF32: shareOfF32((stepsPerSecond * flopsOf(config)) / 1e9),
    shareOfCopy: config.precision === 'f16' ? null : shareOfCopy((stepsPerSecond * leastBytesOf(config)) / 1e9),
    kernels,
    peers: named(peers, ([rates]) => rates!.perCpuSecond),
    peersPerSecond: named(peers, ([rates]) => rates!.perSecond),
    peersPerSecondInFlight: software ? {} : named(peers, (rates) => rates[1]!.perSecond),
  };
}

function printStep(result: StepResult): void {
  const flying = result.tokensPerSecondInFlight;
  console.log(
    `${result.shape}: p50 ${result.msP50.toFixed(1)} ms, p95 ${result.msP95.toFixed(1)} ms, ${number(result.tokensPerSecond)} tokens/s, ` +
      `${flying === null ? '' : `${number(flying)} tokens/s with ${inFlight} in flight, `}${number(result.tokensPerCpuSecond)} tokens/CPU-s, ` +
      `${percent(result.shareOfF32)} of f32, ${result.shareOfCopy === null ? '' : `${percent(result.shareOfCopy)} of copy, `}` +
      `${result.dispatches} dispatches, ${result.submits} submits, ` +
      `${(result.gpuBytes / 1e6).toFixed(1)} MB, first step after ${result.firstStepMs.toFixed(0)} ms`,
  );
}

async function benchStart(): Promise<void> {
  const preset = DEFAULT_PRESET;
  const cold = await host.open('rekindle', { preset });
  await host.close({ engine: 'rekindle', id: cold.id });
  const warm = await host.open('rekindle', { preset });
  await host.close({ engine: 'rekindle', id: warm.id });
  report.start = { preset, coldMs: cold.firstMs, warmMs: warm.firstMs, pipelines: cold.facts!.pipelines };
  console.log(
    `preset ${preset}: first step done after ${cold.firstMs.toFixed(0)} ms cold, ${warm.firstMs.toFixed(0)} ms warm, ` +
      `${cold.facts!.pipelines} pipelines`,
  );
}

/** Our engine with every feature, then without some; peers where the work is theirs too. */
async function benchStep(name: string, config: RunConfig, work: Work, beside: readonly string[]): Promise<void> {
  const variants = [
    ...(host.adapter.includes('shader-f16') ? [['half', 'f16 storage', 'f16'] as const] : []),
    ['plain', 'no optional feature', config.precision] as const,
  ];
  const engines = ['rekindle', ...('preset' in work ? [] : variants.map(([engine]) => engine)), ...beside];
  let kernels: KernelShare[] = [];
  const plan = { engines, rounds: 2, depths: stepDepths, seconds, patience };
  const outcomes = await measure(host, work, plan, async ({ id }) => {
    kernels = await host.kernels({ engine: 'rekindle', id });
  });
  const units = tokensOf(config);
  const peers = besides(name, outcomes, (timing) => ratesOf(timing, units));
  const measured = oursOf(outcomes, 'rekindle');
  const result = stepResult(name, config, measured, kernels, peers);
  report.steps.push(result);
  printStep(result);
  measured.timings.forEach((timing, i) => {
    printRatios(ratesOf(timing, units), peers, i, software ? '' : `, ${stepDepths[i]} in flight`);
  });
  const top = kernels
    .slice(0, 6)
    .map((kernel) => `${kernel.name} ${kernel.count}× ${(100 * kernel.share).toFixed(0)} %`);
  console.log(`  ${top.join(', ')}; beside products and attention ${(100 * shareBesides(kernels)).toFixed(0)} %`);

  for (const [engine, what, precision] of variants) {
    if (!engines.includes(engine)) continue;
    const ours = oursOf(outcomes, engine);
    const variant = stepResult(`${name}, ${what}`, { ...config, precision }, ours, [], new Map());
    report.steps.push(variant);
    printStep(variant);
  }
}

const nameOf = ({ kind, m, n, k }: Product): string => `matmul ${kind} ${m}×${n}×${k}`;

async function benchProduct(product: Product): Promise<void> {
  const { kind, m, n, k } = product;
  const name = nameOf(product);
  const gigaflops = (2 * m * n * k) / 1e9;
  const engines = ['rekindle', ...others.filter((peer) => peer !== 'genai-nanogpt')];
  const plan = { engines, rounds: 2, depths: productDepths, seconds: seconds / 2, patience };
  const outcomes = await measure(host, { product }, plan);
  const peers = besides(name, outcomes, (timing) => productRates(timing, gigaflops));
  const ours = productRates(oursOf(outcomes, 'rekindle').timings[0]!, gigaflops);
  const result: MatmulResult = {
    kind,
    m,
    n,
    k,
    gflopsPerSecond: ours.perSecond,
    gflopsPerCpuSecond: ours.perCpuSecond,
    shareOfF32: shareOfF32(comparable(ours)),
    peers: named(peers, ([rates]) => rates!.perCpuSecond),
    peersPerSecond: named(peers, ([rates]) => rates!.perSecond),
  };
  report.matmul.push(result);
  console.log(
    `${name}: ${number(ours.perSecond, 2)} GFLOP/s, ${number(ours.perCpuSecond, 2)} GFLOP/CPU-s, ${percent(result.shareOfF32)} of f32`,
  );
  printRatios(ours, peers, 0, software ? '' : ', best batch', 2);
}

async function benchScaling(shape: StepShape): Promise<void> {
  let kernels: KernelShare[] = [];
  const outcomes = await measure(
    host,
    { step: shape },
    { engines: ['rekindle'], rounds: 1, depths: [1], seconds: seconds / 4, patience },
    async ({ id }) => {
      kernels = await host.kernels({ engine: 'rekindle', id });
    },
  );
  const measured = oursOf(outcomes, 'rekindle');
  const config = configOf(shape);
  const flops = flopsOf(config);
  const timing = measured.timings[0]!;
  const cpuSeconds = timing.cpuSeconds === null ? null : timing.cpuSeconds / timing.units;
  const result: ScalingResult = {
    shape: shape.name,
    parameters: parameterCount(config.model),
    flops,
    msP50: quantile(timing.millis, 0.5),
    cpuSeconds,
    gflopsPerCpuSecond: cpuSeconds === null ? null : flops / 1e9 / cpuSeconds,
    shareBesides: shareBesides(kernels),
    gpuBytes: measured.facts!.gpuBytes,
  };
  report.scaling.push(result);
  console.log(
    `${shape.name.padEnd(24)} ${(result.parameters / 1e6).toFixed(2).padStart(6)} M ${(flops / 1e9).toFixed(2).padStart(7)} GFLOP ` +
      `${result.msP50.toFixed(0).padStart(6)} ms ${number(cpuSeconds, 3).padStart(7)} CPU-s ` +
      `${number(result.gflopsPerCpuSecond, 2).padStart(5)} GFLOP/CPU-s, ${(100 * result.shareBesides).toFixed(1).padStart(5)} % besides, ` +
      `${(result.gpuBytes / 1e6).toFixed(1)} MB`,
  );
}

/** Steps against the best product: by CPU seconds on a software adapter, where cores are the device, and else by wall time. */
function fillSharesOfPeak(): void {
  if (report.matmul.length === 0) return;
  const peak = Math.max(...report.matmul.map((row) => (byCpu ? row.gflopsPerCpuSecond! : row.gflopsPerSecond)));
  const ceiling = byCpu ? ceilings.f32PerCpuSecond! : ceilings.f32PerSecond;
  for (const step of report.steps) step.shareOfPeak = (step.shareOfF32 * ceiling) / peak;
  const shares = report.steps.map(({ shape, shareOfPeak }) => `${shape} ${(100 * shareOfPeak!).toFixed(0)} %`);
  console.log(
    `model FLOPs of the best product (${peak.toFixed(2)} GFLOP/${byCpu ? 'CPU-' : ''}s): ${shares.join('; ')}`,
  );
}

/** After every row, so that a long run that is ended early leaves what it has. */
function save(): void {
  if (given.json) writeFileSync(given.json, `${JSON.stringify(report, null, 2)}\n`);
}

if (wanted('start')) await benchStart();
for (const shape of [...stepShapes, ...(software ? [] : hardwareStepShapes)]) {
  if (!wanted(shape.name)) continue;
  await benchStep(shape.name, configOf(shape), { step: shape }, others);
  save();
}
for (const preset of software ? [] : hardwarePresets) {
  if (!wanted(`preset ${preset}`)) continue;
  await benchStep(`preset ${preset}`, presetConfig(preset), { preset }, ['cpu']);
  save();
}
for (const product of productsFor(software)) {
  if (!wanted(nameOf(product))) continue;
  await benchProduct(product);
  save();
}
fillSharesOfPeak();
for (const shape of given.scaling ? [...sizeShapes, ...vocabularyShapes] : []) {
  if (!wanted(`scaling ${shape.name}`)) continue;
  await benchScaling(shape);
  save();
}
save();
await host.end();
