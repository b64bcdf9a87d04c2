/**
 * Faults on demand, for tests of what a run does about them: `poison=STEP,spike=STEP,throw=STEP,hang=STEP,lose=STEP,
 * crash=STEP,reject=STEP`, each as often as it is given, and `allocate=K`, the K-th allocation on every device. (Storage
 * has its own: storage/faulty.ts.) Pages built for publication never read them.
 */
import { sabotage } from '../../gpu/faulty.ts';
import { gpuExecutor } from '../../gpu/executor.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../../util/errors.ts';
import { trainingWords } from '../../words/training.ts';

/** `crash` and `reject`: an exception and a rejection outside of any call, as a defect of the worker would be. */
const kinds = ['poison', 'spike', 'throw', 'hang', 'lose', 'crash', 'reject', 'allocate'] as const;
export type FaultKind = (typeof kinds)[number];
/** The steps that each strikes before; of `allocate`, the number of the allocation. */
export type Faults = Partial<Record<FaultKind, number[]>>;

/** What the rate of a spike's step is multiplied with: enough to throw any run off its track. */
const spikeFactor = 60;

export function parseFaults(text: string): Faults {
  const faults: Faults = {};
  for (const entry of text.split(',').filter(Boolean)) {
    const [kind, when] = entry.split('=');
    const known = kinds.find((name) => name === kind);
    if (!known || !/^\d+$/.test(when ?? '')) throw new UserError(trainingWords.fault(entry, kinds.join(', ')));
    (faults[known] ??= []).push(Number(when));
  }
  return faults;
}

/** From now on no answer of the device's queue arrives, as of a GPU that hangs: the wait for it is the real one. */
function deafen({ executor }: Engine): void {
  const { watch } = gpuExecutor(executor);
  const answer = watch.answer.bind(watch);
  watch.answer = <T>(): Promise<T> => answer(new Promise<never>(() => {}));
}

/** Called before a step is submitted; the step's rate is multiplied with what it returns. */
export type Disturb = (step: number, engine: Engine) => number | Promise<number>;

export function disturbance(faults: Faults): Disturb {
  const left = new Map(kinds.map((kind) => [kind, new Set(faults[kind])]));
  return async (step, engine) => {
    // A run that goes back must not meet it again.
    const strikes = (kind: FaultKind): boolean => left.get(kind)!.delete(step);
    if (strikes('throw')) throw new Error(`Thrown at step ${step}, as asked for.`);
    if (strikes('hang')) deafen(engine);
    if (strikes('crash')) setTimeout(() => raise(step));
    if (strikes('reject')) void Promise.reject(new Error(`Rejected at step ${step}, as asked for.`));
    if (strikes('lose')) gpuExecutor(engine.executor).device.destroy();
    if (strikes('poison')) {
      const [weights] = await engine.executor.snapshot(['parameters']);
      weights!.fill(Number.NaN, 0, 1);
      engine.executor.write('parameters', weights!);
    }
    return strikes('spike') ? spikeFactor : 1;
  };
}

function raise(step: number): never {
  throw new Error(`Crashed at step ${step}, as asked for.`);
}

/** What a trainer does beside training, in tests. */
export interface Injector {
  disturb: Disturb;
  /** A device was opened. */
  opened(device: GPUDevice): void;
}

export function injector(faults: Faults): Injector {
  return {
    disturb: disturbance(faults),
    opened(device) {
      for (const at of faults.allocate ?? []) sabotage(device, 'memory', at, 'createBuffer');
    },
  };
}
