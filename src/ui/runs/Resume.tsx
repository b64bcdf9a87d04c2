/** Runs that are not at their end: one click to go on, one to discard; those another tab trains can be watched, or had in one click. */
import { useRef } from 'preact/hooks';
import type { ListedRun, SavedRun } from '../../protocol.ts';
import {
  askedFor,
  finished,
  goOn,
  refused,
  savedNotes,
  savesOf,
  takeOver,
  takeOverProblem,
  unfinished,
  watch,
} from './saved.ts';
import { isActive } from '../run/controls.ts';
import { runState } from '../run/run.ts';
import { machine } from '../trainer.ts';
import { startWords } from '../words/start.ts';

/** With an offer to undo it. */
const discard = async (...runs: readonly SavedRun[]): Promise<void> => (await import('./undo.ts')).deleteSaves(...runs);

export function Resume() {
  const heading = useRef<HTMLHeadingElement>(null);
  const runs = unfinished.value;
  const notes = savedNotes.value.map((note) => (
    <p key={note} class="note">
      {note}
    </p>
  ));
  const over = <Finished />;
  if (runs.length === 0 && finished.value.length === 0)
    return notes.length > 0 && <section class="message">{notes}</section>;
  if (runs.length === 0) {
    return (
      <section class="message">
        {over}
        {notes}
      </section>
    );
  }
  const remove = async (run: SavedRun) => {
    await discard(run);
    heading.current?.focus(); // the button that had it is gone
  };
  return (
    <section class="message" aria-labelledby="saved-heading">
      <h2 id="saved-heading" ref={heading} tabIndex={-1}>
        {startWords.saved.heading(runs.length)}
      </h2>
      <ul>
        {runs.map((run) => (
          <li key={run.id} class="saved">
            <span id={`saved-${run.id}`}>{startWords.saved.sentence(run)}</span>
            <span class="buttons">
              {run.elsewhere ? <Elsewhere run={run} /> : <Stopped run={run} remove={remove} />}
            </span>
          </li>
        ))}
      </ul>
      {takeOverProblem.value && (
        <p class="problem" role="alert">
          {takeOverProblem.value}
        </p>
      )}
      {over}
      {notes}
      {machine.value.kind === 'none' && <p class="note">{startWords.saved.noGpu(refused.value)}</p>}
    </section>
  );
}

/** Room that nothing needs any more. */
function Finished() {
  const runs = finished.value;
  if (runs.length === 0) return null;
  return (
    <p class="note">
      {startWords.saved.finished(runs.length, savesOf(runs))}{' '}
      <button type="button" class="quiet" onClick={() => void discard(...runs)}>
        {startWords.saved.deleteFinished(runs.length)}
      </button>
    </p>
  );
}

function Stopped({ run, remove }: { run: ListedRun; remove: (run: ListedRun) => Promise<void> }) {
  return (
    <>
      <button
        type="button"
        class="primary"
        aria-describedby={`saved-${run.id}`}
        disabled={machine.value.kind !== 'ready' || isActive(runState.value)}
        onClick={() => void goOn(run)}
      >
        {startWords.saved.resume}
      </button>
      <button type="button" aria-describedby={`saved-${run.id}`} onClick={() => void remove(run)}>
        {startWords.saved.discard}
      </button>
    </>
  );
}

function Elsewhere({ run }: { run: ListedRun }) {
  return (
    <>
      <button type="button" class="primary" aria-describedby={`saved-${run.id}`} onClick={() => void watch(run)}>
        {startWords.saved.watch}
      </button>
      <button
        type="button"
        aria-describedby={`saved-${run.id}`}
        disabled={machine.value.kind !== 'ready' || askedFor.value !== null}
        onClick={() => void takeOver(run)}
      >
        {askedFor.value === run.id ? startWords.saved.takingOver : startWords.saved.takeOver}
      </button>
    </>
  );
}
