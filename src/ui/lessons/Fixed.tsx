/** Settings that a step is about: nothing on the page changes them, only the choice of the run does. */
import { type Lesson, type LessonStep } from '../../recipe/lessons/lesson.ts';
import { fill } from './fill.ts';
import { oneOf } from './language.ts';
import { lessonWords } from './words.ts';

export function Fixed({ step, lesson }: { step: LessonStep; lesson: Lesson }) {
  if (step.locked.length === 0) return null;
  const runs = step.runs ?? Object.keys(lesson.runs);
  const values = (key: string) => oneOf([...new Set(runs.map((run) => fill(`{${run}:${key}}`, lesson, [])))]);
  return (
    <p class="note">
      {lessonWords.lessons.fixed}{' '}
      {step.locked.map((key) => `${lessonWords.lessons.settings[key] ?? key} ${values(key)}`).join(' · ')}
    </p>
  );
}
