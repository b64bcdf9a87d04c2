import type { NoGpuCause } from '../../protocol.ts';
import { startWords } from '../words/start.ts';

interface Props {
  cause: NoGpuCause;
  message: string;
  /** What the sheet still shows. */
  rest?: string;
}

export function NoGpu({ cause, message, rest = startWords.noGpu.rest }: Props) {
  return (
    <section class="message">
      <h2>{startWords.noGpu.heading[cause]}</h2>
      <p>{rest}</p>
      <details>
        <summary>{startWords.noGpu.remedies}</summary>
        <ul class="advice">
          {startWords.noGpu.advice[cause].map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {message && <p class="note">{startWords.noGpu.said(message)}</p>}
      </details>
    </section>
  );
}
