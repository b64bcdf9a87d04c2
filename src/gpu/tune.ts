/** Chooses among kernels that compute the same by measured time, first making sure that they do compute the same. */
import type { Graph, Tensor } from '../graph/graph.ts';
import type { KernelContext } from '../graph/kernel.ts';
import { layoutPool } from '../graph/pool.ts';
import { GpuExecutor } from './executor.ts';
import { KernelError, type Pipelines } from './pipelines.ts';
import type { Plan } from './plan.ts';
import { watchOf } from './watch.ts';

type Context = Omit<KernelContext, 'accumulating'>;

/** A graph that uses the kernel to be judged. */
export interface TimedTile {
  graph: Graph;
  inputs: Tensor[];
  output: Tensor;
}

/** What the kernel context has to say for the kernel to be used. */
type InTile = Pick<Context, 'tiles'>;

/** A trial whose answer is known. */
export interface Exam extends TimedTile {
  values: Float32Array<ArrayBuffer>[];
  accepts(output: Float32Array): boolean;
}

export interface Candidate {
  name: string;
  /** Candidates of one exam share a kernel: it is examined once. */
  examined: string;
  exam(): Exam & InTile;
  /** What is timed. */
  race(): TimedTile & InTile;
}

export interface TileContest {
  key: string;
  /** The one that is used unless another is faster, first. */
  candidates: Candidate[];
}

export interface Result {
  key: string;
  chosen: string;
  /** ms of one run, the best of several; null: wrong answer. */
  millis: [name: string, millis: number | null][];
}

/** ms since some moment, and a promise that resolves to nothing once some have passed. */
export interface Clock {
  now(): number;
  wait(millis: number): Promise<undefined>;
}

const wallClock: Clock = {
  now: () => performance.now(),
  wait: (millis) => new Promise((resolve) => setTimeout(resolve, Math.max(0, millis), undefined)),
};

/** ms that tuning may take at a start: as long as a picture takes to appear, and all that anybody waits for it. */
export const tuningMillis = 300;
/** ms a timing should take: beside it the grain of a page's clock and the way to the GPU's process are small. */
const timingMillis = 4;
/** Runs of one submit at most: more of the smallest products than fill `timingMillis` would only be encoded. */
const mostRuns = 512;
/** What a candidate has to be faster by than the one used without a contest: less is noise, where answers come a millisecond late or not. */
const margin = 0.15;

/**
 * The fastest candidate of each contest, in their order, for as long as `millis` last; a contest that time runs out on is left out, for
 * another start.
 */
export async function tune(
  device: GPUDevice,
  context: Context,
  pipelines: Pipelines,
  contests: readonly TileContest[],
  { millis = tuningMillis, clock = wallClock }: { millis?: number; clock?: Clock } = {},
): Promise<Result[]> {
  const deadline = clock.now() + millis;
  const exams = new Map<string, Promise<boolean>>();
  const begin = ({ examined, exam }: Candidate): Promise<boolean> => {
    let passed = exams.get(examined);
    if (!passed) {
      const { tiles, ...questions } = exam();
      passed = passes(device, { ...context, tiles }, pipelines, questions).catch((error: unknown) => {
        if (error instanceof KernelError) return false; // one that does not compile is none to choose
        throw error;
      });
      passed.catch(() => {}); // told where it is awaited, if it ever is
      exams.set(examined, passed);
    }
    return passed;
  };
  if (contests.length === 0) return [];
  let wait = Infinity;
  for (let i = 0; i < 3; i++) wait = Math.min(wait, await answered(device, null, 0, clock));
  const results: Result[] = [];
  for (const [i, { key, candidates }] of contests.entries()) {
    // The next contest's kernels compile beside these; all at once would keep the run's own waiting.
    for (const candidate of contests.slice(i, i + 2).flatMap((contest) => contest.candidates)) void begin(candidate);
    const times: Result['millis'] = [];
    for (const candidate of candidates) {
      const passed = await Promise.race([begin(candidate), clock.wait(deadline - clock.now())]);
      if (passed === undefined || clock.now() > deadline) return results;
      times.push([
        candidate.name,
        passed ? await time(device, context, pipelines, candidate.race(), wait, clock) : null,
      ]);
    }
    const chosen = fastest(times);
    if (chosen !== null) results.push({ key, chosen, millis: times });
  }
  return results;
}

/** The quickest of those that are right; the first of them where that is nearly as quick. */
function fastest(times: Result['millis']): string | null {
  const right = times.filter((one): one is [string, number] => one[1] !== null);
  const best = right.reduce((a, b) => (b[1] < a[1] ? b : a), right[0] ?? ['', 0]);
  const [first] = right;
  return first ? (best[1] < (1 - margin) * first[1] ? best[0] : first[0]) : null;
}

async function withPlan<T>(
  device: GPUDevice,
  context: Context,
  pipelines: Pipelines,
  { graph, output }: TimedTile,
  work: (plan: Plan) => Promise<T>,
): Promise<T> {
  const memory = new GpuExecutor(device, layoutPool([]), context, pipelines);
  let plan: Plan | null = null;
  try {
    plan = await memory.compile(graph, { keep: [output], label: 'tune' });
    return await work(plan);
  } finally {
    plan?.destroy();
    memory.destroy();
  }
}

/** Whether the GPU's answer is right. */
export const passes = (device: GPUDevice, context: Context, pipelines: Pipelines, exam: Exam): Promise<boolean> =>
  withPlan(device, context, pipelines, exam, async (plan) => {
    exam.inputs.forEach((input, i) => plan.host(input).set(exam.values[i]!));
    plan.upload();
    plan.submit(['step']);
    return exam.accepts(await plan.read(exam.output));
  });

/** ms until the device answers that `plan` was run so many times, in one submit. */
async function answered(device: GPUDevice, plan: Plan | null, runs: number, clock: Clock): Promise<number> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < runs; i++) {
    for (const { pipeline, bindGroup, kernel } of plan?.lists.step ?? []) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...kernel.workgroups);
    }
  }
  pass.end();
  const from = clock.now();
  device.queue.submit([encoder.finish()]);
  await watchOf(device).answer(device.queue.onSubmittedWorkDone());
  return clock.now() - from;
}

/** ms of one run, the better of two timings of as many runs as take `timingMillis`; without the `wait` for any answer. */
const time = (
  device: GPUDevice,
  context: Context,
  pipelines: Pipelines,
  { tiles, ...race }: TimedTile & InTile,
  wait: number,
  clock: Clock,
): Promise<number> =>
  withPlan(device, { ...context, tiles }, pipelines, race, async (plan) => {
    const take = async (runs: number): Promise<number> =>
      Math.max((await answered(device, plan, runs, clock)) - wait, 0);
    let runs = 1;
    let millis = await take(runs);
    while (millis < timingMillis && runs < mostRuns) {
      // Eight times as many at most: the first run is the slowest.
      runs = Math.min(mostRuns, runs * Math.max(2, Math.min(8, Math.ceil(timingMillis / Math.max(millis, 1e-3)))));
      millis = await take(runs);
    }
    return Math.min(millis, await take(runs)) / runs;
  });
