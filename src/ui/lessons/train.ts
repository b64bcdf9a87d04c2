/** A run of a lesson, trained here: its configuration is the lesson's own, whatever the page's form says. */
import { effect, signal } from '@preact/signals';
import { type Lesson, lessonConfig } from '../../recipe/lessons/lesson.ts';
import { curveOf, type DeviceClass, type LessonRun } from '../../recipe/lessons/measure.ts';
import { stepsWithin } from '../../recipe/lessons/timeBox.ts';
import { planRun } from '../../recipe/phases.ts';
import { benchmarks, heldOut, history, runState } from '../run/run.ts';
import { calibrate, machine, offeredBase, start } from '../trainer.ts';

/** What keeps the last run from having ended well; null: nothing. */
export const trouble = signal<string | null>(null);
export const underWay = signal<string | null>(null);

/** Of a run by time: the steps that fit here; null: not known yet. */
export const stepsHere = signal<number | null>(null);

export function deviceClass(): DeviceClass {
  if (machine.value.kind !== 'ready') return 'recorded';
  const { processor, software } = machine.value.adapter;
  return processor ? 'processor' : software ? 'software' : 'gpu';
}

/** What a run came to. A start may be answered before the run's last event has come. */
const ended = (): Promise<typeof runState.value> =>
  new Promise((resolve) => {
    const dispose = effect(() => {
      const state = runState.value;
      if (!['done', 'stopped', 'diverged', 'failed'].includes(state.kind)) return;
      resolve(state);
      queueMicrotask(() => dispose());
    });
  });

/** Of as many steps as the lesson says, or as fit into `seconds`. null: stopped, or failed; `trouble` says why. */
export async function train(lesson: Lesson, name: string, seed: number, seconds?: number): Promise<LessonRun | null> {
  trouble.value = null;
  stepsHere.value = null;
  underWay.value = name;
  const from = performance.now();
  try {
    const changes: Record<string, string> = { seed: String(seed) };
    let config = lessonConfig(lesson, name, changes);
    const base = (await offeredBase(config)) ? ({ kind: 'shipped' } as const) : null;
    if (seconds !== undefined) {
      const calibration = await calibrate(config, [], base);
      if (!calibration) return null;
      stepsHere.value = stepsWithin(seconds, calibration, lesson, name, base ? 'continued' : 'all');
      config = lessonConfig(lesson, name, { ...changes, 'continued.steps': String(stepsHere.value) });
    }
    await start(config, [], base);
    const end = await ended();
    if (end.kind === 'failed' || end.kind === 'diverged') trouble.value = end.message;
    // A rate may be chosen for a run to diverge: what was measured until then counts.
    if (end.kind !== 'done' && end.kind !== 'diverged') return null;
    const plan = planRun(config, base ? 'continued' : 'all');
    const firstStep = config.base.steps;
    const begin = history.step.subarray(0, history.length).findIndex((step) => step >= firstStep);
    if (begin < 0) return null;
    const after = <T extends { step: number }>(points: readonly T[]): T[] =>
      points.filter(({ step }) => step >= firstStep);
    return {
      run: name,
      seed,
      device: deviceClass(),
      seconds: Math.round((performance.now() - from) / 100) / 10,
      firstStep,
      endStep: plan.endStep,
      switchStep: plan.switchStep,
      tokens: plan.tokensBefore(plan.endStep) - plan.tokensBefore(firstStep),
      curve: curveOf(history.step.subarray(begin), history.loss.subarray(begin), history.length - begin),
      heldOut: after(heldOut.peek()).map(({ step, loss }) => ({ step, loss })),
      accuracy: after(benchmarks.peek()).map(({ step, suites }) => ({
        step,
        share: Object.fromEntries(suites.map((suite) => [suite.name, suite.accuracy])),
      })),
    };
  } finally {
    underWay.value = null;
  }
}

/** A seed of this browser's own, the same in every lesson: 1,000 … 9,999, so that it is none of the recorded ones. */
export function ownSeed(): number {
  const kept = Number(sessionStorage.getItem('rekindle.seed'));
  if (kept) return kept;
  const made = 1000 + (crypto.getRandomValues(new Uint32Array(1))[0]! % 9000);
  sessionStorage.setItem('rekindle.seed', String(made));
  return made;
}
