import { isActive } from '../state/controls.ts';
import { isExperimenting } from '../state/experimentState.ts';
import { isKept, isTaking, newVersion, takeNewVersion } from '../state/offline.ts';
import { log, runState } from '../state/run.ts';
import { announced } from '../state/announce.ts';
import { text } from '../strings.ts';

export function Footer() {
  return (
    <footer class="footer">
      {log.value.length > 0 && (
        <details>
          <summary>{text.log}</summary>
          <ol class="note log">
            {log.value.map((line, i) => (
              <li key={i}>{line}</li>
            ))}
          </ol>
        </details>
      )}
      <p class="note">
        {text.footer} {isKept.value && text.offline.kept}
      </p>
      {newVersion.value && !isActive(runState.value) && !isExperimenting.value && (
        <p class="note">
          {text.offline.newVersion}{' '}
          <button type="button" class="quiet" onClick={takeNewVersion}>
            {text.offline.take}
          </button>
          <span role="status">{isTaking.value && ` ${text.offline.taking}`}</span>
        </p>
      )}
      <p class="visually-hidden" role="status">
        {announced.value}
      </p>
    </footer>
  );
}
