/** What the page remembers of a run: its configuration, how it ended, its key figures; the curve lies beside it. */
import type { RunConfig } from '../../config/run.ts';
import type { RunState } from '../../protocol.ts';
import { planRun, type RunPart } from '../../recipe/phases.ts';
import type { History } from '../chart/columns.ts';
import { stepScale } from '../chart/scale.ts';
import { DEFAULT_SMOOTHING, Smoother } from '../chart/smooth.ts';

/** Every state of a row: a run's own, or waiting for its turn. */
export type RecordState = Exclude<RunState, { kind: 'idle' }> | { kind: 'queued' };

export interface Figures {
  /** Average of the loss where the run stands, as the picture's default smoothing has it. */
  loss: number | null;
  /** Last held-out loss of each source. */
  heldOut: Record<string, number>;
  tokens: number;
  /** Of training, by the logged speeds: no pauses, no measuring. */
  seconds: number;
  /** Steps done. */
  steps: number;
}

export interface RunRecord {
  id: string;
  name: string;
  note: string;
  config: RunConfig;
  part: RunPart;
  state: RecordState;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Index of its colour and dash; an index, so that either theme has its own colours. */
  place: number;
  hidden: boolean;
  pinned: boolean;
  figures: Figures;
  /** Somebody else's, out of a file: its model, if that came along, is not among this browser's saves. */
  shared?: true;
  /** What it is saved as; a row of an earlier version does not know. */
  saved?: string;
  /** Milliseconds since 1970; it can still be had back. */
  deletedAt?: number;
}

export const NO_FIGURES: Figures = { loss: null, heldOut: {}, tokens: 0, seconds: 0, steps: 0 };

const FIRST = [
  'amber',
  'ashen',
  'bright',
  'copper',
  'dusky',
  'early',
  'fabled',
  'gentle',
  'hazel',
  'ivory',
  'jolly',
  'keen',
];
const SECOND = [
  'anvil',
  'beacon',
  'candle',
  'ember',
  'flint',
  'furnace',
  'hearth',
  'kettle',
  'kiln',
  'lantern',
  'match',
];
const THIRD = ['otter', 'plover', 'raven', 'sparrow', 'tern', 'vole', 'wren', 'heron', 'lynx', 'marten', 'newt'];

/** A name easy to say and to tell from the others: two words chosen by `number`, and a third where they are taken. */
export function nameFor(number: number, taken: ReadonlySet<string>): string {
  const first = FIRST[number % FIRST.length]!;
  const second = SECOND[Math.floor(number / FIRST.length) % SECOND.length]!;
  const short = `${first} ${second}`;
  if (!taken.has(short)) return short;
  for (const third of THIRD) if (!taken.has(`${short} ${third}`)) return `${short} ${third}`;
  return `${short} ${taken.size + 1}`;
}

/** The smallest place no record has. */
export function freePlace(records: readonly RunRecord[]): number {
  const taken = new Set(records.map(({ place }) => place));
  let place = 0;
  while (taken.has(place)) place++;
  return place;
}

/** Runs with the same key differ in their seed alone. */
export function seedlessKey({ config, part }: Pick<RunRecord, 'config' | 'part'>): string {
  return JSON.stringify([part, { ...config, seed: 0 }]);
}

/** Things of runs, those of one recipe together, in the order in which they first come. */
export function bySeedlessKey<T>(things: readonly T[], recordOf: (thing: T) => RunRecord): T[][] {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = seedlessKey(recordOf(thing));
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return [...groups.values()];
}

/** A run's average over its whole plan, however much of it was drawn. */
export function averageOf(
  { config, part }: Pick<RunRecord, 'config' | 'part'>,
  curve: History,
  strength = DEFAULT_SMOOTHING,
): Smoother {
  const smoother = new Smoother(strength, stepScale(planRun(config, part), false).position);
  smoother.extend(curve.step, curve.loss, curve.phase, curve.length);
  return smoother;
}

/** Key figures of a curve, and the last held-out losses. */
export function figuresOf(
  run: Pick<RunRecord, 'config' | 'part'>,
  curve: History,
  heldOut: Record<string, number>,
): Figures {
  const last = curve.length - 1;
  if (last < 0) return NO_FIGURES;
  return {
    loss: averageOf(run, curve).values[last]!,
    heldOut,
    tokens: curve.tokens[last]!,
    seconds: curve.seconds[last]!,
    steps: curve.step[last]! + 1 - planRun(run.config, run.part).firstStep,
  };
}

/** Mean and standard deviation (n − 1) over the seeds of a group; null of nothing. */
export function meanOf(values: readonly (number | null | undefined)[]): { mean: number; spread: number | null } | null {
  const known = values.filter(
    (value): value is number => value !== null && value !== undefined && Number.isFinite(value),
  );
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return { mean, spread: null };
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (known.length - 1)) };
}
