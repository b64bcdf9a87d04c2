/** A run that ended badly: what happened, what to do, and the way on. */
import { runState } from '../state/run.ts';
import { text } from '../strings.ts';

export function Ending() {
  const state = runState.value;
  if (state.kind !== 'failed' && state.kind !== 'diverged') return null;
  const failed = state.kind === 'failed';
  return (
    <div role="alert">
      <h2>{failed ? text.ending.failed : text.ending.diverged(state.step)}</h2>
      <p>
        {state.message} {failed ? text.ending.failedHelp : text.ending.divergedHelp}
      </p>
    </div>
  );
}
