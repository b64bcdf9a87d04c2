/**
 * What is measured of every logged step, declared once. The ring that a step leaves its numbers in (ops/gradientNorm.ts), a run's rows and
 * columns, saves, metrics.jsonl, the recorded run, CSV and the page's table all follow from this list. What an objective measures beside it
 * joins as `own`, by the names it gives (objective/objective.ts).
 */
interface Measurement {
  /** In memory and in metrics.jsonl. */
  readonly name: string;
  /** The column of exported tables. */
  readonly header: string;
  /** Measured by the step itself, which leaves it in the ring: in the order of this list. */
  readonly inRing?: true;
  /** What its numbers stand for, by their place. */
  readonly words?: readonly string[];
  /** What older records, which lack it, are taken to say. */
  readonly missing?: number;
}

export const measurements = [
  { name: 'step', header: 'step' },
  { name: 'tokens', header: 'tokens' },
  /** Nats a token, or whatever the objective makes it. */
  { name: 'loss', header: 'loss', inRing: true },
  /** ‖g‖ before clipping. */
  { name: 'gradNorm', header: 'grad_norm', inRing: true },
  /** What gradients were multiplied with; 0 where there was no update. */
  { name: 'clip', header: 'clip', inRing: true, missing: Number.NaN },
  { name: 'lr', header: 'lr', inRing: true },
  /**
   * What became of the update. suppressed: loss or norm was not finite, and nothing was changed; partial: a weight or moment would not have
   * been finite and was left as it was; overflow: f16 gradients overflowed under a loss scale that has been halved since, and nothing was
   * changed, as now and then is to be expected.
   */
  {
    name: 'update',
    header: 'update',
    inRing: true,
    words: ['made', 'suppressed', 'partial', 'overflow'],
    missing: 0,
  },
  { name: 'tokensPerSecond', header: 'tokens_per_second' },
  { name: 'phase', header: 'phase', words: ['base', 'general', 'qa'] },
] as const satisfies readonly Measurement[];

type Declared = (typeof measurements)[number];
type Name = Declared['name'];
type WordName = Extract<Declared, { words: readonly string[] }>['name'];
type NumberName = Exclude<Name, WordName>;
type WordOf<N extends WordName> = Extract<Declared, { name: N; words: readonly string[] }>['words'][number];
type RingName = Extract<Declared, { inRing: true }>['name'];

/** A logged step. */
export type MetricRow = { [N in NumberName]: number } & { [N in WordName]: WordOf<N> } & {
  /** What the objective measures, by name. */
  own?: Record<string, number>;
};

/** What a step leaves in the ring, and which step that was. */
export type StepMetrics = Pick<MetricRow, 'step' | RingName | 'own'>;

/** One column a measurement, one entry a logged step; words as their places. Transferable. */
export type MetricColumns = { [N in NumberName]: Float64Array } & { [N in WordName]: Uint8Array } & {
  own?: Record<string, Float64Array>;
};

const all: readonly (Measurement & { name: Name })[] = measurements;
export const measurementNames: readonly Name[] = all.map(({ name }) => name);
export const headers: readonly string[] = all.map(({ header }) => header);

const wordsOf = (name: Name): readonly string[] | undefined => all.find((one) => one.name === name)!.words;
export const phaseNames = wordsOf('phase') as readonly WordOf<'phase'>[];
export const updateWords = wordsOf('update') as readonly WordOf<'update'>[];

/** The ring's columns, in order; an objective's own come after them. */
export const ringNames: readonly RingName[] = all.filter(({ inRing }) => inRing).map(({ name }) => name as RingName);
export const ringColumn = (name: RingName): number => ringNames.indexOf(name);
/** f32 a row of the ring: a multiple of 4. */
export const ringWidth = (own: number): number => 4 * Math.ceil((ringNames.length + own) / 4);
/** An update's place among the words. */
export const updateCode = (word: MetricRow['update']): number => updateWords.indexOf(word);

/** A row of the ring, read. */
export function readRing(step: number, row: ArrayLike<number>, own: readonly string[]): StepMetrics {
  const entries = ringNames.map((name, i) => [name, wordsOf(name)?.[row[i]!] ?? row[i]!]);
  const found = own.map((name, i) => [name, row[ringNames.length + i]!]);
  return { step, ...Object.fromEntries(entries), ...(own.length > 0 && { own: Object.fromEntries(found) }) };
}

/** A measurement as a number: of a word its place. */
const numberOf = (row: MetricRow, name: Name): number =>
  wordsOf(name) ? wordsOf(name)!.indexOf(row[name] as string) : (row[name] as number);

/** Names of objectives' measurements in some rows: as a rule the same in all. */
const ownNames = (rows: readonly MetricRow[]): string[] => [
  ...new Set(rows.flatMap(({ own }) => Object.keys(own ?? {}))),
];

/** `columns` as they are, and what older records lack of the list filled in. */
export function wholeColumns(columns: {
  [N in keyof MetricColumns]?: N extends 'own' ? MetricColumns['own'] : ArrayLike<number>;
}): MetricColumns {
  const length = columns.step!.length;
  const made = all.map(({ name, words, missing = Number.NaN }) => {
    const Column = words ? Uint8Array : Float64Array;
    const given = columns[name];
    return [name, given instanceof Column ? given : given ? Column.from(given) : new Column(length).fill(missing)];
  });
  return { ...Object.fromEntries(made), ...(columns.own && { own: columns.own }) };
}

export function columnsOf(rows: readonly MetricRow[]): MetricColumns {
  const column = (name: Name) => rows.map((row) => numberOf(row, name));
  const own = ownNames(rows).map((name) => [name, Float64Array.from(rows, (row) => row.own?.[name] ?? Number.NaN)]);
  return wholeColumns({
    ...Object.fromEntries(all.map(({ name }) => [name, column(name)])),
    ...(own.length > 0 && { own: Object.fromEntries(own) }),
  });
}

/** Entry `i` of some columns, words as words. `tables`: by the names of exported tables. */
export function rowAt(columns: MetricColumns, i: number, tables = false): Record<string, number | string> {
  const entries = all.map(({ name, header, words }) => {
    const value = columns[name][i]!;
    return [tables ? header : name, words ? words[value]! : value] as const;
  });
  const own = Object.entries(columns.own ?? {}).map(([name, values]) => [name, values[i]!] as const);
  return Object.fromEntries([...entries, ...own]);
}

export const rowsOf = (columns: MetricColumns): MetricRow[] =>
  Array.from({ length: columns.step.length }, (_, i) => {
    const { own, ...declared } = columns;
    const row = rowAt(declared, i) as unknown as MetricRow;
    const values = Object.entries(own ?? {}).map(([name, column]) => [name, column[i]!]);
    return values.length > 0 ? { ...row, own: Object.fromEntries(values) } : row;
  });

/** Rows as one table of numbers, (rows, columns), and what its columns are called. */
export function tableOf(rows: readonly MetricRow[]): { names: string[]; shape: [number, number]; data: Float64Array } {
  const own = ownNames(rows);
  const names = [...measurementNames, ...own];
  const data = new Float64Array(rows.length * names.length);
  rows.forEach((row, i) => {
    const numbers = [
      ...measurementNames.map((name) => numberOf(row, name)),
      ...own.map((name) => row.own?.[name] ?? NaN),
    ];
    data.set(numbers, i * names.length);
  });
  return { names, shape: [rows.length, names.length], data };
}

/** What saves held before they named their columns; `clip` also said what became of the update. */
const unnamed: readonly Name[] = ['step', 'loss', 'gradNorm', 'clip', 'lr', 'tokens', 'tokensPerSecond', 'phase'];

export function rowsOfTable(data: Float64Array, names: readonly string[] = unnamed): MetricRow[] {
  const length = data.length / names.length;
  const column = (name: string) => {
    const at = names.indexOf(name);
    return at < 0 ? undefined : Float64Array.from({ length }, (_, i) => data[i * names.length + at]!);
  };
  const own = names.filter((name) => !measurementNames.includes(name as Name));
  const columns = wholeColumns({
    ...Object.fromEntries(measurementNames.map((name) => [name, column(name)])),
    ...(own.length > 0 && { own: Object.fromEntries(own.map((name) => [name, column(name)!])) }),
  });
  if (names === unnamed) columns.update.set(Array.from(columns.clip, (clip) => (clip > 0 ? 0 : 1 - clip))); // 0, −1, −2
  if (names === unnamed)
    columns.clip.forEach((clip, i) => clip < 0 && (columns.clip[i] = clip === -1 ? Number.NaN : 0));
  return rowsOf(columns);
}
