import { isActive } from '../run/controls.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { isKept, isTaking, newVersion, takeNewVersion } from './offline.ts';
import { log, runState } from '../run/run.ts';
import { announced } from './announce.ts';
import { classWords } from '../words/class.ts';
import { pageWords } from '../words/page.ts';

export function Footer() {
  return (
    <footer class="footer">
      {log.value.length > 0 && (
        <details>
          <summary>{pageWords.log}</summary>
          <ol class="note log">
            {log.value.map((line, i) => (
              <li key={i}>{line}</li>
            ))}
          </ol>
        </details>
      )}
      <p class="note">
        {pageWords.footer} {isKept.value && pageWords.offline.kept}
      </p>
      {import.meta.env.MODE === 'one-file' && <p class="note">{classWords.kept}</p>}
      {newVersion.value && !isActive(runState.value) && !isExperimenting.value && (
        <p class="note">
          {pageWords.offline.newVersion}{' '}
          <button type="button" class="quiet" onClick={takeNewVersion}>
            {pageWords.offline.take}
          </button>
          <span role="status">{isTaking.value && ` ${pageWords.offline.taking}`}</span>
        </p>
      )}
      <p class="visually-hidden" role="status">
        {announced.value}
      </p>
    </footer>
  );
}
