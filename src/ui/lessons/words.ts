/** Words of lessons, the presenter's view, class results and paper, in the reader's language. One file a language, all of one shape. */
import { type Language, language } from './language.ts';
import { de } from './words/de.ts';
import { en, type LessonWords } from './words/en.ts';
import { es } from './words/es.ts';

export const allWords: Record<Language, LessonWords> = { en, de, es };
export const lessonWords = allWords[language];
