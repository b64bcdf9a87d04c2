import { log } from '../state/run.ts';
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
      <p class="note">{text.footer}</p>
      <p class="visually-hidden" role="status">
        {announced.value}
      </p>
    </footer>
  );
}
