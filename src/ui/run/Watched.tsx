/** What can be done with a run that another tab trains and this one shows: have it here, or look away. */
import { askedFor, leave, takeOver, takeOverProblem, watched } from '../runs/saved.ts';
import { machine } from '../trainer.ts';
import { startWords } from '../words/start.ts';

export function Watched() {
  const run = watched.value;
  if (!run) return null;
  return (
    <div class="stack-2">
      <p class="note">{startWords.saved.watching}</p>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={machine.value.kind !== 'ready' || askedFor.value !== null}
          onClick={() => void takeOver(run)}
        >
          {askedFor.value === run.id ? startWords.saved.takingOver : startWords.saved.takeOver}
        </button>
        <button type="button" onClick={() => void leave()}>
          {startWords.saved.leave}
        </button>
      </div>
      {takeOverProblem.value && (
        <p class="problem" role="alert">
          {takeOverProblem.value}
        </p>
      )}
    </div>
  );
}
