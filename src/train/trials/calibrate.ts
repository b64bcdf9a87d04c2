/**
 * How long a run will take here, measured on its own beginning: its text is prepared, its kernels are compiled, it is saved and
 * evaluated, and takes a few steps. Nothing of it is kept.
 */
import type { RunConfig } from '../../config/run.ts';
import type { Calibration } from '../../protocol.ts';
import type { Files } from '../../storage/files.ts';
import { inputsOf } from '../../storage/runs.ts';
import { listening } from '../../util/events.ts';
import { SlotStore } from '../../storage/slots.ts';
import type { Backend } from '../backends/backend.ts';
import type { Base } from '../bases/base.ts';
import type { TrainingData } from '../run/data.ts';
import { Keeper, saveInterval } from '../saved/keeper.ts';
import type { RunNews } from '../run/listener.ts';
import { Run } from '../run/run.ts';

/**
 * Steps are timed for this long, s, after the first ones, which are slower: long enough to outlast a hiccup of the machine, short
 * enough to be waited for. At least `fewest`, where a step takes seconds.
 */
const timed = 3;
const fewest = 4;

/** A slot store that the list of runs passes over. */
const scratch = inputsOf('calibration');

const seconds = (from: number): number => (performance.now() - from) / 1000;

/** The value below which a share q of an ascending list lies, by linear interpolation. */
function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (at % 1) * (above - below);
}

export interface CalibrationWork {
  backend: Backend;
  config: RunConfig;
  /** Where saves go. */
  files: Files;
  prepare(): Promise<{ data: TrainingData; base: Base | null }>;
  /** The run that is being tried, which may be stopped. */
  begin(run: Run): void;
}

/** null: stopped before enough was measured. */
export async function calibrate({
  backend,
  config,
  files,
  prepare,
  begin,
}: CalibrationWork): Promise<Calibration | null> {
  let from = performance.now();
  const { data, base } = await prepare();
  const prepared = seconds(from);

  /** When each step was known to be done. */
  const done: { step: number; at: number }[] = [];
  let evaluating = 0;
  let firstEvaluation = 0;
  let save = 0;
  let run: Run | null = null;
  let enough = false;
  const listener = listening<RunNews>({
    state({ kind }) {
      if (kind === 'evaluating') evaluating = performance.now();
      else if (evaluating > 0 && firstEvaluation === 0) firstEvaluation = seconds(evaluating);
    },
    metric({ step }) {
      const at = performance.now();
      done.push({ step, at });
      const first = done[0]!;
      enough ||= at - first.at >= 1000 * timed && step - first.step >= fewest;
      if (enough) run!.stop();
    },
    // Wanted, as the page's runs want them: looks are compiled, and measured where one falls among the first steps.
    benchmark() {},
    sample() {},
    inspection() {},
  });
  const store = new SlotStore(files, scratch);
  const keeper = new Keeper(store, { saved: (saved) => (save = saved.seconds), failed() {} }, {});
  from = performance.now();
  run = await Run.create(backend, { ...config, logEverySteps: 1 }, data, listener, base, { keeper });
  const compile = seconds(from);
  try {
    begin(run);
    const end = await run.train();
    if (done.length < 2 || (end.kind === 'stopped' && !enough)) return null;
    from = performance.now();
    await run.evaluate(-1, run.plan.phases[0]!.name);
    const evaluation = seconds(from);

    const [first, last] = [done[0]!, done.at(-1)!];
    // Steps that are read back together are known at the same moment: only the times between such moments say anything.
    const moments = done.filter(({ at }, i) => i === 0 || at - done[i - 1]!.at > 1);
    const each = moments.slice(1).map(({ at, step }, i) => (at - moments[i]!.at) / (step - moments[i]!.step));
    const sorted = (each.length > 0 ? each : [(last.at - first.at) / (last.step - first.step)]).sort((a, b) => a - b);
    const ones = new Float64Array(data.batches.allocate().counts.length).fill(1);
    return {
      prepare: prepared,
      compile,
      step: (last.at - first.at) / (last.step - first.step) / 1000,
      stepLow: quantile(sorted, 0.1) / 1000,
      stepHigh: quantile(sorted, 0.9) / 1000,
      firstEvaluation,
      evaluation,
      save,
      saveEvery: saveInterval(save),
      sourceTokens: Object.fromEntries(
        data.batches.describeCounts(ones).map(({ name, epochs }) => [name, epochs > 0 ? Math.round(1 / epochs) : null]),
      ),
    };
  } finally {
    run.destroy();
    await store.remove().catch(() => {});
  }
}
