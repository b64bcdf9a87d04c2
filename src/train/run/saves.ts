/** Saves of a run as it goes, and the way back to the last one. */
import { placeAfter } from '../../recipe/place.ts';
import type { SavedState } from '../saved/keeper.ts';
import { type Course, tellNotice, tellState, type Trouble } from './course.ts';
import { mostRollbacks } from './health.ts';
import { noticeWords } from '../../words/notices.ts';

/** Begins to save the run as it is, all submitted steps read; but not in a state that a run would go back from. */
export async function save({ keeper, config, part, progress, engine }: Course, state: SavedState): Promise<void> {
  const { badInARow, highInARow } = progress.health;
  if (!keeper || badInARow > 0 || (highInARow > 0 && state === 'training')) return;
  // Copies of the pools must not pile up behind a slow disk.
  if (keeper.busy) await keeper.settled();
  void keeper.keep(config, part, progress, state, engine.snapshot());
}

/** Goes back to the last save and past the batches drawn since; false where the run must be given up. */
export async function goBackToSave(course: Course, { step, message, asked }: Trouble): Promise<boolean> {
  const { automatic, keeper, config, engine, listener } = course;
  const { health, place, step: taken } = course.progress;
  const may = asked || (automatic && health.rollbacks < mostRollbacks);
  const last = may ? await keeper?.last() : null;
  if (!last && asked) {
    course.trouble = null;
    tellNotice(course, { code: 'went-back', step, message: noticeWords.noSave });
    return true;
  }
  if (!last) return false;
  const { progress, pools, history } = last;
  engine.restore(pools);
  course.progress = {
    ...progress,
    // The next batch is the first after the last that was drawn for a step taken back.
    place: placeAfter(place, -(taken - step - 1) * config.batch.accumulation, config.batch),
    health: { ...progress.health, rollbacks: health.rollbacks + (asked ? 0 : 1) },
  };
  keeper!.history = history;
  course.watch.begin(progress.phase, course.progress.watched);
  course.trouble = null;
  const batches = step + 1 - progress.step;
  listener.tell({ kind: 'rewound', said: { from: step, to: progress.step } });
  tellNotice(course, {
    code: 'went-back',
    step: progress.step,
    message: noticeWords.wentBack(message, progress.step, batches),
  });
  tellState(course, { kind: 'training', phase: progress.phase });
  return true;
}
