/** Saves of a run as it goes, and the way back to the last one. */
import { placeAfter } from '../../recipe/place.ts';
import type { SavedState } from '../saved/keeper.ts';
import { type Course, tellNotice, tellState, type Trouble } from './course.ts';
import { type Health, mostRollbacks } from './health.ts';
import type { Reads } from './reads.ts';
import { noticeWords } from '../../words/notices.ts';

/**
 * Milliseconds that a run waits when it has been saved because the page is being left: until a server has answered, a reload leaves the old
 * page as it is, and what it computes meanwhile would be lost.
 */
const leavingMillis = 2000;

/** Whether a run would go back from where it is. */
const isDoubtful = ({ badInARow, highInARow }: Health, state: SavedState): boolean =>
  badInARow > 0 || (highInARow > 0 && state === 'training');

/** Begins to save the run as it is, all submitted steps read; but not in a state that a run would go back from. */
export async function save({ keeper, config, part, progress, engine }: Course, state: SavedState): Promise<void> {
  if (!keeper || isDoubtful(progress.health, state)) return;
  // Copies of the pools must not pile up behind a slow disk.
  if (keeper.busy) await keeper.settled();
  void keeper.keep(config, part, progress, state, engine.snapshot());
}

/** Notes the run as it is, all submitted steps read: for `saveLeaving` on a device that does not answer at once. */
export async function note({ keeper, config, part, progress, engine }: Course): Promise<void> {
  if (keeper && !isDoubtful(progress.health, 'training')) await keeper.note(config, part, progress, engine.snapshot());
}

/** Saves the run by the time that it returns, for its worker may be ended in the next moment: as it is, else as it was noted last. */
export function saveLeaving(course: Course, reads: Reads): void {
  const { keeper, config, part, progress, engine, evaluating } = course;
  if (!keeper || course.trouble) return;
  const pools = reads.tellNow() ? engine.snapshotNow() : null;
  if (!pools) keeper.saveNoted();
  else if (!isDoubtful(progress.health, 'training')) keeper.keepNow(config, part, progress, pools, evaluating);
}

/** After that: the run goes on if the page is still there. */
export async function waitLeaving(course: Course): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, leavingMillis));
  course.leaving = false;
}

/** Goes back to the last save and past the batches drawn since; false where the run must be given up. */
export async function goBackToSave(course: Course, { step, message, asked }: Trouble): Promise<boolean> {
  const { automatic, keeper, config, plan, engine, listener } = course;
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
  const { sequences, length } = config.batch;
  const after = (plan.tokensBefore(taken) - plan.tokensBefore(step + 1)) / (sequences * length);
  course.progress = {
    ...progress,
    // The next batch is the first after the last that was drawn for a step taken back.
    place: placeAfter(place, -after, config.batch),
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
