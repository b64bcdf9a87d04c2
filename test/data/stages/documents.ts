/** Random documents for the stages, and plain ways to run one. */
import { Draws } from '../../../src/world/draws.ts';
import { collect, inMemory, type RawDocument, type Stage, StageReport } from '../../../src/data/stages/stage.ts';

/** 2,000 as the acceptance asks: `DOCUMENTS=2000 npx vitest run --project node test/data/stages`. */
export const COUNT = Number(process.env.DOCUMENTS ?? 200);

const WORDS =
  'the of and to in a is that was he for it with as his on be at by had not are but from or have an they which one were'.split(
    ' ',
  );

const letter = (n: number): string => String.fromCharCode(97 + n);

/** A sentence of common words and made-up ones. */
export function sentence(draws: Draws, length: number): string {
  const words = Array.from({ length }, () =>
    draws.chance(0.6)
      ? draws.pick(WORDS)
      : `w${letter(draws.integer(20))}${letter(draws.integer(15))}${draws.pick(['', 'ing', 'ed', 'ly'])}`,
  );
  return `${words.join(' ')}.`;
}

/** A third of them copies of earlier ones, some with a few words changed; dates and ids for most. */
export function randomDocuments(count = COUNT, seed = 1): RawDocument[] {
  const list: RawDocument[] = [];
  for (let index = 0; index < count; index++) {
    const draws = new Draws().open(seed, 77, index);
    let text = Array.from({ length: 3 + draws.integer(5) }, () => sentence(draws, 4 + draws.integer(14))).join(
      draws.pick([' ', '\n', '\n\n']),
    );
    if (index > 0 && draws.chance(0.35)) {
      text = draws.pick(list).text;
      if (draws.chance(0.6)) {
        const words = text.split(' ');
        for (let k = draws.integer(3); k >= 0; k--) words[draws.integer(words.length)] = `x${draws.integer(99)}`;
        text = words.join(' ');
      }
    }
    list.push({
      index,
      id: draws.chance(0.8) ? `d${index}` : null,
      source: draws.pick(['web', 'forum', 'wiki']),
      text,
      date: draws.chance(0.7) ? draws.integer(20) : null,
    });
  }
  return list;
}

export const shuffled = (list: readonly RawDocument[], seed: number): RawDocument[] =>
  new Draws()
    .open(seed, 78, 0)
    .shuffle([...list])
    .map((document, index) => ({ ...document, index }));

/** What a stage keeps, its report, and that the two and a second reading agree. */
export async function run<T>(stage: Stage<T>, list: readonly RawDocument[], options: T) {
  const report = new StageReport('stage');
  const documents = stage(inMemory(list), options, report);
  const kept = await collect(documents);
  const again = await collect(documents);
  const dropped = [...report.reasons.values()].reduce((a, b) => a + b, 0);
  if (report.in !== list.length || report.out !== kept.length || dropped + report.out !== report.in)
    throw new Error(`${list.length} came in; ${report.in} = ${report.out} + ${dropped}?`);
  if (again.length !== kept.length || again.some(({ index }, i) => index !== kept[i]!.index))
    throw new Error('A second reading is another.');
  return { kept, report };
}

/** Documents as a set that order has no part in. */
export const asSet = (list: readonly RawDocument[]): string[] =>
  list.map(({ source, id, date, text }) => JSON.stringify([source, id, date, text])).sort();

/** Map.groupBy, which the oldest Node that this runs in lacks. */
export function groupBy<T, K>(list: readonly T[], key: (one: T, i: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  list.forEach((one, i) => groups.set(key(one, i), [...(groups.get(key(one, i)) ?? []), one]));
  return groups;
}
