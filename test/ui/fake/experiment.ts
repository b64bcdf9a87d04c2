/** A played experiment: rows, curves and points made by formula, so that a finished table is there within seconds. */
import type {
  BenchmarkPoint,
  ExperimentEvents,
  ExperimentRequest,
  HeldOutPoint,
  MetricColumns,
} from '../../../src/protocol.ts';
import { armsOf, continuedConfig, experimentNamed } from '../../../src/recipe/experiments.ts';
import { planRun } from '../../../src/recipe/phases.ts';
import type { ResultPoint, ResultRow } from '../../../src/recipe/results/results.ts';
import { randomNormal } from '../../../src/util/random.ts';
import { wholeColumns } from '../../../src/recipe/measurements.ts';

const NOISE = 11;
const SUITES = [
  { name: 'facts', role: 'benchmark', chance: 1 / 16, at: 0.3, gain: 0.18 },
  { name: 'archive', role: 'retention', chance: 1 / 16, at: 0.28, gain: -0.06 },
  { name: 'arithmetic', role: 'benchmark', chance: 0.25, at: 0.36, gain: 0.06 },
  { name: 'code', role: 'benchmark', chance: 0.25, at: 0.79, gain: 0.05 },
  { name: 'translate', role: 'benchmark', chance: 1 / 16, at: 0.9, gain: 0.08 },
  { name: 'reading', role: 'probe', chance: 0.25, at: 0.2, gain: 0 },
  { name: 'knows-facts', role: 'probe', chance: 1 / 16, at: 0.34, gain: 0.16 },
  { name: 'knows-archive', role: 'probe', chance: 1 / 16, at: 0.35, gain: -0.08 },
] as const;
const SOURCES = ['web', 'wiki', 'books', 'code', 'math', 'multi', 'forum', 'qa'];

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much of the gain an arm (its place in the experiment; −1: the base) has at a share of its steps. */
function gainOf(place: number, seed: number, share: number): number {
  return place < 0 ? 0 : share * (1 - 0.12 * place + 0.15 * randomNormal(seed, NOISE, place));
}

export function benchmarkPoint(
  step: number,
  tokens: number,
  place: number,
  seed: number,
  share: number,
): BenchmarkPoint {
  const gain = gainOf(place, seed, share);
  const suites = SUITES.map(({ name, role, chance, at, gain: most }, i) => {
    const accuracy = Math.min(1, Math.max(0, at + 0.04 * randomNormal(seed, NOISE + 1, i) + most * gain));
    return { name, role, chance, accuracy, standardError: 0.02, logProb: Math.log(accuracy + 0.05) };
  });
  const of = (...roles: string[]) =>
    mean(suites.filter(({ role }) => roles.includes(role)).map(({ accuracy }) => accuracy));
  return {
    step,
    tokens,
    average: of('benchmark', 'retention'),
    averageWithoutRetention: of('benchmark'),
    retention: of('retention'),
    averageChance: mean(suites.filter(({ role }) => role !== 'probe').map(({ chance }) => chance)),
    suites,
  };
}

function heldOutPoint(step: number, tokens: number, place: number, seed: number, share: number): HeldOutPoint {
  const gain = gainOf(place, seed, share);
  const loss = Object.fromEntries(
    SOURCES.map((name, i) => [name, 1.1 + 0.1 * i + (i === 7 ? -0.4 : i === 0 ? 0.3 : 0.05) * gain]),
  );
  return { step, tokens, loss };
}

function resultPoint(benchmark: BenchmarkPoint, heldOut: HeldOutPoint): ResultPoint {
  const { step, average, averageWithoutRetention, retention, suites } = benchmark;
  return {
    step,
    average,
    averageWithoutRetention,
    retention,
    logProb: mean(suites.filter(({ role }) => role !== 'probe').map(({ logProb }) => logProb)),
    suites: Object.fromEntries(suites.map(({ name, accuracy }) => [name, accuracy])),
    heldOutLoss: heldOut.loss,
  };
}

/** Arms that are asked for, seed by seed; `beat` waits between batches and says whether to go on. */
export async function playExperiment(
  { experiments, config, seeds, done }: ExperimentRequest,
  emit: (events: ExperimentEvents) => void,
  beat: () => Promise<boolean>,
): Promise<void> {
  const arms = armsOf(experiments.map(experimentNamed));
  const has = (arm: string, seed: number) => done.some((row) => row.arm === arm && row.seed === seed);
  for (let ready = 0; ready < 12; ready += 6) {
    emit({ state: { kind: 'compiling', done: ready, total: 12 } });
    if (!(await beat())) return emit({ state: { kind: 'stopped' } });
  }
  const start = config.base.steps;
  for (const seed of seeds) {
    const points = (arm: string, step: number, tokens: number, place: number, share: number) => {
      const benchmark = benchmarkPoint(step, tokens, place, seed, share);
      const heldOut = heldOutPoint(step, tokens, place, seed, share);
      emit({ benchmarks: [{ arm, seed, point: benchmark }], heldOut: [{ arm, seed, point: heldOut }] });
      return resultPoint(benchmark, heldOut);
    };
    if (!has('base', seed)) {
      const { step: _, ...scores } = points('base', start, 0, -1, 0);
      emit({ rows: [{ arm: 'base', seed, flops: 1e12, ...scores }] });
    }
    for (const [place, arm] of arms.entries()) {
      if (has(arm.name, seed)) continue;
      const plan = planRun({ ...config, continued: continuedConfig(arm, config) }, 'continued');
      const { firstStep, endStep, tokensPerStep, switchStep } = plan;
      const stride = Math.ceil((endStep - firstStep) / 6);
      const curve: [number, number][] = [];
      const along: ResultPoint[] = [];
      for (let step = firstStep; step < endStep; step += stride) {
        const n = Math.min(stride, endStep - step);
        const at = Array.from({ length: n }, (_, i) => step + i);
        const loss = at.map(
          (one) =>
            1.3 + 0.4 / (1 + (one - firstStep) / 40) - 0.05 * place + 0.05 * randomNormal(seed, NOISE + 2 + place, one),
        );
        const logged = at.filter((one) => one % config.logEverySteps === 0);
        const columns: MetricColumns = wholeColumns({
          step: Float64Array.from(logged),
          tokens: Float64Array.from(logged, (one) => (one + 1) * tokensPerStep),
          loss: Float64Array.from(logged, (one) => loss[one - step]!),
          lr: Float64Array.from(logged, (one) => plan.at(one).lr),
          gradNorm: new Float64Array(logged.length).fill(1),
          tokensPerSecond: new Float64Array(logged.length).fill(40_000),
          phase: Uint8Array.from(logged, (one) => ['base', 'general', 'qa'].indexOf(plan.at(one).phase.name)),
        });
        curve.push([at.at(-1)!, mean(loss)]);
        emit({
          state: { kind: 'running', arm: arm.name, seed, firstStep, endStep },
          metrics: [{ arm: arm.name, seed, columns }],
        });
        if (switchStep !== null && switchStep > step && switchStep <= step + n) {
          const share = (switchStep - firstStep) / (endStep - firstStep);
          along.push(points(arm.name, switchStep, switchStep * tokensPerStep, place, share * 0.8));
        }
        if (!(await beat())) return emit({ state: { kind: 'stopped' } });
      }
      const last = points(arm.name, endStep, endStep * tokensPerStep, place, 1);
      const { step: _, ...scores } = last;
      const row: ResultRow = { arm: arm.name, seed, flops: 2e11, ...scores, points: [...along, last], curve };
      emit({ rows: [row] });
    }
  }
  emit({ state: { kind: 'done' } });
}
