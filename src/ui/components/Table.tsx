/** A table of numbers that scrolls sideways by itself where the page is narrow; reachable by keyboard for that. */
import type { ComponentChildren } from 'preact';

interface Props {
  /** What a screen reader calls it. */
  name: string;
  head: readonly string[];
  class?: string;
  children: ComponentChildren;
}

export function Table({ name, head, class: className, children }: Props) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={name}>
      <table class={className}>
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
