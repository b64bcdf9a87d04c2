/** How long a lesson's texts take: all of them, speaker notes and what usually goes wrong included, read aloud. */
import { type Lesson, textsOf } from '../../../src/recipe/lessons/lesson.ts';

/** Words a minute: of reading aloud (183: Brysbaert 2019, where reading to oneself has 238), less a third for what is new to the listener. */
export const PACE = 120;
export const wordsOf = (texts: readonly string[]): number => texts.join(' ').split(/\s+/).length;
export const wordsOfLesson = (lesson: Lesson): number => wordsOf(textsOf(lesson));
