/** Texts of a lesson with their numbers: every `{…}` worked out from recorded runs, or read from a configuration. */
import { configValue, type Lesson, type RecordedLesson } from '../../recipe/lessons/lesson.ts';
import { DEVICE_CLASSES, evaluate, isExpression, type LessonRun, type Quantity } from '../../recipe/lessons/measure.ts';
import { decimal, integer, language } from './language.ts';
import { lessonWords } from './words.ts';

/** A quantity's number without its unit: 85, −14, +3, 0.97, 333. */
export const amount = ({ value, unit, isSigned }: Quantity): string =>
  unit === 'nats' ? decimal(value, 2, isSigned) : integer(value, isSigned);

/** 85 %, −14 points, 0.97, 333; number and unit are never parted. */
export function quantity(one: Quantity): string {
  if (one.unit === 'percent') return `${amount(one)}\u00a0%`;
  if (one.unit === 'points') return `${amount(one)}\u00a0${lessonWords.units.points(Math.abs(Math.round(one.value)))}`;
  return amount(one);
}

/** 46–88 %, 0.97–1.32 */
export const rangeOf = (low: Quantity, high: Quantity): string => `${amount(low)}–${quantity(high)}`;

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

/** Kinds of machine on which a lesson was recorded, and those on which it never ran: none of its numbers are theirs. */
export function machinesOf({ runs }: RecordedLesson): { recorded: string; missing: string } {
  const { devices } = lessonWords.report;
  const kinds = DEVICE_CLASSES.filter((one) => one !== 'recorded');
  const names = (isThere: boolean) =>
    kinds.filter((kind) => runs.some(({ device }) => device === kind) === isThere).map((kind) => devices[kind]);
  return { recorded: names(true).join(', '), missing: names(false).join(', ') };
}
