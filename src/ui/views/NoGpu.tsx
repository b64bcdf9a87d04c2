import type { NoGpuCause } from '../../protocol.ts';
import { text } from '../strings.ts';

interface Props {
  cause: NoGpuCause;
  message: string;
  /** What the sheet still shows. */
  rest?: string;
}

export function NoGpu({ cause, message, rest = text.noGpu.rest }: Props) {
  return (
    <section class="message">
      <h2>{text.noGpu.heading[cause]}</h2>
      <ul class="advice">
        {text.noGpu.advice[cause].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p class="note">{rest}</p>
      {message && (
        <details>
          <summary>{text.noGpu.details}</summary>
          <p class="note">{message}</p>
        </details>
      )}
    </section>
  );
}
