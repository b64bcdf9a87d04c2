/** A lesson's texts in another language: `public/lessons/de/NAME.json`. Texts alone; what is asked, run and compared stays the lesson's. */
import * as v from 'valibot';
import { type Lesson, LESSONS, type LessonStep, placeholders, sentence } from './lesson.ts';
import { lessonFileWords } from '../../words/lessonFile.ts';

export const translationAt = (language: string, lesson: string): string => `${LESSONS}/${language}/${lesson}.json`;

export const translationSchema = v.strictObject({
  title: sentence,
  goal: sentence,
  runs: v.record(v.string(), sentence),
  given: v.array(v.strictObject({ text: v.string(), from: sentence })),
  trouble: v.array(sentence),
  steps: v.array(
    v.strictObject({
      title: sentence,
      text: v.array(sentence),
      question: v.optional(sentence),
      options: v.optional(v.array(sentence)),
      reveal: v.optional(v.array(sentence)),
      why: v.optional(sentence),
      success: v.optional(sentence),
      hint: v.optional(sentence),
      notes: v.array(sentence),
    }),
  ),
});
export type Translation = v.InferOutput<typeof translationSchema>;

/** The texts of a lesson as a translation has them: what one is written from, and held against. */
export const textOf = (lesson: Lesson): Translation => ({
  ...{ title: lesson.title, goal: lesson.goal, given: lesson.given, trouble: lesson.trouble },
  runs: Object.fromEntries(Object.entries(lesson.runs).map(([name, { label }]) => [name, label])),
  steps: lesson.steps.map(({ title, text, ask, reveal, why, success, hint, notes }) => ({
    ...{ title, text, notes },
    ...(ask && { question: ask.question }),
    ...(ask?.kind === 'choice' && { options: ask.options.map((option) => option.text) }),
    ...(reveal.length > 0 && { reveal }),
    ...(why !== undefined && { why }),
    ...(success && { success: success.text }),
    ...(hint !== undefined && { hint }),
  })),
});

/** Every text by its place in the file: steps.1.reveal.0. */
export function textsByPlace(value: unknown, at = ''): [string, string][] {
  if (typeof value === 'string') return [[at, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsByPlace(inner, at === '' ? key : `${at}.${key}`));
}

/** The lesson in the translation's words, or one sentence for each place at which the two do not fit. */
export function translate(lesson: Lesson, json: unknown): { lesson: Lesson } | { faults: string[] } {
  const read = v.safeParse(translationSchema, json);
  if (!read.success)
    return {
      faults: read.issues.map((issue) =>
        lessonFileWords.wrong(v.getDotPath(issue) ?? lessonFileWords.translation, issue.message),
      ),
    };
  const own = read.output;
  const [here, there] = [new Map(textsByPlace(textOf(lesson))), new Map(textsByPlace(own))];
  const faults: string[] = [];
  for (const [place, text] of here) {
    const other = there.get(place);
    const [wanted, found] = [text, other ?? ''].map((one) => placeholders(one).sort().join(', '));
    if (other === undefined) faults.push(lessonFileWords.untranslated(place, text));
    else if (wanted !== found) faults.push(lessonFileWords.otherValues(place, found!, wanted!));
  }
  for (const place of there.keys()) if (!here.has(place)) faults.push(lessonFileWords.strayText(place));
  if (faults.length > 0) return { faults };
  return {
    lesson: {
      ...lesson,
      ...{ title: own.title, goal: own.goal, given: own.given, trouble: own.trouble },
      runs: Object.fromEntries(
        Object.entries(lesson.runs).map(([name, run]) => [name, { ...run, label: own.runs[name]! }]),
      ),
      steps: lesson.steps.map((step, i) => translateStep(step, own.steps[i]!)),
    },
  };
}

function translateStep(step: LessonStep, own: Translation['steps'][number]): LessonStep {
  const { ask, success } = step;
  const { question, options, success: shown, ...texts } = own;
  return {
    ...step,
    ...texts,
    ...(ask && {
      ask: {
        ...ask,
        question: question!,
        ...(ask.kind === 'choice' && {
          options: ask.options.map(({ value }, i) => ({ text: options![i]!, value })),
        }),
      },
    }),
    ...(success && { success: { ...success, text: shown! } }),
  };
}
