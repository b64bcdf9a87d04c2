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
      <p>{rest}</p>
      <details>
        <summary>{text.noGpu.remedies}</summary>
        <ul class="advice">
          {text.noGpu.advice[cause].map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {message && <p class="note">{text.noGpu.said(message)}</p>}
      </details>
    </section>
  );
}
