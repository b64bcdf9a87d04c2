/** What a person should read of the run: the latest at once, all of them in a list, each with the way to its step. */
import type { Notice } from '../../protocol.ts';
import { LEVELS, showStep } from '../state/alerts.ts';
import { notices } from '../state/run.ts';
import { text } from '../strings.ts';

export function Notices() {
  const latest = notices.value.at(-1);
  return (
    <div>
      <div role="status" aria-live="polite">
        {latest && (
          <section class={`message ${LEVELS[latest.code]}`}>
            <Alert notice={latest} />
          </section>
        )}
      </div>
      {notices.value.length > 1 && (
        <details class="alerts">
          <summary>{text.alerts.all(notices.value.length)}</summary>
          <AlertList />
        </details>
      )}
    </div>
  );
}

/** Latest first: what is going on now stands where one looks. */
export function AlertList() {
  return (
    <ol>
      {notices.value.toReversed().map((notice, i) => (
        <li key={notices.value.length - i}>
          <Alert notice={notice} />
        </li>
      ))}
    </ol>
  );
}

function Alert({ notice: { code, step, message } }: { notice: Notice }) {
  const level = LEVELS[code];
  return (
    <p>
      <span class={`level ${level}`}>{text.alerts.level[level]}</span> {message}{' '}
      {step !== null && (
        <button type="button" class="quiet" onClick={() => showStep(step)}>
          {text.alerts.show(step)}
        </button>
      )}
    </p>
  );
}
