/**
 * What a person should know of the run, each alert with what it means and whether to do anything: the latest in a line that never changes
 * height, or in its place all of them in a list on request. Fetched with the first alert.
 */
import { useSignal } from '@preact/signals';
import type { Notice } from '../../protocol.ts';
import { LEVELS, showStep } from './alerts.ts';
import { notices } from '../run/run.ts';
import { ADVICE, words } from './words.ts';

export function Alerts() {
  const isOpen = useSignal(false);
  const latest = notices.value.at(-1)!;
  return (
    <>
      <div class="alert-line">
        {!isOpen.value && (
          <p>
            <Words notice={latest} />
          </p>
        )}
        <span class="buttons">
          {!isOpen.value && <ShowStep notice={latest} />}
          <button
            type="button"
            class="quiet"
            aria-expanded={isOpen.value}
            onClick={() => (isOpen.value = !isOpen.value)}
          >
            {words.all(notices.value.length)}
          </button>
        </span>
      </div>
      {isOpen.value && <AlertList />}
    </>
  );
}

/** Latest first: what is going on now stands where one looks. */
export function AlertList() {
  return (
    <ol class="alerts">
      {notices.value.toReversed().map((notice, i) => (
        <li key={notices.value.length - i}>
          <p>
            <Words notice={notice} /> <ShowStep notice={notice} />
          </p>
        </li>
      ))}
    </ol>
  );
}

function Words({ notice: { code, message } }: { notice: Notice }) {
  const level = LEVELS[code];
  const { means, todo } = ADVICE[code];
  return (
    <>
      <span class={`level ${level}`}>{words.level[level]}</span> {means} {todo} <span class="note">{message}</span>
    </>
  );
}

function ShowStep({ notice: { step } }: { notice: Notice }) {
  if (step === null) return null;
  return (
    <button type="button" class="quiet" onClick={() => showStep(step)}>
      {words.show(step)}
    </button>
  );
}
