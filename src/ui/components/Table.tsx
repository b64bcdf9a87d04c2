/** A table of numbers that scrolls sideways by itself where the page is narrow; reachable by keyboard for that. */
import type { ComponentChildren } from 'preact';
import type { MetricName } from '../words/metrics.ts';
import { Term } from './Term.tsx';

interface Props {
  /** What a screen reader calls it. */
  name: string;
  /** Titles of columns; those of numbers come with what they mean. */
  head: readonly (string | readonly [title: string, metric: MetricName])[];
  class?: string;
  children: ComponentChildren;
}

export function Table({ name, head, class: className, children }: Props) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={name}>
      <table class={className}>
        <thead>
          <tr>
            {head.map((column) => {
              const [title, metric] = typeof column === 'string' ? [column] : column;
              return (
                <th key={title} scope="col">
                  {metric ? <Term metric={metric}>{title}</Term> : title}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
