/** Chooses among kernels that compute the same by measured time, first making sure that they do compute the same. */
import type { Graph, Tensor } from '../graph/graph.ts';
import type { KernelContext } from '../graph/kernel.ts';
import { layoutPool } from '../graph/pool.ts';
import { compile } from './compile.ts';
import { Memory } from './memory.ts';
import type { Pipelines } from './pipelines.ts';
import type { Plan } from './plan.ts';

type Context = Omit<KernelContext, 'accumulating'>;

/** A graph that uses the kernel to be judged. */
export interface Trial {
  graph: Graph;
  inputs: Tensor[];
  output: Tensor;
}

/** What the kernel context has to say for the kernel to be used. */
type InTile = Pick<Context, 'tiles'>;

/** A trial whose answer is known. */
export interface Exam extends Trial {
  values: Float32Array<ArrayBuffer>[];
  accepts(output: Float32Array): boolean;
}

export interface Candidate {
  name: string;
  /** Candidates of one exam share a kernel: it is examined once. */
  examined: string;
  exam(): Exam & InTile;
  /** What is timed. */
  race(): Trial & InTile;
}

export interface Contest {
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

/** ms that tuning may take at a first start: as long as a picture takes to appear, and all that anybody waits for it. */
export const tuningMillis = 300;
/** ms a timing should take: beside it the grain of a page's clock and the way to the GPU's process are small. */
const timingMillis = 4;
/** Runs of one submit at most, and timings of a candidate. */
const [mostRuns, timings] = [100, 2];

/**
 * The fastest candidate of each contest, in their order, for as long as `millis` last; a contest that time runs out on is left out, for
 * another start. `clock` in ms.
 */
export async function tune(
  device: GPUDevice,
  context: Context,
  pipelines: Pipelines,
  contests: readonly Contest[],
  { millis = tuningMillis, clock = () => performance.now() }: { millis?: number; clock?: () => number } = {},
): Promise<Result[]> {
  const deadline = clock() + millis;
  const exams = new Map<string, Promise<boolean>>();
  // All at once: kernels compile beside each other, and those of the first contests are begun first.
  for (const { candidates } of contests) {
    for (const { examined, exam } of candidates) {
      if (exams.has(examined)) continue;
      const { tiles, ...questions } = exam();
      const passed = passes(device, { ...context, tiles }, pipelines, questions);
      passed.catch(() => {}); // told where it is awaited, if it ever is
      exams.set(examined, passed);
    }
  }
  const results: Result[] = [];
  for (const { key, candidates } of contests) {
    const times: Result['millis'] = [];
    for (const { name, examined, race } of candidates) {
      const passed = await before(deadline - clock(), exams.get(examined)!);
      if (passed === undefined || clock() > deadline) return settle(exams, results);
      times.push([name, passed ? await time(device, context, pipelines, race(), clock) : null]);
    }
    const [best] = times.filter((one): one is [string, number] => one[1] !== null).sort((a, b) => a[1] - b[1]);
    if (best) results.push({ key, chosen: best[0], millis: times });
  }
  return settle(exams, results);
}

/** What was begun is ended before the device is used for something else. */
async function settle(exams: Map<string, Promise<boolean>>, results: Result[]): Promise<Result[]> {
  await Promise.allSettled(exams.values());
  return results;
}

/** What a promise resolves to, or undefined once `millis` have passed. */
function before<T>(millis: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, Math.max(0, millis), undefined)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function withPlan<T>(
  device: GPUDevice,
  context: Context,
  pipelines: Pipelines,
  { graph, output }: Trial,
  work: (plan: Plan, memory: Memory) => Promise<T>,
): Promise<T> {
  const memory = new Memory(device, layoutPool([]), context, pipelines);
  let plan: Plan | null = null;
  try {
    plan = await compile(memory, graph, { keep: [output], label: 'tune' });
    return await work(plan, memory);
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

/** ms of one run: of as many in one submit as take `timingMillis`, the better of two timings. */
const time = (device: GPUDevice, context: Context, pipelines: Pipelines, { tiles, ...race }: Trial & InTile, clock: () => number): Promise<number> =>
  withPlan(device, { ...context, tiles }, pipelines, race, async (plan, memory) => {
    const run = async (runs: number): Promise<number> => {
      const from = clock();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < runs; i++) {
        for (const { pipeline, bindGroup, kernel } of plan.lists.step) {
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindGroup);
          pass.dispatchWorkgroups(...kernel.workgroups);
        }
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
      await memory.watch.answer(device.queue.onSubmittedWorkDone());
      return (clock() - from) / runs;
    };
    const once = await run(2);
    const runs = Math.max(2, Math.min(mostRuns, Math.ceil(timingMillis / once)));
    let best = Infinity;
    for (let timing = 0; timing < timings; timing++) best = Math.min(best, await run(runs));
    return best;
  });
