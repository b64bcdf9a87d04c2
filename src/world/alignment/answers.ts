/** Answers by hand: right ones, and those that go wrong in a known way. */
import type { RandomStream } from '../../util/random.ts';
import { operationNames } from './language.ts';
import { contentUnder, paddingOf, type Task } from './tasks.ts';
import { filler, values } from './words.ts';
import type { AlignmentWorld } from './world.ts';

/** An instruction left out, a wrong value, padding that nobody asked for. */
export type AnswerFault = 'dropped' | 'wrong' | 'chatty';
const usualFaults: readonly AnswerFault[] = ['dropped', 'wrong', 'chatty', 'dropped'];

/** The gold answer gone wrong. */
export function spoiled(
  world: AlignmentWorld,
  task: Task,
  draw: RandomStream,
  fault: AnswerFault = draw.pick(usualFaults),
): string[] {
  if (fault === 'dropped' && task.instructions.length > 0) return withoutOne(world, task, draw);
  if (fault === 'wrong') {
    if (task.kind === 'unknown') return [draw.pick(world.words.train)];
    const places = task.gold.filter((word) => world.content.has(word));
    if (places.length > 0) return wrongValue(world, task.gold, draw.pick(places), draw);
  }
  return padded(task.gold, 1 + draw.integer(3));
}

/** Padding before what is said: as right as before, and longer. */
export const padded = (words: readonly string[], count: number): string[] => [
  ...paddingOf(count),
  ...words.filter((word) => !filler.includes(word)),
];

/** One of the instructions is not followed; what is left is. */
function withoutOne(world: AlignmentWorld, task: Task, draw: RandomStream): string[] {
  const left = draw.integer(task.instructions.length);
  const kept = new Map(task.instructions.filter((_, i) => i !== left).map(({ name, value }) => [name, value]));
  const content = contentUnder(world, task.answer, new Set(kept.keys()));
  const body = kept.has('twice') ? [...content, ...content] : content;
  const start = kept.has('start') ? [String(kept.get('start'))] : [];
  const end = kept.has('end') ? [String(kept.get('end'))] : [];
  const lacking = Number(kept.get('words') ?? 0) - body.length - start.length - end.length;
  return [...start, ...paddingOf(lacking), ...body, ...end];
}

/** Every `old` becomes another word of its sort. */
function wrongValue(world: AlignmentWorld, gold: readonly string[], old: string, draw: RandomStream): string[] {
  const sorts = ['0123456789'.split(''), operationNames, ...Object.values(values), [...world.zu.values()]];
  const sort = sorts.find((words) => words.includes(old))!;
  const other = draw.pick(sort.filter((word) => word !== old));
  return gold.map((word) => (word === old ? other : word));
}
