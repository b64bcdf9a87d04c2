/** What is known of the next run before it starts: asked of the worker whenever the recipe has rested for a moment. */
import { computed, effect, signal } from '@preact/signals';
import type { Calibration, Preflight } from '../../protocol.ts';
import { predict } from '../../recipe/prediction.ts';
import { calibrate, machine, preflightOf } from '../trainer.ts';
import { baseSource } from '../recipe/base.ts';
import { config, conflicts, nextPlan, sharesOf } from '../recipe/config.ts';
import { files } from '../files/files.ts';

/** Milliseconds a change must rest: graphs are recorded in some 50 ms, and a drag changes the recipe at every move. */
const REST = 250;

/** Of the recipe as it stands; null: not known yet, or the recipe is no run. */
export const preflight = signal<Preflight | null>(null);

export type Measuring = { kind: 'no' } | { kind: 'measuring' } | { kind: 'failed'; message: string };
export const measuring = signal<Measuring>({ kind: 'no' });

const part = computed(() => (baseSource.value ? 'continued' : 'all'));
/** All that the answer depends on. */
const question = computed(() => {
  if (machine.value.kind !== 'ready' || conflicts.value.length > 0) return null;
  const sizes = files.value.map(({ source, bytes }) => ({ source, bytes: bytes.size }));
  return JSON.stringify([config.value, part.value, sizes]);
});

async function ask(key: string): Promise<void> {
  const [run, which, sizes] = JSON.parse(key) as Parameters<typeof preflightOf>;
  // What cannot be told before the run is told when it starts.
  const answer = await preflightOf(run, which, sizes).catch(() => null);
  if (question.peek() === key) preflight.value = answer;
}

export function askBeforeRun(): void {
  let timer: ReturnType<typeof setTimeout>;
  effect(() => {
    const key = question.value;
    clearTimeout(timer);
    measuring.value = { kind: 'no' };
    if (key === null) return void (preflight.value = null);
    // Nothing on show yet: nobody is dragging.
    timer = setTimeout(() => void ask(key), preflight.peek() === null ? 0 : REST);
  });
}

/** Takes the first steps of the run to tell how long all of it will take. */
export async function measure(): Promise<void> {
  const key = question.value;
  if (key === null || measuring.value.kind === 'measuring') return;
  measuring.value = { kind: 'measuring' };
  try {
    const calibration = await calibrate(config.value, [...files.value], baseSource.value);
    if (question.peek() === key && calibration && preflight.value) {
      preflight.value = { ...preflight.value, calibration, sourceTokens: calibration.sourceTokens };
    }
    measuring.value = { kind: 'no' };
  } catch (error) {
    measuring.value = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Seconds of the whole run; null: not measured here. */
export const prediction = computed(() => {
  const calibration: Calibration | null = preflight.value?.calibration ?? null;
  return calibration && predict(config.value, nextPlan.value, calibration);
});

export interface SourceDraw {
  name: string;
  tokens: number;
  /** Over the source's own tokens; 'endless': it never comes round; null: its size is not known. */
  passes: number | 'endless' | null;
}

/** What the run will draw of each source. */
export const draws = computed((): SourceDraw[] => {
  const { phases, tokensBefore } = nextPlan.value;
  const drawn = new Map<string, number>();
  for (const { blend, firstStep, steps } of phases) {
    const tokens = tokensBefore(firstStep + steps) - tokensBefore(firstStep);
    for (const [name, share] of Object.entries(sharesOf(blend))) {
      if (share > 0) drawn.set(name, (drawn.get(name) ?? 0) + share * tokens);
    }
  }
  const sizes = preflight.value?.sourceTokens ?? {};
  return [...drawn].map(([name, tokens]) => {
    const size = Object.hasOwn(sizes, name) ? (sizes[name] ?? 'endless') : null;
    return { name, tokens, passes: typeof size === 'number' ? tokens / size : size };
  });
});

/** The recipe cannot be started here: a buffer is larger than this adapter gives. */
export const doesNotFit = computed(() => preflight.value?.needs.verdict === 'too-large');
