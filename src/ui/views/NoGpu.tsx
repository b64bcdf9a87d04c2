import type { NoGpuCause } from '../../protocol.ts';
import { text } from '../strings.ts';

export function NoGpu({ cause, message }: { cause: NoGpuCause; message: string }) {
  return (
    <section class="message">
      <h2>{text.noGpu.heading[cause]}</h2>
      <ul class="advice">
        {text.noGpu.advice[cause].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p class="note">{text.noGpu.rest}</p>
      {message && (
        <details>
          <summary>{text.noGpu.details}</summary>
          <p class="note">{message}</p>
        </details>
      )}
    </section>
  );
}
