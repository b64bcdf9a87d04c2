/**
 * A lesson as data: `public/lessons/NAME.json`. Steps with text, runs that differ from one recipe, a prediction asked before the run, and
 * what is told after it. Numbers that come from runs stand as `{recipe.facts.end}` and are worked out from the recorded ones.
 */
import * as v from 'valibot';
import { presetConfig } from '../../config/presets.ts';
import { setText, withDerived } from '../../config/resolve.ts';
import { formatValue, getPath } from '../../config/path.ts';
import type { RunConfig } from '../../config/run.ts';
import { checkConfig } from '../../config/validate.ts';
import { isExpression, type LessonRun, runsOf } from './measure.ts';
import { lessonFileWords } from '../../words/lessonFile.ts';

/** Below the page's own folder. */
export const LESSONS = 'lessons';

/** The lessons there are, in the order in which a class takes them. */
export const LESSON_NAMES = [
  'continue',
  'rate',
  'rewarm',
  'blend',
  'switch',
  'forgetting',
  'noise',
  'scale',
  'cluster',
] as const;

export const sentence = v.pipe(v.string(), v.minLength(3, lessonFileWords.sentence));
const name = v.pipe(v.string(), v.regex(/^[a-z][\w-]{0,15}$/, lessonFileWords.name));
const expression = v.pipe(v.string(), v.check(isExpression, lessonFileWords.expression));
const settings = v.record(v.string(), v.string());

const ask = v.variant('kind', [
  /** Four outcomes, one of which has the highest, or the lowest, value. */
  v.strictObject({
    kind: v.literal('choice'),
    question: sentence,
    options: v.pipe(
      v.array(v.strictObject({ text: sentence, value: expression })),
      v.length(4, lessonFileWords.options),
    ),
    right: v.picklist(['highest', 'lowest']),
  }),
  v.strictObject({
    kind: v.literal('number'),
    question: sentence,
    value: expression,
    unit: v.picklist(['percent', 'points', 'nats', 'steps']),
    /** Ends of what can be answered. */
    from: v.number(),
    to: v.number(),
    /** An answer this near is right. */
    within: v.number(),
  }),
  /** The training loss along a run, drawn before it is seen. */
  v.strictObject({ kind: v.literal('curve'), question: sentence, run: name }),
]);

const step = v.strictObject({
  title: sentence,
  text: v.array(sentence),
  ask: v.optional(ask),
  /** Runs to choose from; one is trained here, the others are shown as recorded. */
  runs: v.optional(v.array(name)),
  /** Settings shown; all are fixed by the run that is chosen. */
  locked: v.optional(v.array(v.string()), []),
  /** The seed of the run is the reader's own: the class is then an experiment with as many seeds. */
  ownSeed: v.optional(v.boolean(), false),
  /** Seconds that the run shall take on every machine, if the address says no other: its steps follow from how long one takes there. */
  seconds: v.optional(v.number()),
  figure: v.optional(v.picklist(['curve', 'accuracy', 'heldOut'])),
  /** Told beside the prediction, after the run. */
  reveal: v.optional(v.array(sentence), []),
  /** What to think about, answered in the reader's own words, which stay in the browser. */
  why: v.optional(sentence),
  /** When the reader's own run has shown what the lesson is about. */
  success: v.optional(
    v.strictObject({ text: sentence, left: expression, is: v.picklist(['above', 'below']), right: expression }),
  ),
  hint: v.optional(sentence),
  /** For the one who teaches. */
  notes: v.array(sentence),
});

export const lessonSchema = v.strictObject({
  title: sentence,
  goal: sentence,
  minutes: v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(10)),
  preset: v.string(),
  /** Of every run of the lesson, on top of the preset. */
  set: settings,
  runs: v.record(name, v.strictObject({ label: sentence, set: settings })),
  /** Numbers in the texts that come from no run, each with where it is from. */
  given: v.array(v.strictObject({ text: v.string(), from: sentence })),
  /** What usually goes wrong, for the instructor's page. */
  trouble: v.array(sentence),
  steps: v.pipe(v.array(step), v.minLength(2)),
});
export type Lesson = v.InferOutput<typeof lessonSchema>;
export type LessonStep = Lesson['steps'][number];
export type Ask = NonNullable<LessonStep['ask']>;

/** What was recorded of a lesson: `public/lessons/recorded/NAME.json`. */
export interface RecordedLesson {
  adapter: string;
  runs: LessonRun[];
}
export const recordedAt = (lesson: string): string => `${LESSONS}/recorded/${lesson}.json`;

/** A configuration's value in a text: `{recipe:continued.steps}`. */
const CONFIG_VALUE = /^([a-z][\w-]*):([\w.]+)$/;
/** Every `{…}` of a text. */
export const placeholders = (text: string): string[] => [...text.matchAll(/\{([^{}]*)\}/g)].map(([, inner]) => inner!);

/** Texts of a lesson that a reader sees. */
export function textsOf(lesson: Lesson): string[] {
  const steps = lesson.steps.flatMap(({ title, text, ask: asked, reveal, why, success, hint, notes }) => [
    title,
    ...text,
    ...(asked ? [asked.question] : []),
    ...(asked?.kind === 'choice' ? asked.options.map((option) => option.text) : []),
    ...reveal,
    ...[why, success?.text, hint].filter((one) => one !== undefined),
    ...notes,
  ]);
  const labels = Object.values(lesson.runs).map(({ label }) => label);
  return [lesson.title, lesson.goal, ...labels, ...lesson.trouble, ...steps];
}

/** The configuration of a run of a lesson, with what the reader has changed on top. */
export function lessonConfig(lesson: Lesson, run: string, changes: Readonly<Record<string, string>> = {}): RunConfig {
  const preset = presetConfig(lesson.preset);
  const config = structuredClone(preset);
  const stated = new Set<string>();
  for (const [key, value] of Object.entries({ ...lesson.set, ...lesson.runs[run]!.set, ...changes })) {
    const problem = setText(config, key, value);
    if (problem !== null) throw new RangeError(problem);
    stated.add(key);
  }
  return withDerived(preset, config, stated);
}

/** The value of a `{run:key}`; null: it is no such text. */
export function configValue(lesson: Lesson, inner: string): string | null {
  const match = CONFIG_VALUE.exec(inner);
  if (!match || !lesson.runs[match[1]!]) return null;
  const value = getPath(lessonConfig(lesson, match[1]!), match[2]!);
  return value === undefined ? null : formatValue(value);
}

/** The lesson that a file holds, or one sentence for each fault of it. */
export function readLesson(json: unknown): { lesson: Lesson } | { faults: string[] } {
  const read = v.safeParse(lessonSchema, json);
  if (!read.success) {
    return {
      faults: read.issues.map((issue) =>
        lessonFileWords.wrong(v.getDotPath(issue) ?? lessonFileWords.lesson, issue.message),
      ),
    };
  }
  const faults = faultsOf(read.output);
  return faults.length > 0 ? { faults } : { lesson: read.output };
}

/** What a schema cannot see: names that lead nowhere, settings that do not fit together. */
function faultsOf(lesson: Lesson): string[] {
  const faults: string[] = [];
  const known = (run: string, where: string): void => {
    if (!Object.hasOwn(lesson.runs, run)) faults.push(lessonFileWords.unknownRun(where, run, Object.keys(lesson.runs)));
  };
  for (const run of Object.keys(lesson.runs)) {
    try {
      for (const conflict of checkConfig(lessonConfig(lesson, run)))
        faults.push(lessonFileWords.notTrainable(run, conflict));
    } catch (error) {
      faults.push(lessonFileWords.notSetUp(run, (error as Error).message));
    }
  }
  if (faults.length > 0) return faults;
  lesson.steps.forEach((one, i) => {
    const where = lessonFileWords.step(i + 1);
    for (const run of one.runs ?? []) known(run, where);
    const { ask: asked, success } = one;
    const named =
      asked?.kind === 'choice'
        ? asked.options.map(({ value }) => value)
        : asked?.kind === 'number'
          ? [asked.value]
          : [];
    if (asked?.kind === 'curve') known(asked.run, where);
    for (const run of [...named, ...(success ? [success.left, success.right] : [])].flatMap(runsOf)) known(run, where);
    for (const key of one.locked) {
      if (getPath(lessonConfig(lesson, Object.keys(lesson.runs)[0]!), key) === undefined)
        faults.push(lessonFileWords.unknownSetting(where, key));
    }
    if (one.reveal.length > 0 && !one.runs) faults.push(lessonFileWords.noRunToReveal(where));
  });
  for (const inner of textsOf(lesson).flatMap(placeholders)) {
    if (isExpression(inner)) for (const run of runsOf(inner)) known(run, `{${inner}}`);
    else if (configValue(lesson, inner) === null) faults.push(lessonFileWords.unknownValue(inner));
  }
  return faults;
}
