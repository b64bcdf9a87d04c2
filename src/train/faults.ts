/**
 * Faults on demand, for tests of what a run does about them: `poison=STEP,spike=STEP,throw=STEP,hang=STEP,lose=STEP`,
 * each once. (Storage has its own: storage/faulty.ts.) Pages built for publication never read them.
 */
import type { Engine } from './engine.ts';
import { UserError } from '../util/errors.ts';

const kinds = ['poison', 'spike', 'throw', 'hang', 'lose'] as const;
export type FaultKind = (typeof kinds)[number];
/** The step that each strikes before. */
export type Faults = Partial<Record<FaultKind, number>>;

/** What the rate of a spike's step is multiplied with: enough to throw any run off its track. */
const spikeFactor = 60;

export function parseFaults(text: string): Faults {
  const faults: Faults = {};
  for (const entry of text.split(',').filter(Boolean)) {
    const [kind, when] = entry.split('=');
    const known = kinds.find((name) => name === kind);
    if (!known || !/^\d+$/.test(when ?? '')) throw new UserError(`Fault "${entry}" is not one of ${kinds.join(', ')} with =NUMBER.`);
    faults[known] = Number(when);
  }
  return faults;
}

/** Called before a step is submitted; the step's rate is multiplied with what it returns. */
export type Disturb = (step: number, engine: Engine) => number | Promise<number>;

export function disturbance(faults: Faults): Disturb {
  const left = { ...faults };
  return (step, engine) => {
    const strikes = (kind: FaultKind): boolean => {
      if (left[kind] !== step) return false;
      delete left[kind]; // a run that goes back must not meet it again
      return true;
    };
    if (strikes('throw')) throw new Error(`Thrown at step ${step}, as asked for.`);
    if (strikes('hang')) return new Promise<never>(() => {});
    if (strikes('lose')) engine.memory.device.destroy();
    if (strikes('poison')) {
      engine.memory.device.queue.writeBuffer(engine.memory.pool('parameters'), 0, Float32Array.of(Number.NaN));
    }
    return strikes('spike') ? spikeFactor : 1;
  };
}
