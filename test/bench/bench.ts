/**
 * `npm run bench`: training steps and matrix products on this machine's adapter, through Dawn for Node or (`--browser`) in headless
 * Chromium. `--peers`, which runs in the browser, sets jax-js, TensorFlow.js and genai-nanogpt beside them, in turns, or those named by `--peer`; `--scaling` takes
 * steps of models and vocabularies of growing size. CPU seconds are those of the whole process tree: on the software adapter they are
 * the work itself and steadier than wall time. Each engine runs for `--seconds` in each of two turns; whoever does not answer within
 * `--patience` seconds is given up. `--only` takes rows whose name contains the text.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DEFAULT_PRESET } from '../../src/config/presets.ts';
import { trainingFlopsPerToken } from '../../src/model/estimate.ts';
import { parameterCount } from '../../src/model/parameters.ts';
import type { BenchReport, MatmulResult, ScalingResult, StepResult } from './contract.ts';
import { UserError } from '../../src/util/errors.ts';
import { browserHost, dawnHost, type Host } from './hosts.ts';
import { shareBesides } from './kernelShares.ts';
import { measure, type Measured, type Outcome, quantile, ratesOf } from './measure.ts';
import { configOf, matmulShapes, sizeShapes, stepShapes, type StepShape, vocabularyShapes } from './shapes.ts';
import type { KernelShare, Product } from './subject.ts';

const usage =
  'npm run bench -- [--json FILE] [--only TEXT]… [--browser] [--peers | --peer NAME…] [--scaling] [--seconds N] [--patience N]';

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
        seconds: { type: 'string', default: '2' },
        patience: { type: 'string', default: '120' },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} Usage: ${usage}`);
  }
}
const given = readArguments();
const [seconds, patience] = [Number(given.seconds), Number(given.patience)];
if (!(seconds >= 0 && patience > 0)) throw new UserError('--seconds and --patience take numbers of seconds.');
const wanted = (name: string): boolean => given.only === undefined || given.only.some((text) => name.includes(text));
const allPeers = ['jax-js', 'TensorFlow.js', 'genai-nanogpt'];
for (const name of given.peer ?? []) {
  if (!allPeers.includes(name)) throw new UserError(`There is no peer '${name}': choose from ${allPeers.join(', ')}.`);
}
const peerNames = given.peer ?? (given.peers ? allPeers : []);

const host: Host = await (given.browser || peerNames.length > 0 ? browserHost() : dawnHost());
const report: BenchReport = {
  adapter: host.adapter,
  host: host.name,
  start: null,
  steps: [],
  matmul: [],
  scaling: [],
  peerErrors: [],
};
console.log(`adapter: ${host.adapter}\nin ${host.name}`);
if (host.cpuSeconds() === null) console.log('CPU seconds are not available on this system: wall time only.');

const number = (value: number | null, digits = 0): string => (value === null ? '–' : value.toFixed(digits));
const flopsOf = (shape: StepShape): number => {
  const { model, batch } = configOf(shape);
  return shape.B * shape.T * trainingFlopsPerToken(model, batch.length, true).total;
};

/** Peers' rates beside ours; whoever failed goes into peerErrors. */
function besides(work: string, outcomes: Map<string, Outcome>, unitsPerRun: number) {
  const peers: Record<string, number | null> = {};
  const peersPerSecond: Record<string, number> = {};
  for (const engine of peerNames) {
    const outcome = outcomes.get(engine);
    if (!outcome) continue;
    if ('error' in outcome) {
      const message = outcome.error;
      report.peerErrors.push({ engine, work, message });
      console.log(`  ${engine}: ${message.split('\n')[0]}`);
    } else {
      const { perSecond, perCpuSecond } = ratesOf(outcome.measured, unitsPerRun);
      peers[engine] = perCpuSecond;
      peersPerSecond[engine] = perSecond;
    }
  }
  return { peers, peersPerSecond };
}

const none: ReturnType<typeof besides> = { peers: {}, peersPerSecond: {} };

/** `  jax-js 1234 (3.1×)`: the peer's rate, and ours as a multiple of it. By CPU seconds where they are known. */
function printRatios(ours: Measured, peers: ReturnType<typeof besides>, unitsPerRun: number, digits = 0): void {
  const { perSecond, perCpuSecond } = ratesOf(ours, unitsPerRun);
  const lines = Object.keys(peers.peers).map((engine) => {
    const theirs = peers.peers[engine] ?? peers.peersPerSecond[engine]!;
    return `${engine} ${theirs.toFixed(digits)} (ours ${((perCpuSecond ?? perSecond) / theirs).toFixed(2)}×)`;
  });
  if (lines.length > 0) console.log(`  ${lines.join(', ')}`);
}

function oursOf(outcomes: Map<string, Outcome>, engine: string): Measured {
  const outcome = outcomes.get(engine)!;
  if ('error' in outcome) throw new Error(`Our own engine failed in the bench: ${outcome.error}`);
  return outcome.measured;
}

function stepResult(
  shape: string,
  units: number,
  measured: Measured,
  kernels: KernelShare[],
  peers: ReturnType<typeof besides>,
): StepResult {
  const { perSecond, perCpuSecond } = ratesOf(measured, units);
  const { dispatches, submits, gpuBytes } = measured.facts!;
  return {
    shape,
    msP50: quantile(measured.millis, 0.5),
    msP95: quantile(measured.millis, 0.95),
    tokensPerSecond: perSecond,
    tokensPerCpuSecond: perCpuSecond,
    dispatches,
    submits,
    gpuBytes,
    firstStepMs: measured.firstMs,
    shareOfPeak: null,
    kernels,
    ...peers,
  };
}

function printStep(result: StepResult): void {
  console.log(
    `${result.shape}: p50 ${result.msP50.toFixed(1)} ms, p95 ${result.msP95.toFixed(1)} ms, ${number(result.tokensPerSecond)} tokens/s, ` +
      `${number(result.tokensPerCpuSecond)} tokens/CPU-s, ${result.dispatches} dispatches, ${result.submits} submits, ` +
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

async function benchStep(shape: StepShape): Promise<void> {
  const units = shape.B * shape.T;
  const variants = [
    ...(host.adapter.includes('shader-f16') ? [['half', 'f16 storage'] as const] : []),
    ['plain', 'no optional feature'] as const,
  ];
  const engines = ['rekindle', ...variants.map(([engine]) => engine), ...peerNames];
  let kernels: KernelShare[] = [];
  const outcomes = await measure(host, { step: shape }, { engines, rounds: 2, seconds, patience }, async ({ id }) => {
    kernels = await host.kernels({ engine: 'rekindle', id });
  });
  const peers = besides(shape.name, outcomes, units);
  const measured = oursOf(outcomes, 'rekindle');
  const result = stepResult(shape.name, units, measured, kernels, peers);
  report.steps.push(result);
  printStep(result);
  printRatios(measured, peers, units);
  const top = kernels.slice(0, 6).map(({ name, count, share }) => `${name} ${count}× ${(100 * share).toFixed(0)} %`);
  console.log(`  ${top.join(', ')}; beside products and attention ${(100 * shareBesides(kernels)).toFixed(0)} %`);

  for (const [engine, name] of variants) {
    const variant = stepResult(`${shape.name}, ${name}`, units, oursOf(outcomes, engine), [], none);
    report.steps.push(variant);
    printStep(variant);
  }
}

async function benchProduct(product: Product): Promise<void> {
  const { kind, m, n, k } = product;
  const name = `matmul ${kind} ${m}×${n}×${k}`;
  const gigaflops = (2 * m * n * k) / 1e9;
  const engines = ['rekindle', ...peerNames.filter((peer) => peer !== 'genai-nanogpt')];
  const outcomes = await measure(host, { product }, { engines, rounds: 2, seconds: seconds / 2, patience });
  const peers = besides(name, outcomes, gigaflops);
  const measured = oursOf(outcomes, 'rekindle');
  const { perSecond, perCpuSecond } = ratesOf(measured, gigaflops);
  const result: MatmulResult = {
    kind,
    m,
    n,
    k,
    gflopsPerSecond: perSecond,
    gflopsPerCpuSecond: perCpuSecond,
    ...peers,
  };
  report.matmul.push(result);
  console.log(`${name}: ${number(perSecond, 2)} GFLOP/s, ${number(perCpuSecond, 2)} GFLOP/CPU-s`);
  printRatios(measured, peers, gigaflops, 2);
}

async function benchScaling(shape: StepShape): Promise<void> {
  let kernels: KernelShare[] = [];
  const outcomes = await measure(
    host,
    { step: shape },
    { engines: ['rekindle'], rounds: 1, seconds, patience },
    async ({ id }) => {
      kernels = await host.kernels({ engine: 'rekindle', id });
    },
  );
  const measured = oursOf(outcomes, 'rekindle');
  const flops = flopsOf(shape);
  const cpuSeconds = measured.cpuSeconds === null ? null : measured.cpuSeconds / measured.millis.length;
  const result: ScalingResult = {
    shape: shape.name,
    parameters: parameterCount(configOf(shape).model),
    flops,
    msP50: quantile(measured.millis, 0.5),
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
  const byCpu = host.software && report.matmul.every(({ gflopsPerCpuSecond }) => gflopsPerCpuSecond !== null);
  const peak = Math.max(...report.matmul.map((row) => (byCpu ? row.gflopsPerCpuSecond! : row.gflopsPerSecond)));
  for (const step of report.steps) {
    const shape = stepShapes.find(({ name }) => step.shape.startsWith(name))!;
    const tokens = byCpu ? step.tokensPerCpuSecond! : step.tokensPerSecond;
    step.shareOfPeak = (flopsOf(shape) * tokens) / (shape.B * shape.T) / 1e9 / peak;
  }
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
for (const shape of stepShapes) {
  if (!wanted(shape.name)) continue;
  await benchStep(shape);
  save();
}
for (const shape of matmulShapes) {
  for (const kind of ['nt', 'nn', 'tn'] as const) {
    if (!wanted(`matmul ${kind} ${shape.m}×${shape.n}×${shape.k}`)) continue;
    await benchProduct({ kind, ...shape });
    save();
  }
}
fillSharesOfPeak();
for (const shape of given.scaling ? [...sizeShapes, ...vocabularyShapes] : []) {
  if (!wanted(`scaling ${shape.name}`)) continue;
  await benchScaling(shape);
  save();
}
save();
await host.end();
