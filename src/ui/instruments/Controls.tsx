/** What begins a trial, tells how far it is, and ends it. */
import type { ComponentChildren } from 'preact';
import { end, hindrance, problem, type TrialName, underWay } from './state.ts';
import { words } from './words.ts';

interface ControlsProps {
  trial: TrialName;
  label: string;
  begin(): Promise<void>;
  /** What it says while it works. */
  doing: string;
  /** Not to be begun, whatever else. */
  disabled?: boolean;
  children?: ComponentChildren;
}

/** The button of a trial, or while it works its progress and the way to end it. */
export function Controls({ trial, label, begin, doing, disabled = false, children }: ControlsProps) {
  const now = underWay.value;
  const isMine = now?.trial === trial;
  return (
    <>
      <div class="buttons">
        {isMine ? (
          <button type="button" onClick={end}>
            {words.stop}
          </button>
        ) : (
          <button
            type="button"
            disabled={disabled || now !== null || hindrance.value !== null}
            onClick={() => void begin()}
          >
            {label}
          </button>
        )}
        <span class="note" role="status">
          {isMine && (now.doing ?? doing)}
        </span>
        {children}
      </div>
      {problem.value?.trial === trial && <p role="alert">{words.failed(problem.value.message)}</p>}
    </>
  );
}
