/** A run that ended badly: what happened, what to do, and the way on. */
import { runState } from './run.ts';
import { startWords } from '../words/start.ts';

export function Ending() {
  const state = runState.value;
  if (state.kind !== 'failed' && state.kind !== 'diverged') return null;
  const failed = state.kind === 'failed';
  return (
    <div role="alert">
      <h2>{failed ? startWords.ending.failed : startWords.ending.diverged(state.step)}</h2>
      <p>
        {state.message} {failed ? startWords.ending.failedHelp : startWords.ending.divergedHelp}
      </p>
    </div>
  );
}
