/** The walk over the page for somebody who sees it for the first time. It never begins by itself. */
import { computed, signal } from '@preact/signals';
import { isActive } from '../run/controls.ts';
import { isEmbedded, lesson } from './lesson.ts';
import { recall, remember } from '../run/memory.ts';
import { cameByLink } from './route.ts';
import { isRecorded, runConfig, runState } from '../run/run.ts';

/** Place of the step that is shown; null: no walk is under way. */
export const tourStep = signal<number | null>(null);
const isKnown = signal(recall('tour') === 'known');

/** A lesson has an author who says what to look at. */
const isOfferedHere = !isEmbedded && lesson.hidden.size === 0 && lesson.locked.size === 0;

/** Whether the page offers it by itself: to a visitor who has done nothing yet, came by no link, and has not declined. */
export const isInvited = computed(
  () =>
    isOfferedHere &&
    !isKnown.value &&
    !cameByLink &&
    (runConfig.value === null || isRecorded.value) &&
    !isActive(runState.value),
);

function known(): void {
  isKnown.value = true;
  remember('tour', 'known');
}

export function beginTour(): void {
  known();
  tourStep.value = 0;
}

export const declineTour = known;

export function endTour(): void {
  tourStep.value = null;
}
