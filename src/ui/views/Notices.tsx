/** The latest thing of the run that a person should read; earlier ones are in the log. */
import { notices } from '../state/run.ts';

export function Notices() {
  const latest = notices.value.at(-1);
  return (
    <div role="status" aria-live="polite">
      {latest && (
        <section class="message">
          <p>{latest.message}</p>
        </section>
      )}
    </div>
  );
}
