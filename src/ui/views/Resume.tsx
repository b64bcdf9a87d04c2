/** Runs that stopped before their end: one click to go on, two to discard. */
import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { SavedRun } from '../../protocol.ts';
import { discard, goOn, refused, unfinished } from '../state/saved.ts';
import { machine } from '../trainer.ts';
import { text } from '../strings.ts';

/** The run whose Discard has been pressed once: it cannot be had back. */
const doomed = signal<string | null>(null);

export function Resume() {
  const heading = useRef<HTMLHeadingElement>(null);
  const runs = unfinished.value;
  if (runs.length === 0) return null;
  const remove = async (run: SavedRun) => {
    if (doomed.value !== run.id) return void (doomed.value = run.id);
    doomed.value = null;
    await discard(run);
    heading.current?.focus(); // the button that had it is gone
  };
  return (
    <section class="message" aria-labelledby="saved-heading">
      <h2 id="saved-heading" ref={heading} tabIndex={-1}>
        {text.saved.heading(runs.length)}
      </h2>
      <ul>
        {runs.map((run) => (
          <li key={run.id} class="saved">
            <span id={`saved-${run.id}`}>{text.saved.stopped(run)}</span>
            <span class="buttons">
              <button
                type="button"
                class="primary"
                aria-describedby={`saved-${run.id}`}
                disabled={machine.value.kind !== 'ready'}
                onClick={() => void goOn(run)}
              >
                {text.saved.resume}
              </button>
              <button type="button" aria-describedby={`saved-${run.id}`} onClick={() => void remove(run)}>
                {doomed.value === run.id ? text.saved.discardForGood : text.saved.discard}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {machine.value.kind === 'none' && <p class="note">{text.saved.noGpu(refused.value)}</p>}
    </section>
  );
}
