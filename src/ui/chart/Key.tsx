/** Names of the blends' colours. */
import { lookOf } from './palette.ts';

export function Key({ sources }: { sources: readonly string[] }) {
  return (
    <ul class="key">
      {sources.map((source, index) => {
        const look = lookOf(index);
        return (
          <li key={source}>
            <span class={`swatch ${look.class}`} style={look.style} />
            {source}
          </li>
        );
      })}
    </ul>
  );
}
