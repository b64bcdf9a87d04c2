/** Texts of a lesson with their numbers: every `{…}` worked out from recorded runs, or read from a configuration. */
import { configValue, type Lesson } from '../../recipe/lessons/lesson.ts';
import { evaluate, isExpression, type LessonRun, type Quantity } from '../../recipe/lessons/measure.ts';
import { decimal, integer, language } from './language.ts';
import { lessonWords } from './words.ts';

/** 85 % (never parted), −14 points, 0.97, 333 */
export function quantity({ value, unit }: Quantity): string {
  const sign = value < 0 ? '−' : '+';
  if (unit === 'percent') return `${Math.round(value)}\u00a0%`;
  if (unit === 'points') return `${sign}${Math.round(Math.abs(value))} ${lessonWords.units.points}`;
  if (unit === 'steps') return integer(value);
  return `${value < 0 ? '−' : ''}${decimal(Math.abs(value), 2)}`;
}

/** A setting as the reader's language writes numbers: 2,343 steps · 2.343; a rate of 0.002 · 0,002. */
function localized(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  if (Number.isInteger(value)) return integer(value);
  return language === 'en' ? text : text.replace('.', ',');
}

export function fill(text: string, lesson: Lesson, runs: readonly LessonRun[]): string {
  return text.replaceAll(/\{([^{}]*)\}/g, (whole, inner: string) => {
    const value = isExpression(inner) ? evaluate(inner, runs) : null;
    return value ? quantity(value) : localized(configValue(lesson, inner) ?? whole);
  });
}
