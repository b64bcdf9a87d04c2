/** A run of as many steps as fit into a given time here: everybody's ends together, and is compared on equal tokens. Pure. */
import type { Calibration } from '../../protocol.ts';
import { planRun } from '../phases.ts';
import { predict } from '../prediction.ts';
import { type Lesson, lessonConfig } from './lesson.ts';

/** Fewer have no room for a change of text; more are no longer a lesson's small run. */
export const [FEWEST, MOST] = [50, 50_000];

/** The greatest number of continued steps whose predicted time is within `seconds`; FEWEST where none is. */
export function stepsWithin(
  seconds: number,
  calibration: Calibration,
  lesson: Lesson,
  run: string,
  part: 'all' | 'continued',
): number {
  const fits = (steps: number): boolean => {
    const config = lessonConfig(lesson, run, { 'continued.steps': String(steps) });
    return predict(config, planRun(config, part), calibration).seconds <= seconds;
  };
  let [low, high] = [FEWEST, MOST + 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
