/** Why this preset, on a machine without a GPU. */
import { fittedHere, fitting, QUICKEST, useQuickest } from './fitted.ts';
import { DEFAULT_PRESET } from '../../config/presets.ts';
import { startWords } from '../words/start.ts';

/** Seconds from which a shorter run is offered. */
const LONG = 60;

export function Fitted() {
  const decided = fitting.value;
  if (!decided || !fittedHere.value) return null;
  const words = startWords.fitted;
  return (
    <p class="note">
      {decided.kind === 'changed' ? (
        words.changed(decided.from, QUICKEST, decided.seconds)
      ) : (
        <>
          {words.kept(DEFAULT_PRESET, decided.seconds)}{' '}
          {decided.seconds > LONG && (
            <button type="button" class="quiet" onClick={useQuickest}>
              {words.choose(QUICKEST)}
            </button>
          )}
        </>
      )}
    </p>
  );
}
