/**
 * Where the reader is in which lesson, and what was answered. Answers and runs are kept while the tab is open, so that going back, or
 * reloading, loses none; on a shared machine the next reader finds nothing.
 */
import { batch, signal } from '@preact/signals';
import {
  LESSON_NAMES,
  LESSONS,
  type Lesson,
  type LessonStep,
  readLesson,
  recordedAt,
  type RecordedLesson,
} from '../../recipe/lessons/lesson.ts';
import { translate, translationAt } from '../../recipe/lessons/translate.ts';
import { language } from './language.ts';
import type { LessonRun } from '../../recipe/lessons/measure.ts';

export interface Answer {
  /** Of a choice its place, of a number the number, of a curve its heights. */
  prediction: number | number[] | null;
  /** Percent. */
  confidence: number;
  why: string;
  /** Runs that came to their end here, by name; 'recorded' where the reader took that in place of one. */
  runs: Record<string, LessonRun | 'recorded'>;
}
const nothing: Answer = { prediction: null, confidence: 50, why: '', runs: {} };

const query = () => new URLSearchParams(globalThis.location?.search ?? '');
const nameAsked = () => query().get('lesson') ?? '';
const stepAsked = () => Math.max(1, Math.floor(Number(query().get('step')) || 1));
export const lessonName = signal(nameAsked());
export const stepNumber = signal(stepAsked());
export const isPresenting = query().get('present') === '1';
export const paper = query().get('paper');
export const quizPart = query().get('quiz');
/** Bounds of a run by time, seconds: less has no room for a run, more is no lesson's. */
const [SHORTEST, LONGEST] = [10, 600];
const secondsAsked = Number(query().get('seconds'));
/** How long a run by time shall take: as the address asks (`&seconds=120`), else as the lesson says; undefined: it goes by steps. */
export const secondsOf = ({ seconds }: LessonStep): number | undefined =>
  seconds === undefined || !secondsAsked ? seconds : Math.min(LONGEST, Math.max(SHORTEST, secondsAsked));
export const asksForClass = query().has('class');

export interface Loaded {
  lesson: Lesson;
  recorded: RecordedLesson;
}
/** null: on its way. */
export const loaded = signal<Loaded | { faults: string[] } | null>(null);

const STORE = 'rekindle.lessons';
function recalled(): Record<string, Answer> {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? '{}') as Record<string, Answer>;
  } catch {
    return {};
  }
}
const answers = signal(recalled());
const keyOf = (step: number) => `${lessonName.value}/${step}`;
export const answerOf = (step: number): Answer => answers.value[keyOf(step)] ?? nothing;
export function answer(step: number, change: Partial<Answer>): void {
  answers.value = { ...answers.value, [keyOf(step)]: { ...answerOf(step), ...change } };
  try {
    sessionStorage.setItem(STORE, JSON.stringify(answers.value));
  } catch {
    // A browser that keeps nothing forgets them with the tab.
  }
}
/** Counts steps done again: what is half answered in a form goes with the form. */
export const round = signal(0);
/** The step as it was before anybody touched it: the same seed, text and base again. */
export function again(step: number): void {
  answer(step, nothing);
  round.value++;
}

/** Every run of this step that was made here, the latest of each name. */
export const ownRuns = (step: number): LessonRun[] =>
  Object.values(answerOf(step).runs).filter((run) => run !== 'recorded');

/** An address of the lessons; it says the language where that is not the page's own, and the time asked for, for whoever is handed it. */
export function hrefOf(parameters: Readonly<Record<string, string>>): string {
  const kept = { ...(secondsAsked && { seconds: String(secondsAsked) }), ...(language !== 'en' && { lang: language }) };
  return `?${new URLSearchParams({ ...parameters, ...kept })}`;
}

export function addressOf(step: number, presenting: boolean): string {
  const place = { lesson: lessonName.value, step: String(step) };
  return location.pathname + hrefOf(presenting ? { ...place, present: '1' } : place);
}

/** The lesson after this one; null: this is the last. */
export const nextLesson = (): (typeof LESSON_NAMES)[number] | null =>
  LESSON_NAMES[LESSON_NAMES.findIndex((one) => one === lessonName.value) + 1] ?? null;

function show(name: string, step: number): void {
  batch(() => {
    if (name !== lessonName.value) loaded.value = null;
    lessonName.value = name;
    stepNumber.value = step;
  });
}

/** To another step, of this lesson or another: the address follows, so that Back leads back and a link leads here. */
export function goTo(step: number, name = lessonName.value): void {
  show(name, step);
  history.pushState(null, '', addressOf(step, isPresenting));
}

globalThis.addEventListener?.('popstate', () => show(nameAsked(), stepAsked()));

/** A lesson and what was recorded of it. A fault of the file is said, one sentence each. */
export async function fetchLesson(name: string): Promise<Loaded | { faults: string[] }> {
  const paths = [`${LESSONS}/${name}.json`, recordedAt(name)];
  if (language !== 'en') paths.push(translationAt(language, name));
  const [file, recorded, texts] = await Promise.all(
    paths.map(async (path) => {
      const response = await fetch(path);
      return response.ok ? ((await response.json()) as unknown) : null;
    }),
  );
  const english = readLesson(file);
  const read = 'faults' in english || language === 'en' ? english : translate(english.lesson, texts);
  return 'faults' in read ? read : { lesson: read.lesson, recorded: recorded as RecordedLesson };
}
